"""Outcomes and what was said of them, as far as the reader may see them."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from vetting.followups.models import Ask
from vetting.followups.states import OPEN
from vetting.kernel.actors import Actor
from vetting.kernel.plain import tuples
from vetting.outcomes.models import Attestation, FollowUp, Outcome
from vetting.outcomes.questionnaire import SHARES, Answers
from vetting.outcomes.rules import may_still_hold
from vetting.outcomes.states import GONE, VERIFIED, WAVES


class Reported(NamedTuple):
    """An outcome with as much of its goal, its work and its client as a score reads; keys are texts."""

    key: str
    profile: str
    engagement: str
    status: str
    level: int
    achieved: Decimal
    share: int
    money: Decimal | None
    money_currency: str
    verified_on: date | None
    metric: str
    baseline: Decimal
    target: Decimal
    preregistered: bool
    confidentiality: str
    fee: Decimal | None
    fee_currency: str
    organization: str
    industry: str
    size_band: str
    country: str


class Said(NamedTuple):
    """As much of a testimony as a score reads. `vouches_elsewhere`: what its referee said of somebody else stands, too."""

    pk: str
    supersedes_id: str | None
    outcome: str
    withdrawn: bool
    referee: str | None
    baseline_verdict: str
    baseline_value: Decimal | None
    result_verdict: str
    result_value: Decimal | None
    share_low: int | None
    share_high: int | None
    transfer: int | None
    publish: str
    vouches_elsewhere: bool


class SaidLater(NamedTuple):
    """What was said when the same number was asked again."""

    outcome: str
    wave: int
    on: date
    still: str
    value: Decimal | None


class AskedAgain(NamedTuple):
    """Where the ask of a wave stands, and since when."""

    outcome: str
    months: int
    status: str
    on: date


Testimony = TypeVar("Testimony", Attestation, FollowUp, Said)


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


def said_in(ask_id: UUID) -> list[Attestation]:
    """Every version of what was answered to that ask, the one that stands last."""
    return [
        row
        for line in _lines(Attestation.objects.filter(ask_id=ask_id).order_by("given_at", "id"))
        for row in line
    ]


def answers_in(row: Attestation) -> Answers:
    """A stored answer as it was given."""
    ranges = {bounds: code for code, bounds in SHARES.items()}
    shares = "" if row.share_low is None or row.share_high is None else ranges[row.share_low, row.share_high]
    return Answers(
        worked_together=row.worked_together,
        role=row.role,
        interests=tuple(row.interests),
        baseline_verdict=row.baseline_verdict,
        baseline_value=row.baseline_value,
        result_verdict=row.result_verdict,
        result_value=row.result_value,
        shares=shares,
        goal_before=row.goal_before,
        transfer=row.transfer,
        hire_again=row.hire_again,
        publish=row.publish,
        comment=row.comment,
    )


def standing() -> QuerySet[Attestation]:
    """What is neither superseded nor withdrawn."""
    later = Attestation.objects.filter(supersedes=OuterRef("pk"))
    return Attestation.objects.filter(~Exists(later), withdrawn=False)


def current_attestations(outcome_ids: Iterable[UUID]) -> Mapping[UUID, list[Attestation]]:
    """What stands of each outcome, in the order in which it was first said.

    A correction takes the place of what it corrects, so that it does not overrule somebody who has spoken since.
    """
    known = Attestation.objects.select_related("referee").filter(outcome_id__in=list(outcome_ids))
    found: dict[UUID, list[Attestation]] = {}
    for *_, last in _lines(known.order_by("given_at", "id")):
        if not last.withdrawn:
            found.setdefault(last.outcome_id, []).append(last)
    return found


def reported_by(profile_ids: Iterable[UUID]) -> list[Reported]:
    """Every outcome of these consultants, in the order in which they were verified."""
    return tuples(Reported._make, _REPORTED, {"profiles": list(profile_ids)})


def said_of(outcomes: Iterable[str]) -> Mapping[str, list[Said]]:
    """As `current_attestations`, by the outcome's key."""
    said: dict[str, list[Said]] = {}
    keys = list(outcomes)
    for *_, word in _lines(tuples(Said._make, _SAID, {"outcomes": keys}) if keys else []):
        if not word.withdrawn:
            said.setdefault(word.outcome, []).append(word)
    return said


