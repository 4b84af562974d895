"""A client's referee comes back to what she said of a result: corrects it, or takes it back."""

from datetime import datetime
from uuid import UUID

from vetting.audit.actions import move, record
from vetting.companies.queries import domain_of_mailbox
from vetting.engagements import actions as engagements
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.kernel.actors import Actor
from vetting.kernel.actors import referee as as_referee
from vetting.kernel.verdict import require, require_all
from vetting.kernel.whole import whole
from vetting.outcomes import rules
from vetting.outcomes.actions import locked_outcome, measure_answer, write
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.queries import answers_in, current_attestations, said_in, standing
from vetting.outcomes.questionnaire import Answers
from vetting.outcomes.states import VERIFIED
from vetting.outcomes.waves import follow
from vetting.profiles.actions import touch_evidence


@whole
def correct(ask_id: UUID, *, answers: Answers, at: datetime) -> Attestation:
    """A further version of the answer to that ask, in the place of the last. The same once more is no version."""
    ask = followups.lock(ask_id)
    outcome, said = locked_outcome(ask.subject_id), said_in(ask.pk)
    require(rules.may_correct(ask, said, outcome))
    require_all(*rules.check_answers(answers, metric=outcome.goal.metric))
    if answers == answers_in(said[-1]):
        return said[-1]
    domain = domain_of_mailbox(outcome.goal.engagement.organization_id, ask.referee.email)
    level = rules.level_of(answers, mailbox_is_clients=domain is not None)
    row = write(outcome, answers, ask=ask, referee=ask.referee, level=level, at=at, supersedes=said[-1])
    measure_answer(outcome, answers, stated_by="client", at=at)
    by = as_referee(ask.referee_id)
    record(row, "correct", by=by, at=at, facts={"supersedes": str(said[-1].pk)})
    if answers.worked_together and domain is not None:
        engagements.confirm(outcome.goal.engagement, by=by, at=at)
    _follow(outcome, by=by, at=at)
    return row


@whole
def take_back(ask_id: UUID, *, at: datetime) -> Attestation:
    """She no longer says what she said, good or bad; that she had said something stays."""
    ask = followups.lock(ask_id)
    outcome, said = locked_outcome(ask.subject_id), said_in(ask.pk)
    require(rules.may_withdraw_answer(ask, said))
    row = _nothing(ask, outcome, said[-1], at=at)
    by = as_referee(ask.referee_id)
    record(row, "take_back", by=by, at=at, facts={"supersedes": str(said[-1].pk)})
    _follow(outcome, by=by, at=at)
    return row


def _nothing(ask: Ask, outcome: Outcome, before: Attestation, *, at: datetime) -> Attestation:
    return Attestation.objects.create(
        outcome=outcome,
        witness=before.witness,
        ask=ask,
        referee=ask.referee,
        questionnaire=before.questionnaire,
        language=before.language,
        worked_together=before.worked_together,
        baseline_verdict="cannot_say",
        result_verdict="cannot_say",
        publish=before.publish,
        level=0,
        given_at=at,
        supersedes=before,
        withdrawn=True,
    )


def _follow(outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """Bring the outcome and its work to what stands now, and have everything that rests on it computed anew."""
    rows = current_attestations([outcome.pk]).get(outcome.pk, [])
    status = rules.status_by([answers_in(row) for row in rows])
    if outcome.status not in {"withdrawn", "superseded"}:
        outcome.level = rows[-1].level if status in {*VERIFIED, "rejected"} else 0
        if outcome.level and outcome.verified_at is None:
            outcome.verified_at = at  # the day of the first word stays: a correction makes no result younger
            outcome.follow_up_on = rules.first_follow_up(outcome, rows[-1])
        _move(outcome, status, by=by, at=at)
    _work(outcome, by=by, at=at)
    touch_evidence(outcome.goal.engagement.profile_id)


def _move(outcome: Outcome, status: str, *, by: Actor, at: datetime) -> None:
    """What was found later outlives a correction that still calls the result one, and is held against it anew."""
    outcome.save(update_fields=["level", "verified_at", "follow_up_on"])
    followed_up = outcome.status in {"sustained", "faded"} and status in VERIFIED
    if status != outcome.status and not followed_up:
        move(outcome, status, by=by, at=at)
    if status in VERIFIED:
        follow(outcome, by=by, at=at)


def _work(outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """The work is contested for as long as somebody says it did not take place."""
    engagement = outcome.goal.engagement
    denials = standing().filter(outcome__goal__engagement=engagement, worked_together=False)
    if denials.exists():
        engagements.contest(engagement, by=by, at=at)
    else:
        engagements.unsay(engagement, by=by, at=at)
