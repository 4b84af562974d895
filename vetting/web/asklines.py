"""Where each ask stands, in words, and what can be done next. There is no "opened": a GET tells nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.urls import reverse

from vetting.accounts.models import User
from vetting.engagements.models import Goal
from vetting.engagements.queries import goals_visible_to
from vetting.engagements.rules import may_propose
from vetting.followups.models import Ask
from vetting.followups.queries import Hold, holds
from vetting.followups.states import OPEN
from vetting.outcomes.models import Outcome
from vetting.outcomes.queries import visible_to as outcomes_visible_to
from vetting.outcomes.rules import may_ask_client
from vetting.replies.queries import wrote_back
from vetting.web.templatetags.wording import day

_STATES: Final = {
    "queued": "Queued",
    "sent": "Sent",
    "started": "Started",
    "answered": "Answered",
    "declined": "Declined",
    "stopped": "Stopped",
    "bounced": "Bounced",
    "expired": "Expired",
    "cancelled": "Withdrawn",
    "replaced": "Passed on",
}
_GOES_ON: Final = {
    "queued": ". The letter leaves on a working day between 08:00 and 18:00 in their time zone.",
    "sent": " on {begun}, not answered yet. It ends on {ends}.",
    "started": " to answer; sent on {begun}. It ends on {ends}.",
    "answered": " on {since}.",
    "declined": " on {since}.",
    "stopped": " on {since}: they take no more letters about you.",
    "bounced": " on {since}: the letter could not be delivered.",
    "expired": " on {since}: nobody answered. That lowers no estimate; it shows in your coverage line.",
    "cancelled": " by you on {since}.",
    "replaced": " to another person on {since}.",
}
# Where the site asks again, months after the result was confirmed, some ends mean something else.
_GOES_ON_AGAIN: Final = {
    **_GOES_ON,
    "expired": " on {since}: nobody answered. That lowers nothing.",
    "declined": " on {since}. They are not asked about it again.",
    "cancelled": " on {since}: the result does not stand any more.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLine:
    """One ask. `state` and then `words` read as one sentence.

    `group` is where it stands on the board: waiting, answered, unanswered or withdrawn.

    `again_url` leads to asking another person, where the question is still open to be asked.
    """

    person: str
    place: str  # the domain of their mailbox
    what: str
    url: str
    state: str
    words: str
    group: str
    at: datetime
    again_url: str
    again_words: str


def lines_of(asks: Iterable[Ask], owner: User) -> list[AskLine]:
    """In the order given; five queries, however many they are."""
    rows = list(asks)
    held = holds(rows)
    wrote = wrote_back(row.pk for row in rows)
    goals, outcomes = _goals(rows, owner), _outcomes(rows, owner)
    newest = {row.subject_id: row.pk for row in sorted(rows, key=lambda row: row.pk)}
    return [
        _line(
            row,
            goal=goals.get(row.subject_id),
            outcome=outcomes.get(row.subject_id),
            hold=held.get(row.pk),
            wrote_on=wrote.get(row.pk),
            is_newest=newest[row.subject_id] == row.pk,
        )
        for row in rows
    ]


def _goals(rows: Iterable[Ask], owner: User) -> Mapping[UUID, Goal]:
    keys = [row.subject_id for row in rows if row.kind == "goal"]
    return {goal.pk: goal for goal in goals_visible_to(owner.actor).filter(pk__in=keys)}


def _outcomes(rows: Iterable[Ask], owner: User) -> Mapping[UUID, Outcome]:
    keys = [row.subject_id for row in rows if row.kind in {"outcome", "sustain"}]
    return {outcome.pk: outcome for outcome in outcomes_visible_to(owner.actor).filter(pk__in=keys)}


def _line(
    ask: Ask,
    *,
    goal: Goal | None,
    outcome: Outcome | None,
    hold: Hold | None,
    wrote_on: date | None,
    is_newest: bool,
) -> AskLine:
    again_url = ""
    if ask.status not in OPEN and is_newest:
        again_url = _again(ask, goal, outcome)
    return AskLine(
        person=str(ask.about["referee"]),
        place=ask.referee.email.rpartition("@")[2],
        what=_what(ask),
        url=_url(goal, outcome),
        state="Held" if hold and ask.status == "queued" else _STATES[ask.status],
        words=_words(ask, hold)
        + (f" They wrote to us on {day(wrote_on)}; our staff read it." if wrote_on else ""),
        group=_group(ask),
        at=ask.status_at,
        again_url=again_url,
        again_words="Ask another peer"
        if ask.kind == "peer"
        else f"Ask another person at {ask.about['client']}",
    )


def _again(ask: Ask, goal: Goal | None, outcome: Outcome | None) -> str:
    """Where another person can be asked the same; empty where nobody can."""
    if goal is not None and may_propose(goal):
        return reverse("web:ask_goal", args=[goal.pk])
    if outcome is not None and may_ask_client(outcome):
        return reverse("web:ask_result", args=[outcome.pk])
    if ask.kind == "peer" and ask.status not in {"answered", "cancelled"}:
        return reverse("web:ask_peer")
    return ""


def _group(ask: Ask) -> str:
    if ask.status in OPEN:
        return "waiting"
    return {"answered": "answered", "cancelled": "withdrawn"}.get(ask.status, "unanswered")


def _words(ask: Ask, hold: Hold | None) -> str:
    since = {
        "begun": day(ask.begun_at.date() if ask.begun_at else None),
        "ends": day(ask.expires_at.date()),
        "since": day(ask.status_at.date()),
    }
    words = (_GOES_ON_AGAIN if ask.kind == "sustain" else _GOES_ON)[ask.status].format(**since)
    if hold is None:
        return words
    why = f"for now until {day(hold.until.date())}: {hold.reason[:1].lower()}{hold.reason[1:]}"
    if ask.status != "queued":
        return f"{words} The reminder is held, {why}"
    return f", {why} It is number {hold.place} in the line of letters to this person."


def _what(ask: Ask) -> str:
    about = ask.about
    if ask.kind == "peer":
        return "What they saw of your work"
    if ask.kind == "goal":
        return f"Goal: {about['metric']}, {about['baseline']} to {about['target']}"
    if ask.kind == "sustain":
        return f"After {about['months']} months: {about['metric']}, still {about['last']}?"
    return f"Result: {about['metric']}, {about['baseline']} to {about['achieved']}"


def _url(goal: Goal | None, outcome: Outcome | None) -> str:
    if outcome is not None:
        goal = outcome.goal
    if goal is None:
        return reverse("web:peers")
    return f"{reverse('web:engagement', args=[goal.engagement_id])}#{goal.pk}"