def said_later_of(outcomes: Iterable[str]) -> Mapping[str, Mapping[int, Decimal]]:
    """By the outcome's key: the last number given in each wave, of the rows of `follow_ups_of`."""
    found: dict[str, dict[int, Decimal]] = {}
    for row in tuples(SaidLater._make, _SAID_LATER, {"outcomes": list(outcomes)}):
        if row.value is not None:
            found.setdefault(row.outcome, {})[row.wave] = row.value
    return found


def _lines(rows: Iterable[Testimony]) -> list[list[Testimony]]:
    """Each answer with the versions that followed it, the answers in order of time, as the rows have to be."""
    known = list(rows)
    later = {row.supersedes_id: row for row in known if row.supersedes_id}
    lines = [[row] for row in known if row.supersedes_id is None]
    for line in lines:
        while (following := later.get(line[-1].pk)) is not None:
            line.append(following)
    return lines


def silent(*, most: int) -> list[UUID]:
    """Outcomes that still wait for a client although no ask about them is open any more."""
    waiting = Outcome.objects.filter(status="awaiting_client").order_by("id")
    asked = Ask.objects.filter(kind="outcome", status__in=OPEN).values("subject_id")
    return list(waiting.exclude(pk__in=asked).values_list("id", flat=True)[:most])


def due_waves(*, on: date, most: int) -> list[UUID]:
    """Results whose client is to be asked the same number again, the longest due first."""
    rows = Outcome.objects.filter(follow_up_on__lte=on).order_by("follow_up_on", "id")
    return list(rows.values_list("id", flat=True)[:most])


def moot(*, most: int) -> list[UUID]:
    """Results that do not stand any more although their client is being asked whether they still hold."""
    asked = Ask.objects.filter(kind="sustain", status__in=OPEN).values("subject_id")
    fallen = ~Q(status__in=VERIFIED) | Q(goal__engagement__status__in=["contested", "withdrawn"])
    rows = Outcome.objects.filter(fallen, pk__in=asked).order_by("id")
    return list(rows.values_list("id", flat=True)[:most])


def asks_again(outcome_ids: Iterable[UUID]) -> Mapping[UUID, list[Ask]]:
    """The asks of each result's waves, oldest first."""
    found: dict[UUID, list[Ask]] = {}
    for row in Ask.objects.filter(kind="sustain", subject_id__in=list(outcome_ids)).order_by("id"):
        found.setdefault(row.subject_id, []).append(row)
    return found


def follow_ups_of(outcome_ids: Iterable[UUID]) -> Mapping[UUID, list[FollowUp]]:
    """What stands of what was said later of each result, in the order in which it was first said.

    It stands for as long as its author's word on the result itself does.
    """
    rows = FollowUp.objects.filter(outcome_id__in=list(outcome_ids))
    word = standing().filter(outcome=OuterRef("outcome"), referee=OuterRef("referee"))
    later = FollowUp.objects.filter(supersedes=OuterRef("pk"))
    found: dict[UUID, list[FollowUp]] = {}
    for row in rows.filter(~Exists(later), Exists(word), withdrawn=False).order_by("measured_on", "ask_id"):
        found.setdefault(row.outcome_id, []).append(row)
    return found


def said_again_in(ask_id: UUID) -> list[FollowUp]:
    """Every version of what was answered to that ask of a wave, the one that stands last."""
    return [
        row
        for line in _lines(FollowUp.objects.filter(ask_id=ask_id).order_by("given_at", "id"))
        for row in line
    ]


class Wave(NamedTuple):
    """What became of one wave: `still` is the client's word, or silent or declined where she gave none."""

    months: int
    on: date
    still: str
    value: Decimal | None


