"""An engagement as its consultant sees it: each goal, what came of it, and everything that was said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from vetting.accounts.models import User
from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.engagements.metrics import METRICS, Metric, format_value
from vetting.engagements.models import Engagement, Goal
from vetting.engagements.queries import goals_of
from vetting.engagements.rules import last_day_to_agree, may_propose
from vetting.engagements.states import GOAL
from vetting.followups.models import Ask
from vetting.followups.queries import about
from vetting.kernel.places import COUNTRIES
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.queries import Wave, current_attestations, visible_to, waves_of
from vetting.outcomes.questionnaire import PUBLISH_WORDS, question
from vetting.outcomes.rules import may_ask_client, may_report, may_withdraw, shown_level, stands
from vetting.outcomes.states import GONE, LEVELS
from vetting.scoring.evidence import Direction
from vetting.web.asklines import AskLine, lines_of
from vetting.web.forms_work import SHOWN_AS
from vetting.web.holding import next_words, wave_point, wave_words
from vetting.web.labels import MODES
from vetting.web.templatetags.wording import day, measure, month

_UNPROVED: Final = {
    "submitted": "said by you, nobody was asked yet",
    "awaiting_client": "asked, not answered yet",
    "unanswered": "asked, not answered",
    "rejected": "the client says it is wrong",
    "withdrawn": "withdrawn by you",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer of a client, without what was promised to stay private."""

    heading: str
    level: int
    lines: Sequence[tuple[str, str]]
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalLine:
    """`may` names the buttons that make sense now: propose, report, ask, withdraw_goal, withdraw_result.

    `held` is what the client said when asked again, and `asked_next` when that is done the next time.
    """

    goal: Goal
    kind: Metric
    slope: Mapping[str, Any]
    state: str
    agreement: str
    outcome: Outcome | None
    level: int
    held: Sequence[str]
    asked_next: str
    said: Sequence[Said]
    asks: Sequence[AskLine]
    may: frozenset[str]


def engagement_facts(engagement: Engagement) -> list[dict[str, str]]:
    """What was declared, as parts/facts.html takes it."""
    client = engagement.organization
    kind = INDUSTRIES[client.industry].name if client.industry in INDUSTRIES else ""
    size = SIZE_BANDS[client.size_band].label if client.size_band in SIZE_BANDS else ""
    fee = engagement.fee
    facts = (
        ("Client", ", ".join(filter(None, (client.name, kind, size, COUNTRIES.get(client.country, ""))))),
        ("Way of working", MODES[engagement.mode]),
        ("Shown to others", SHOWN_AS[engagement.confidentiality]),
        ("Your fee, private", "" if fee is None else measure(fee, engagement.fee_currency)),
        ("Description, not published", engagement.description),
    )
    return [{"term": term, "text": text, "url": ""} for term, text in facts if text]


def goal_lines(engagement: Engagement, owner: User, *, at: datetime) -> list[GoalLine]:
    """Oldest first, withdrawn ones last."""
    goals = list(goals_of([engagement.pk]))
    for goal in goals:
        goal.engagement = engagement
    outcomes = _outcomes(goals, owner)
    asks = about([*(goal.pk for goal in goals), *(each.pk for each in outcomes.values())])
    lines = lines_of([ask for rows in asks.values() for ask in rows], owner)
    by_ask = dict(zip((ask.pk for rows in asks.values() for ask in rows), lines, strict=True))
    keys = [each.pk for each in outcomes.values()]
    said, waves = current_attestations(keys), waves_of(keys)
    return [
        _line(
            goal,
            outcomes.get(goal.pk),
            said,
            waves,
            [by_ask[ask.pk] for ask in _of(goal, outcomes, asks)],
            at=at,
        )
        for goal in sorted(goals, key=lambda goal: (goal.status == "withdrawn", goal.pk))
    ]


def _outcomes(goals: Sequence[Goal], owner: User) -> dict[Any, Outcome]:
    """The outcome that stands for each goal: the live one, else the last."""
    rows = visible_to(owner.actor).filter(goal__in=[goal.pk for goal in goals])
    return {row.goal_id: row for row in sorted(rows, key=lambda row: (row.status not in GONE, row.pk))}


def _of(goal: Goal, outcomes: Mapping[Any, Outcome], asks: Mapping[Any, list[Ask]]) -> list[Ask]:
    outcome = outcomes.get(goal.pk)
    return [*asks.get(goal.pk, []), *(asks.get(outcome.pk, []) if outcome else [])]


def _line(
    goal: Goal,
    outcome: Outcome | None,
    said: Mapping[Any, Sequence[Attestation]],
    waves: Mapping[Any, Sequence[Wave]],
    asks: Sequence[AskLine],
    *,
    at: datetime,
) -> GoalLine:
    kind = METRICS[goal.metric]
    answers = said.get(outcome.pk, []) if outcome else []
    since = waves.get(outcome.pk, []) if outcome else []
    return GoalLine(
        goal=goal,
        kind=kind,
        slope=_slope(goal, kind, outcome, answers) | {"later": [wave_point(goal, wave) for wave in since]},
        state=_state(goal, outcome),
        agreement=_agreement(goal, outcome, on=at.date()),
        outcome=outcome,
        level=shown_level(outcome) if outcome else 0,
        held=[wave_words(goal, wave) for wave in since],
        asked_next=next_words(outcome, since) if outcome else "",
        said=[_said(row, goal) for row in answers],
        asks=asks,
        may=_may(goal, outcome),
    )


