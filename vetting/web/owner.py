"""What belongs to the person who is signed in. What does not is not found, whether it exists or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from vetting.accounts.models import User
from vetting.engagements import queries as engagements
from vetting.engagements.models import Engagement, Goal
from vetting.kernel.verdict import RefusedError, Verdict
from vetting.outcomes import queries as outcomes
from vetting.outcomes.models import Outcome
from vetting.profiles.models import Profile
from vetting.profiles.queries import owned_by
from vetting.referrals import queries as referrals
from vetting.referrals.models import Referral
from vetting.web.visitor import actor_of


def user_of(request: HttpRequest) -> User:
    """For pages behind login_required."""
    assert isinstance(request.user, User)
    return request.user


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to."""
    return request.POST if request.method == "POST" else None


def own_profile(request: HttpRequest) -> Profile | None:
    return owned_by(user_of(request).pk)


def own_engagement(request: HttpRequest, engagement_id: UUID) -> Engagement:
    own = engagements.visible_to(actor_of(request)).filter(profile__owner=user_of(request))
    return get_object_or_404(own, pk=engagement_id)


def own_goal(request: HttpRequest, goal_id: UUID) -> Goal:
    own = engagements.goals_visible_to(actor_of(request)).filter(engagement__profile__owner=user_of(request))
    return get_object_or_404(own, pk=goal_id)


def own_outcome(request: HttpRequest, outcome_id: UUID) -> Outcome:
    own = outcomes.visible_to(actor_of(request)).filter(goal__engagement__profile__owner=user_of(request))
    return get_object_or_404(own, pk=outcome_id)


def own_referral(request: HttpRequest, referral_id: UUID) -> Referral:
    own = referrals.visible_to(actor_of(request)).filter(profile__owner=user_of(request))
    return get_object_or_404(own, pk=referral_id)


def profile_first(request: HttpRequest) -> HttpResponse:
    """Where nothing can be done yet."""
    messages.info(request, "First make your profile; your work belongs to it.")
    return redirect("web:profile")


def turned_away(request: HttpRequest, verdict: Verdict, to: str) -> HttpResponse:
    """This page has nothing to offer any more, mostly because the same was sent twice: say why, and go on there."""
    messages.info(request, verdict.reason)
    return redirect(to)


@contextmanager
def told(request: HttpRequest, *, done: str) -> Iterator[None]:
    """For one button without a form: what was done, or why it was not, stands on the next page."""
    try:
        yield
    except RefusedError as refused:
        messages.warning(request, refused.verdict.reason)
    else:
        messages.success(request, done)


@contextmanager
def one_at_a_time(request: HttpRequest) -> Iterator[None]:
    """The same form sent twice at once: the second waits, and then sees what the first has done."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user_of(request).pk)
        yield
