"""Outcomes and what was said of them, as far as the reader may see them."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from vetting.followups.models import Ask
from vetting.followups.states import OPEN
from vetting.kernel.actors import Actor
from vetting.outcomes.models import Attestation, Measurement, Outcome
from vetting.outcomes.states import GONE


def visible_to(actor: Actor) -> QuerySet[Outcome]:
    """Newest first: one's own, all for staff. The public sees outcomes through the dossier only."""
    outcomes = Outcome.objects.select_related("goal__engagement__organization", "goal__engagement__profile")
    outcomes = outcomes.order_by("-id")
    if actor.is_staff:
        return outcomes
    return outcomes.filter(goal__engagement__profile__owner_id=actor.id) if actor.id else outcomes.none()


def of_profile(profile_id: UUID) -> QuerySet[Outcome]:
    return of_profiles([profile_id])


def of_profiles(profile_ids: Iterable[UUID]) -> QuerySet[Outcome]:
    """Every outcome of a consultant with its goal, engagement and client, newest measurement first."""
    outcomes = Outcome.objects.select_related("goal__engagement__organization")
    return outcomes.filter(goal__engagement__profile_id__in=list(profile_ids)).order_by("-measured_on", "id")


def live_of(goal_id: UUID) -> Outcome | None:
    """The one result a goal has, unless it was withdrawn."""
    return Outcome.objects.filter(goal_id=goal_id).exclude(status__in=GONE).first()


def live_in(engagement_id: UUID) -> int:
    """How many results stand in an engagement."""
    rows = Outcome.objects.filter(goal__engagement_id=engagement_id)
    return rows.exclude(status__in=GONE).count()


def outcome_of(outcome_id: UUID) -> Outcome:
    """For a reader who holds the key of an ask about it."""
    outcomes = Outcome.objects.select_related("goal__engagement__organization", "goal__engagement__profile")
    return outcomes.get(pk=outcome_id)


def said_in(ask_id: UUID) -> Attestation | None:
    """What was answered to that ask, as it was sent."""
    return Attestation.objects.filter(ask_id=ask_id, supersedes=None).first()


def current_attestations(outcome_ids: Iterable[UUID]) -> Mapping[UUID, list[Attestation]]:
    """What stands of each outcome, superseded rows left out, in order of time."""
    rows = Attestation.objects.select_related("referee").filter(outcome_id__in=list(outcome_ids))
    superseded = Attestation.objects.filter(supersedes__isnull=False).values("supersedes_id")
    found: dict[UUID, list[Attestation]] = {}
    for row in rows.exclude(pk__in=superseded).order_by("given_at", "id"):
        found.setdefault(row.outcome_id, []).append(row)
    return found


def measurements_of(goal_ids: Iterable[UUID]) -> Mapping[UUID, list[Measurement]]:
    found: dict[UUID, list[Measurement]] = {}
    rows = Measurement.objects.filter(goal_id__in=list(goal_ids)).order_by("measured_on", "id")
    for row in rows:
        found.setdefault(row.goal_id, []).append(row)
    return found


def silent(*, most: int) -> list[UUID]:
    """Outcomes that still wait for a client although no ask about them is open any more."""
    waiting = Outcome.objects.filter(status="awaiting_client").order_by("id")
    asked = Ask.objects.filter(kind="outcome", status__in=OPEN).values("subject_id")
    return list(waiting.exclude(pk__in=asked).values_list("id", flat=True)[:most])
