"""Report a result, ask the client about it, take the answer; withdraw it, its goal, its work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from vetting.audit.actions import begin, move
from vetting.companies.actions import prove_domain
from vetting.companies.queries import domain_of_mailbox
from vetting.engagements import actions as engagements
from vetting.engagements import rules as engagement_rules
from vetting.engagements.metrics import format_value, metric
from vetting.engagements.models import Engagement, Goal
from vetting.engagements.states import SHOWN
from vetting.followups import actions as followups
from vetting.followups.models import Ask, Referee
from vetting.followups.rules import may_answer
from vetting.kernel.actors import Actor
from vetting.kernel.actors import referee as as_referee
from vetting.kernel.languages import spoken
from vetting.kernel.text import PARAGRAPH, check_text
from vetting.kernel.verdict import RefusedError, refuse, require, require_all
from vetting.kernel.whole import whole
from vetting.outcomes import rules
from vetting.outcomes.models import Attestation, Measurement, Outcome
from vetting.outcomes.queries import live_in, live_of
from vetting.outcomes.questionnaire import SHARES, Answers, version
from vetting.profiles.actions import touch_evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the consultant reports. `share` in percent; `money` is the gain over the engagement."""

    achieved: Decimal
    measured_on: date
    source: str
    statement: str = ""
    share: int = 100
    money: Decimal | None = None
    money_currency: str = ""


@whole
def report(*, goal: Goal, result: Result, by: Actor, at: datetime) -> Outcome:
    """A submitted outcome, at E0 until somebody else has spoken. RefusedError where the goal has a live one."""
    goal = engagements.locked_goal(goal.pk)
    engagement = goal.engagement
    if not (by.is_staff and engagement.profile.origin == "public_record"):
        require(engagement_rules.may_change(by, engagement))
    require(rules.may_report(goal))
    require_all(
        engagement_rules.may_be_value(goal.metric, result.achieved, field="achieved"),
        rules.may_be_measured(result.measured_on, engagement, at=at),
        rules.may_be_source(result.source),
        rules.may_be_share(result.share),
        rules.may_be_money(result.money, result.money_currency, engagement),
        check_text(result.statement, field="statement", most=PARAGRAPH, required=False),
    )
    outcome = Outcome(
        goal=goal,
        achieved=result.achieved,
        measured_on=result.measured_on,
        source=result.source,
        statement=result.statement.strip(),
        share=result.share,
        money=result.money,
        money_currency=result.money_currency if result.money is not None else "",
        created_at=at,
    )
    if live_of(goal.pk) is not None:  # the goal is locked: nobody reports meanwhile
        raise RefusedError(refuse("reported_already", "This goal has a result already."))
    begin(outcome, by=by, at=at)
    _measurement(outcome, "result", result.achieved, on=result.measured_on, by="consultant", at=at).save()
    move(outcome, "submitted", by=by, at=at)
    touch_evidence(engagement.profile_id)
    return outcome


@whole
def ask_client(
    outcome: Outcome, *, name: str, email: str, language: str = "", by: Actor, at: datetime
) -> Ask:
    outcome = locked_outcome(outcome.pk)
    engagement = outcome.goal.engagement
    require(engagement_rules.may_change(by, engagement))
    require(rules.may_ask_client(outcome))
    owner = engagement.profile.owner
    if owner is None:
        raise RefusedError(refuse("no_owner", "Nobody speaks for this profile yet."))
    ask = followups.ask(
        kind="outcome",
        subject_id=outcome.pk,
        consultant=owner,
        name=name,
        email=email,
        language=language,
        about=about(outcome),
        at=at,
        country=engagement.organization.country,
    )
    move(outcome, "awaiting_client", by=by, at=at)
    touch_evidence(engagement.profile_id)
    return ask