def _may(goal: Goal, outcome: Outcome | None) -> frozenset[str]:
    live = outcome if outcome is not None and outcome.status not in GONE else None
    steps = {
        "propose": live is None
        and may_propose(goal)
        and goal.engagement.status not in {"withdrawn", "contested"},
        "report": live is None and may_report(goal),
        "ask": live is not None and may_ask_client(live),
        "withdraw_goal": live is None and GOAL.allows(goal.status, "withdrawn"),
        "withdraw_result": live is not None and may_withdraw(live),
    }
    return frozenset(name for name, allowed in steps.items() if allowed)


def _slope(
    goal: Goal, kind: Metric, outcome: Outcome | None, answers: Sequence[Attestation]
) -> dict[str, Any]:
    """What the slope tag takes: the client's own numbers where the client gave some."""
    baseline, achieved = (
        stands(goal.baseline, outcome.achieved, answers) if outcome else (goal.baseline, None)
    )
    slope: dict[str, Any] = {
        "metric": kind.name,
        "direction": "up" if kind.direction is Direction.UP else "down",
        "baseline": _point(goal, baseline, goal.engagement.starts_on),
        "target": _point(goal, goal.target, goal.due_on),
        "achieved": {"value": None, "text": "not known", "when": f"due {month(goal.due_on)}"},
        "unproved": "",
    }
    if outcome is not None and achieved is not None:
        slope["achieved"] = _point(goal, achieved, outcome.measured_on)
        slope["unproved"] = _UNPROVED.get(outcome.status, "")
    return slope


def _point(goal: Goal, value: Decimal, on: date) -> dict[str, Any]:
    text = format_value(METRICS[goal.metric], value, goal.currency)
    return {"value": float(value), "text": text, "when": month(on)}


def _state(goal: Goal, outcome: Outcome | None) -> str:
    """Where it stands, in one sentence."""
    since = day((outcome.status_at if outcome else goal.status_at).date())
    if outcome is not None and outcome.status not in GONE:
        return {
            "submitted": f"Result reported on {since}. The client has not been asked yet.",
            "awaiting_client": f"Result with the client since {since}.",
            "unanswered": "No client could say or has answered. It stays at level E0; you may ask another person.",
            "confirmed": f"Confirmed by the client on {since}.",
            "corrected": f"The client corrected the numbers on {since}.",
            "sustained": f"Sustained: half a year later and more the number holds, the client said on {since}.",
            "faded": f"Faded: the number is worse than the client confirmed it, she said on {since}.",
            "rejected": f"The client said on {since} that it is wrong.",
        }.get(outcome.status, f"{outcome.status.capitalize()} on {since}.")
    if outcome is not None and outcome.status == "retracted":
        return f"The client took back on {since} what they had said. You may report the result again."
    return {
        "draft": "A draft. The client has not been asked to accept it.",
        "proposed": f"With the client since {since}.",
        "accepted": f"Accepted by the client on {since}.",
        "declined": f"The client declined this goal on {since}. Draft another that both of you can stand behind.",
        "withdrawn": f"Withdrawn by you on {since}.",
    }[goal.status]


def _agreement(goal: Goal, outcome: Outcome | None, *, on: date) -> str:
    """Is it pre-registered, or can it still be?"""
    latest = last_day_to_agree(goal.engagement.starts_on)
    if goal.preregistered:
        return "Pre-registered: both sides accepted it before the work or within 14 days of its start."
    if goal.status == "accepted":
        late = goal.client_accepted_at is not None and goal.client_accepted_at.date() > latest
        why = f"it was accepted after {day(latest)}" if late else "the mailbox is not at the client’s domain"
        return f"Not pre-registered: {why}."
    if goal.status not in {"draft", "proposed"}:
        return ""
    if outcome is not None and outcome.status not in GONE:
        return "Not pre-registered: the client had not accepted it beforehand."
    return agreement_ahead(goal.engagement.starts_on, on=on)


def agreement_ahead(starts_on: date, *, on: date) -> str:
    """What becomes of a goal that is accepted from now on."""
    latest = last_day_to_agree(starts_on)
    if on > latest:
        return (
            f"It can no longer be pre-registered: that ended on {day(latest)}, 14 days after the work began. "
            "Accepted now it counts, and for less."
        )
    return f"Pre-registered if the client accepts it by {day(latest)}, from a mailbox at their own domain."


def _said(row: Attestation, goal: Goal) -> Said:
    """Every answer but whether they would hire again: that one is private."""
    who = row.record or row.role or "A referee at the client"
    ties = question("interests").choices
    lines = [
        ("Did the work take place", "Yes" if row.worked_together else "No, this work did not take place"),
        ("Ties to you", "; ".join(ties[tie] for tie in row.interests) or "None named"),
    ]
    if row.worked_together:
        lines += _numbers(row, goal)
    lines.append(("How it may be shown", PUBLISH_WORDS[row.publish]))
    return Said(
        heading=f"{who}, {'corrected on ' if row.supersedes_id else ''}{day(row.given_at.date())}: {LEVELS[row.level]}",
        level=row.level,
        lines=lines,
        comment=row.comment,
    )


def _numbers(row: Attestation, goal: Goal) -> list[tuple[str, str]]:
    kind = METRICS[goal.metric]

    def stated(key: str, verdict: str, value: Decimal | None) -> str:
        words = question(key).choices[verdict]
        return words if value is None else f"{words}: {format_value(kind, value, goal.currency)}"

    low, high = row.share_low, row.share_high
    transfer = "" if row.transfer is None else str(row.transfer)
    return [
        ("The value before", stated("baseline", row.baseline_verdict, row.baseline_value)),
        ("The result", stated("result", row.result_verdict, row.result_value)),
        ("Due to you", "Cannot say" if low is None else f"{low} to {high} % of the change"),
        ("Was the goal set before", question("goal_before").choices[row.goal_before]),
        ("Can they do it without you", question("transfer").choices[transfer]),
    ]
