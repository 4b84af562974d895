"""Engagements and goals found, as far as the reader may see them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from vetting.engagements.models import Engagement, Goal
from vetting.engagements.states import LIVE
from vetting.followups.models import Ask
from vetting.followups.states import OPEN
from vetting.kernel.actors import Actor
from vetting.kernel.plain import tuples

_DECLARED = """
SELECT profile_id::text, id::text FROM vetting_engagement
WHERE profile_id = ANY(%(profiles)s) ORDER BY starts_on DESC, id
"""


class Declared(NamedTuple):
    """That an engagement was declared; keys are texts."""

    profile: str
    key: str


def visible_to(actor: Actor) -> QuerySet[Engagement]:
    """Newest first: one's own, all for staff. The public sees engagements through the dossier only."""
    engagements = Engagement.objects.select_related("organization", "profile").order_by("-id")
    if actor.is_staff:
        return engagements
    return engagements.filter(profile__owner_id=actor.id) if actor.id else engagements.none()


def goals_visible_to(actor: Actor) -> QuerySet[Goal]:
    goals = Goal.objects.select_related("engagement__organization", "engagement__profile").order_by("-id")
    if actor.is_staff:
        return goals
    return goals.filter(engagement__profile__owner_id=actor.id) if actor.id else goals.none()


def of_profile(profile_id: UUID) -> QuerySet[Engagement]:
    return of_profiles([profile_id])


def of_profiles(profile_ids: Iterable[UUID]) -> QuerySet[Engagement]:
    """Everything declared, withdrawn ones too: the denominator of the coverage line."""
    return (
        Engagement.objects.select_related("organization")
        .filter(profile_id__in=list(profile_ids))
        .order_by("-starts_on", "id")
    )


def declared_by(profile_ids: Iterable[UUID]) -> list[Declared]:
    """The keys of the rows of `of_profiles`, in the same order."""
    return tuples(Declared._make, _DECLARED, {"profiles": list(profile_ids)})


def goals_of(engagement_ids: list[UUID]) -> QuerySet[Goal]:
    return Goal.objects.filter(engagement_id__in=engagement_ids).order_by("engagement_id", "id")


def goal_of(goal_id: UUID) -> Goal:
    """For a reader who holds the key of an ask about it."""
    goals = Goal.objects.select_related("engagement__organization", "engagement__profile")
    return goals.get(pk=goal_id)


def same_work(profile_id: UUID, content: Mapping[str, Any]) -> Engagement | None:
    """What was declared already, word for word: the same form sent twice. `content` by the names of the columns."""
    declared = Engagement.objects.filter(profile_id=profile_id, **content).exclude(status="withdrawn")
    return declared.order_by("id").first()


def same_goal(engagement_id: UUID, content: Mapping[str, Any]) -> Goal | None:
    """As `same_work`, for a live goal."""
    goals = Goal.objects.filter(engagement_id=engagement_id, status__in=LIVE, **content)
    return goals.order_by("id").first()


def silent(*, most: int) -> list[UUID]:
    """Goals that still wait for a client although no ask about them is open any more."""
    asked = Ask.objects.filter(kind="goal", status__in=OPEN).values("subject_id")
    waiting = Goal.objects.filter(status="proposed").exclude(pk__in=asked).order_by("id")
    return list(waiting.values_list("id", flat=True)[:most])


def imported(source_key: str) -> Engagement | None:
    return Engagement.objects.select_related("profile").filter(source_key=source_key).first()