@whole
def attest(ask_id: UUID, *, answers: Answers, at: datetime) -> Attestation:
    """Take a referee's answer: once, whole, in one transaction. RefusedError where the ask is closed."""
    ask = followups.lock(ask_id)
    require(may_answer(ask, at=at))
    outcome = locked_outcome(ask.subject_id)
    require_all(*rules.check_answers(answers, metric=outcome.goal.metric))
    by, engagement = as_referee(ask.referee_id), outcome.goal.engagement
    domain = domain_of_mailbox(engagement.organization_id, ask.referee.email)
    level = rules.level_of(answers, mailbox_is_clients=domain is not None)
    attestation = write(outcome, answers, ask=ask, referee=ask.referee, level=level, at=at)
    if domain is not None:
        prove_domain(domain, proof="mailbox", by=by, at=at)
    if answers.worked_together:
        if domain is not None:
            engagements.confirm(engagement, by=by, at=at)
    else:
        engagements.contest(engagement, by=by, at=at)
    measure_answer(outcome, answers, stated_by="client", at=at)
    outcome.follow_up_on = rules.first_follow_up(outcome, attestation)
    _settle(outcome, answers, level=level, by=by, at=at, verified_at=at)
    followups.close_answered(ask, at=at)
    touch_evidence(engagement.profile_id)
    return attestation


@whole
def verify_by_record(
    outcome: Outcome, *, record: str, shown_at: datetime, by: Actor, at: datetime
) -> Attestation:
    """A public source has shown the numbers since `shown_at` (E1). `record` names it; only staff may say so."""
    if not by.is_staff:
        raise RefusedError(refuse("staff_only", "Only staff check a public source."))
    require_all(check_text(record, field="record", most=400), rules.may_be_shown(shown_at, at=at))
    outcome = locked_outcome(outcome.pk)
    answers = Answers(
        worked_together=True,
        baseline_verdict="confirm",
        result_verdict="confirm",
        goal_before="yes",
        publish="named",
    )
    attestation = write(outcome, answers, record=record.strip(), level=1, at=shown_at)
    measure_answer(outcome, answers, stated_by="record", at=shown_at)
    _settle(outcome, answers, level=1, by=by, at=at, verified_at=shown_at)
    touch_evidence(outcome.goal.engagement.profile_id)
    return attestation


@whole
def withdraw(outcome: Outcome, *, by: Actor, at: datetime) -> Outcome:
    followups.cancel(outcome.pk, by=by, at=at)  # first, since an answer locks its ask before the outcome
    outcome = locked_outcome(outcome.pk)
    require(engagement_rules.may_change(by, outcome.goal.engagement))
    require(rules.may_withdraw(outcome))
    move(outcome, "withdrawn", by=by, at=at)
    touch_evidence(outcome.goal.engagement.profile_id)
    return outcome


@whole
def withdraw_goal(goal: Goal, *, by: Actor, at: datetime) -> Goal:
    """It stays in the record as withdrawn; an open question about it is closed."""
    require(engagement_rules.may_change(by, goal.engagement))
    followups.cancel(goal.pk, by=by, at=at)  # first, since an answer locks its ask before the goal
    engagements.locked_goal(goal.pk)  # no result is reported meanwhile
    require(rules.may_withdraw_goal(result=live_of(goal.pk)))
    move(goal, "withdrawn", by=by, at=at)
    touch_evidence(goal.engagement.profile_id)
    return goal


@whole
def withdraw_work(engagement: Engagement, *, by: Actor, at: datetime) -> Engagement:
    """Before a client has confirmed it. It stays visible in the coverage line as declared."""
    require(engagement_rules.may_change(by, engagement))
    Engagement.objects.select_for_update(no_key=True).get(pk=engagement.pk)  # no goal, no result meanwhile
    shown = Goal.objects.filter(engagement=engagement, status__in=SHOWN)
    require(rules.may_withdraw_work(goals_shown=shown.count(), results=live_in(engagement.pk)))
    move(engagement, "withdrawn", by=by, at=at)
    touch_evidence(engagement.profile_id)
    return engagement