def waves_of(outcome_ids: Iterable[UUID]) -> Mapping[UUID, list[Wave]]:
    """The waves of each result that are over, in order of time."""
    given = {"outcomes": list(outcome_ids)}
    found: dict[UUID, list[Wave]] = {}
    for said in tuples(SaidLater._make, _SAID_LATER, given):
        wave = Wave(WAVES[said.wave], said.on, said.still, said.value)
        found.setdefault(UUID(said.outcome), []).append(wave)
    for ask in tuples(AskedAgain._make, _ASKED_AGAIN, given):
        waves = found.setdefault(UUID(ask.outcome), [])
        if ask.status in _UNANSWERED:
            waves.append(Wave(ask.months, ask.on, _UNANSWERED[ask.status], None))
    for waves in found.values():
        waves.sort(key=lambda wave: (wave.months, wave.on))
    return found


def asked_next_on(outcome: Outcome, waves: Iterable[Wave]) -> date | None:
    """When its client is asked again; None where that is over."""
    over = any(wave.still in {"declined", "not_measured"} for wave in waves)
    return outcome.follow_up_on if may_still_hold(outcome) and not over else None


# An ask that was called off, or never arrived, says nothing about her.
_UNANSWERED = {"expired": "silent", "declined": "declined", "stopped": "declined"}

# Days are those of UTC, as everywhere below the doors.
_REPORTED = """
SELECT o.id::text, e.profile_id::text, e.id::text, o.status, o.level, o.achieved, o.share, o.money, o.money_currency,
    (o.verified_at AT TIME ZONE 'UTC')::date, g.metric, g.baseline, g.target, g.preregistered, e.confidentiality,
    e.fee, e.fee_currency, c.id::text, c.industry, c.size_band, c.country
FROM vetting_engagement e
JOIN vetting_goal g ON g.engagement_id = e.id
JOIN vetting_outcome o ON o.goal_id = g.id
JOIN vetting_organization c ON c.id = e.organization_id
WHERE e.profile_id = ANY(%(profiles)s)
ORDER BY o.verified_at, o.id
"""
_STANDS = "NOT {0}.withdrawn AND NOT EXISTS (SELECT FROM vetting_{1} n WHERE n.supersedes_id = {0}.id)"
_SAID = f"""
SELECT a.id::text, a.supersedes_id::text, a.outcome_id::text, a.withdrawn, a.referee_id::text, a.baseline_verdict,
    a.baseline_value, a.result_verdict, a.result_value, a.share_low, a.share_high, a.transfer, a.publish,
    a.referee_id IS NULL OR EXISTS (
        SELECT FROM vetting_attestation b
        JOIN vetting_outcome bo ON bo.id = b.outcome_id
        JOIN vetting_goal bg ON bg.id = bo.goal_id
        JOIN vetting_engagement be ON be.id = bg.engagement_id
        WHERE b.referee_id = a.referee_id AND be.profile_id <> e.profile_id AND {_STANDS.format("b", "attestation")}
    )
FROM vetting_attestation a
JOIN vetting_outcome o ON o.id = a.outcome_id
JOIN vetting_goal g ON g.id = o.goal_id
JOIN vetting_engagement e ON e.id = g.engagement_id
WHERE a.outcome_id = ANY(%(outcomes)s::uuid[])
ORDER BY a.given_at, a.id
"""  # noqa: S608 - names of ours
_SAID_LATER = f"""
SELECT f.outcome_id::text, f.wave, f.measured_on, f.still, f.value
FROM vetting_followup f
WHERE f.outcome_id = ANY(%(outcomes)s::uuid[]) AND {_STANDS.format("f", "followup")}
    AND EXISTS (
        SELECT FROM vetting_attestation a
        WHERE a.outcome_id = f.outcome_id AND a.referee_id = f.referee_id AND {_STANDS.format("a", "attestation")}
    )
ORDER BY f.measured_on, f.ask_id
"""  # noqa: S608 - names of ours
_ASKED_AGAIN = """
SELECT subject_id::text, (about->>'months')::int, status, (status_at AT TIME ZONE 'UTC')::date
FROM vetting_ask WHERE kind = 'sustain' AND subject_id = ANY(%(outcomes)s::uuid[]) ORDER BY id
"""
