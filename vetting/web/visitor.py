"""Who is reading this page."""

from django.http import HttpRequest

from vetting.kernel.actors import ANONYMOUS, Actor


def actor_of(request: HttpRequest) -> Actor:
    return request.user.actor if request.user.is_authenticated else ANONYMOUS