@whole
def note_silence(outcome_id: UUID, *, by: Actor, at: datetime) -> None:
    """The ask about it has closed without an answer: it may be asked of another person. It never lowers a score."""
    outcome = locked_outcome(outcome_id)
    if outcome.status == "awaiting_client":
        move(outcome, "unanswered", by=by, at=at)
        touch_evidence(outcome.goal.engagement.profile_id)


def empty_words(referee_id: UUID) -> None:
    """Erase what she wrote herself, from every version; the database allows no other change of testimony."""
    Attestation.objects.filter(referee_id=referee_id).update(role="", comment="")


def about(outcome: Outcome) -> Mapping[str, Any]:
    """The plain values that letters about this result are set from."""
    kind = metric(outcome.goal.metric)
    return {
        **engagements.about(outcome.goal),
        "achieved": format_value(kind, outcome.achieved, outcome.goal.currency),
        "measured_on": outcome.measured_on.isoformat(),
    }


def locked_outcome(outcome_id: UUID) -> Outcome:
    outcomes = Outcome.objects.select_for_update(of=("self",), no_key=True)
    related = "goal__engagement"
    return outcomes.select_related(f"{related}__organization", f"{related}__profile__owner").get(
        pk=outcome_id
    )


def _settle(
    outcome: Outcome, answers: Answers, *, level: int, by: Actor, at: datetime, verified_at: datetime
) -> None:
    """Move the outcome by what was said. Only an answer about the result verifies it."""
    status = rules.status_after(answers)
    if status != "unanswered":
        outcome.level, outcome.verified_at = level, verified_at
        outcome.save(update_fields=["level", "verified_at", "follow_up_on"])
    move(outcome, status, by=by, at=at)


def write(
    outcome: Outcome,
    answers: Answers,
    *,
    level: int,
    at: datetime,
    ask: Ask | None = None,
    referee: Referee | None = None,
    record: str = "",
    supersedes: Attestation | None = None,
) -> Attestation:
    """A row of testimony, given in the language now spoken; nothing follows from it here."""
    low, high = SHARES.get(answers.shares, (None, None))
    return Attestation.objects.create(
        outcome=outcome,
        witness="public_record" if record else "client",
        ask=ask,
        referee=referee,
        record=record,
        questionnaire=version("outcome"),
        language=spoken(),
        worked_together=answers.worked_together,
        role=answers.role.strip(),
        interests=sorted(set(answers.interests)),
        baseline_verdict=answers.baseline_verdict,
        baseline_value=answers.baseline_value if answers.baseline_verdict == "correct" else None,
        result_verdict=answers.result_verdict,
        result_value=answers.result_value if answers.result_verdict == "correct" else None,
        share_low=low,
        share_high=high,
        goal_before=answers.goal_before,
        transfer=answers.transfer,
        hire_again=answers.hire_again,
        publish=answers.publish,
        comment=answers.comment.strip(),
        level=level,
        given_at=at,
        supersedes=supersedes,
    )


def measure_answer(outcome: Outcome, answers: Answers, *, stated_by: str, at: datetime) -> None:
    """The numbers as the witness stated them, beside those of the consultant."""
    goal = outcome.goal
    said = (
        (
            "baseline",
            answers.baseline_verdict,
            goal.baseline,
            answers.baseline_value,
            goal.engagement.starts_on,
        ),
        ("result", answers.result_verdict, outcome.achieved, answers.result_value, outcome.measured_on),
    )
    rows = []
    for kind, verdict, claimed, corrected, on in said:
        value = corrected if verdict == "correct" else claimed if verdict == "confirm" else None
        if value is not None:
            rows.append(_measurement(outcome, kind, value, on=on, by=stated_by, at=at))
    Measurement.objects.bulk_create(rows)


def _measurement(
    outcome: Outcome, kind: str, value: Decimal, *, on: date, by: str, at: datetime
) -> Measurement:
    return Measurement(
        goal=outcome.goal,
        kind=kind,
        value=value,
        measured_on=on,
        source=outcome.source,
        stated_by=by,
        stated_at=at,
    )
