"""Six buttons on every page of a referee: her language, kept for these pages and for later letters."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_POST

from vetting.followups import actions as followups
from vetting.kernel.verdict import InvalidError
from vetting.web.answer_links import ask_of_cookie, referee_of_cookie, unknown, unlisted, visit_of_cookie


@unlisted
@require_POST
def speak(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """Back to the page of this ask on which the button was pressed."""
    ask = ask_of_cookie(request, ask_id, at=now())
    if ask is None:
        return unknown(request)
    return _kept(request, ask.referee_id, below=reverse("web:answer", args=[ask_id]))


@unlisted
@require_POST
def speak_mine(request: HttpRequest) -> HttpResponse:
    visit = visit_of_cookie(request, at=now())
    referee = visit.referee if visit is not None else referee_of_cookie(request)
    return unknown(request) if referee is None else _kept(request, referee.pk, below=reverse("web:mine"))


def _kept(request: HttpRequest, referee_id: UUID, *, below: str) -> HttpResponse:
    """A language that is none of ours changes nothing: the buttons name no other."""
    try:
        followups.speak(referee_id, language=request.POST.get("language", ""), at=now())
    except InvalidError:
        pass
    back = request.POST.get("back", "")
    return redirect(back if back.startswith(below) else below)
