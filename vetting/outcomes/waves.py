"""The same number again: some months after a client has confirmed a result she is asked whether it still holds.

Who is asked, and when, is decided anew at each wave. Silence changes nothing, here or in a score.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from vetting.accounts.models import User
from vetting.audit.actions import move, record
from vetting.engagements.metrics import format_value, metric
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.followups.queries import named_by
from vetting.followups.rules import check_whom, may_answer
from vetting.kernel.actors import Actor
from vetting.kernel.actors import referee as as_referee
from vetting.kernel.languages import spoken
from vetting.kernel.verdict import Verdict, refuse, require, require_all
from vetting.kernel.whole import whole
from vetting.outcomes import rules
from vetting.outcomes.actions import about, locked_outcome
from vetting.outcomes.models import Attestation, FollowUp, Measurement, Outcome
from vetting.outcomes.queries import asks_again, current_attestations, follow_ups_of, said_again_in
from vetting.outcomes.questionnaire import Still, version
from vetting.outcomes.states import WAVES
from vetting.profiles.actions import touch_evidence

PUT_OFF = timedelta(days=1)  # where the consultant has as many open asks as one may have


@whole
def ask_again(outcome_id: UUID, *, by: Actor, at: datetime) -> Ask | None:
    """Ask the client about a result whose day has come; None where nobody is asked. Harmless from many workers at once.

    The lock on the outcome lets one worker in; the next one finds its day moved on.
    """
    outcome = locked_outcome(outcome_id)
    if outcome.follow_up_on is None or outcome.follow_up_on > at.date():
        return None
    said, asks, answers = _known(outcome)
    owner = outcome.goal.engagement.profile.owner
    verdict = _may_ask(outcome, said, asks, answers, owner)
    if not verdict:
        _put_off_or_end(outcome, verdict, by=by, at=at)
        return None
    assert outcome.verified_at is not None
    outcome.follow_up_on = rules.next_wave(outcome.verified_at, after=at.date())
    outcome.save(update_fields=["follow_up_on"])
    if rules.is_asked_already(asks, at=at):
        return None
    witness = said[-1]
    assert owner is not None
    assert witness.referee is not None
    return followups.ask(
        kind="sustain",
        subject_id=outcome.pk,
        consultant=owner,
        name=_name(witness),
        email=witness.referee.email,
        about=_about_again(outcome, said, answers, at=at),
        at=at,
        country=outcome.goal.engagement.organization.country,
    )


@whole
def answer(ask_id: UUID, *, still: Still, at: datetime) -> FollowUp:
    """Take what the client says of her number today: once, whole, in one transaction."""
    ask = followups.lock(ask_id)
    require(may_answer(ask, at=at))
    outcome = locked_outcome(ask.subject_id)
    require(rules.may_still_hold(outcome))
    last = number_asked_about(outcome, ask_id)
    require_all(*rules.check_still(still, goal=outcome.goal, last=last))
    assert outcome.verified_at is not None
    row = FollowUp.objects.create(
        outcome=outcome,
        ask=ask,
        referee=ask.referee,
        questionnaire=version("sustain"),
        language=spoken(),
        wave=rules.wave_of(outcome.verified_at, at=at),
        still=still.still,
        value=last if still.still == "held" else still.value,
        measured_on=at.date(),
        given_at=at,
    )
    by = as_referee(ask.referee_id)
    if row.value is not None:
        _measure(row)
    elif still.still == "not_measured":
        _end(outcome, "not_measured", by=by, at=at)
    follow(outcome, by=by, at=at)
    followups.close_answered(ask, at=at)
    touch_evidence(outcome.goal.engagement.profile_id)
    return row


@whole
def correct(ask_id: UUID, *, still: Still, at: datetime) -> FollowUp:
    """A further version of what she said at that wave. The same once more is no version."""
    ask = followups.lock(ask_id)
    outcome, versions = locked_outcome(ask.subject_id), said_again_in(ask_id)
    require(rules.may_withdraw_answer(ask, versions))
    require(rules.may_still_hold(outcome))
    before = versions[-1]
    last = number_asked_about(outcome, ask_id)
    require_all(*rules.check_still(still, goal=outcome.goal, last=last))
    value = last if still.still == "held" else still.value
    if (still.still, value) == (before.still, before.value):
        return before
    row = _version(before, still=still.still, value=value, at=at)
    if value is not None:
        _measure(row)
    if before.still == "not_measured":
        assert outcome.verified_at is not None
        outcome.follow_up_on = rules.next_wave(outcome.verified_at, after=at.date())
        outcome.save(update_fields=["follow_up_on"])
    return _changed(row, "correct", by=as_referee(ask.referee_id), at=at)


@whole
def take_back(ask_id: UUID, *, at: datetime) -> FollowUp:
    """She no longer says what she said at that wave; her word on the result itself stands."""
    ask = followups.lock(ask_id)
    locked_outcome(ask.subject_id)
    versions = said_again_in(ask_id)
    require(rules.may_withdraw_answer(ask, versions))
    row = _version(versions[-1], still="cannot_say", value=None, at=at, withdrawn=True)
    return _changed(row, "take_back", by=as_referee(ask.referee_id), at=at)


@whole
def call_off(outcome_id: UUID, *, by: Actor, at: datetime) -> None:
    """The result does not stand any more: nobody is asked whether it holds."""
    followups.cancel(outcome_id, by=by, at=at)  # first, since an answer locks its ask before the outcome
    outcome = locked_outcome(outcome_id)
    if outcome.follow_up_on is not None:
        _end(outcome, "closed", by=by, at=at)


def number_asked_about(outcome: Outcome, ask_id: UUID) -> Decimal:
    """What stood in that question as the number of last time."""
    return last_number(outcome, *_said_before(outcome, ask_id))


def last_number(outcome: Outcome, said: Sequence[Attestation], answers: Sequence[FollowUp]) -> Decimal:
    """What the client said of the metric when she last gave a number."""
    later = [answer.value for answer in answers if answer.value is not None]
    return later[-1] if later else rules.stands(outcome.goal.baseline, outcome.achieved, said)[1]


def follow(outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """Bring a result that stands to what was said of it since; its row is locked."""
    said, _, answers = _known(outcome)
    status = rules.status_since(outcome, said, answers)
    if status != outcome.status:
        move(outcome, status, by=by, at=at)


def _known(outcome: Outcome) -> tuple[Sequence[Attestation], Sequence[Ask], Sequence[FollowUp]]:
    """What stands of a result, and the asks and answers of its waves so far."""
    key = outcome.pk
    return (
        current_attestations([key]).get(key, []),
        asks_again([key]).get(key, []),
        follow_ups_of([key]).get(key, []),
    )


def _may_ask(
    outcome: Outcome,
    said: Sequence[Attestation],
    asks: Sequence[Ask],
    answers: Sequence[FollowUp],
    owner: User | None,
) -> Verdict:
    if not (verdict := rules.may_follow_up(outcome, said, asks, answers)):
        return verdict
    if owner is None:
        return refuse("no_owner", "Nobody speaks for this profile any more.")
    witness = said[-1]
    assert witness.referee is not None
    if not witness.referee.email:
        return refuse("erased", "The client's address has been erased.")
    checks = check_whom(owner, name=_name(witness), email=witness.referee.email)
    return next((check for check in checks if not check), verdict)


def _put_off_or_end(outcome: Outcome, verdict: Verdict, *, by: Actor, at: datetime) -> None:
    if verdict.code == "too_many_open":
        outcome.follow_up_on = at.date() + PUT_OFF
        outcome.save(update_fields=["follow_up_on"])
    else:
        _end(outcome, verdict.code, by=by, at=at)


def _end(outcome: Outcome, because: str, *, by: Actor, at: datetime) -> None:
    outcome.follow_up_on = None
    outcome.save(update_fields=["follow_up_on"])
    record(outcome, "end_follow_up", by=by, at=at, facts={"because": because})


def _version(
    before: FollowUp, *, still: str, value: Decimal | None, at: datetime, withdrawn: bool = False
) -> FollowUp:
    """In the place of the one before: of the same wave, and of the same day."""
    return FollowUp.objects.create(
        outcome=before.outcome,
        ask_id=before.ask_id,
        referee_id=before.referee_id,
        questionnaire=version("sustain"),
        language=spoken(),
        wave=before.wave,
        still=still,
        value=value,
        measured_on=before.measured_on,
        given_at=at,
        supersedes=before,
        withdrawn=withdrawn,
    )


def _changed(row: FollowUp, verb: str, *, by: Actor, at: datetime) -> FollowUp:
    record(row, verb, by=by, at=at, facts={"supersedes": str(row.supersedes_id)})
    outcome = locked_outcome(row.outcome_id)
    if rules.may_still_hold(outcome):
        follow(outcome, by=by, at=at)
    touch_evidence(outcome.goal.engagement.profile_id)
    return row


def _said_before(outcome: Outcome, ask_id: UUID) -> tuple[Sequence[Attestation], Sequence[FollowUp]]:
    """What stands of a result from before that question was answered."""
    said, _, answers = _known(outcome)
    versions = said_again_in(ask_id)
    if versions:
        answers = [answer for answer in answers if answer.measured_on < versions[0].measured_on]
    return said, answers


def _measure(row: FollowUp) -> None:
    assert row.value is not None
    Measurement.objects.create(
        goal=row.outcome.goal,
        kind="sustain",
        value=row.value,
        measured_on=row.measured_on,
        source=row.outcome.source,
        stated_by="client",
        stated_at=row.given_at,
    )


def _name(witness: Attestation) -> str:
    """As this consultant knows her."""
    assert witness.ask is not None
    return str(witness.ask.about["referee"])


def _about_again(
    outcome: Outcome, said: Sequence[Attestation], answers: Sequence[FollowUp], *, at: datetime
) -> Mapping[str, Any]:
    """The plain values of the letters: what stands by the client's own numbers, and what she said last."""
    witness, goal = said[-1], outcome.goal
    assert witness.ask is not None
    assert outcome.verified_at is not None
    baseline, achieved = rules.stands(outcome.goal.baseline, outcome.achieved, said)
    given = [answer.measured_on for answer in answers if answer.value is not None]

    def words(value: Decimal) -> str:
        return format_value(metric(goal.metric), value, goal.currency)

    return {
        **about(outcome),
        "baseline": words(baseline),
        "achieved": words(achieved),
        "last": words(last_number(outcome, said, answers)),
        "last_on": (given[-1] if given else witness.given_at.date()).isoformat(),
        "named_by": named_by(witness.ask),
        "named_on": witness.ask.created_at.date().isoformat(),
        "months": WAVES[rules.wave_of(outcome.verified_at, at=at)],
    }
