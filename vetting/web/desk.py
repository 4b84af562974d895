"""The desk: what to do next, where each ask stands, then the score."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from vetting.accounts.models import User
from vetting.engagements import queries as engagements
from vetting.engagements.metrics import METRICS
from vetting.engagements.models import Engagement, Goal
from vetting.engagements.rules import may_propose
from vetting.followups.models import Ask
from vetting.followups.queries import visible_to
from vetting.followups.states import OPEN
from vetting.outcomes import queries as outcomes
from vetting.outcomes.models import Outcome
from vetting.outcomes.rules import may_ask_client, may_report
from vetting.outcomes.states import GONE
from vetting.profiles.models import Profile
from vetting.profiles.rules import PUBLIC, may_list
from vetting.scorecards.gather import next_steps
from vetting.scorecards.queries import of_profile
from vetting.scoring.narrowing import Step as NarrowingStep
from vetting.web import standings
from vetting.web.asklines import AskLine, lines_of
from vetting.web.holding import hold_lines
from vetting.web.owner import own_profile, user_of
from vetting.web.templatetags.wording import day

_MOST_STEPS = 3
_MOST_HELD = 6
_RECENT = timedelta(days=60)  # how long a closed ask stays on the board; the list of asks keeps them all
_IN_A_COLUMN = 8
_COLUMNS: Final = (
    ("unanswered", "Closed without an answer", "None in the last 60 days."),
    ("waiting", "Waiting for an answer", "No question of yours is open."),
    ("answered", "Answered", "None in the last 60 days."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something worth doing now, and why."""

    words: str
    why: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Work:
    """Everything a consultant has declared, oldest first, without what was withdrawn."""

    engagements: Sequence[Engagement]
    goals: Sequence[Goal]
    outcomes: Mapping[Any, Outcome]  # by goal


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    profile, at = own_profile(request), now()
    if profile is None:
        return render(request, "pages/desk/newcomer.html", {"path": _path(None, Work([], [], {}))})
    found = _work_of(profile)
    asks = _asks_of(user_of(request), at=at)
    is_new = not (asks or found.outcomes or any(goal.status != "draft" for goal in found.goals))
    card = of_profile(profile.pk)
    held = hold_lines(found.outcomes.values())
    context = {
        "profile": profile,
        "is_listed": profile.status in PUBLIC,
        "path": _path(profile, found) if is_new else [],
        "steps": [] if is_new else list(islice(_steps(profile, found, on=at.date()), _MOST_STEPS)),
        "board": _board(lines_of(asks, user_of(request))),
        "held": held[:_MOST_HELD],
        "held_more": max(0, len(held) - _MOST_HELD),
        "card": card,
        "behind": card is None or card.evidence_version != profile.evidence_version,
        "standing": _standing(card, standings.fields()[profile.origin]) if card else None,
        "coverage": card.coverage if card else {},
        "narrowing": _best_of_each_source(next_steps(profile.pk, at=at)),
    }
    return render(request, "pages/desk/desk.html", context)


def _best_of_each_source(steps: Sequence[NarrowingStep]) -> list[NarrowingStep]:
    """Of the kinds of evidence that would narrow the interval, best first: another client, one who answered, a follow-up.

    They differ otherwise in how well the client confirms, which the first of each says; the API gives all.
    """
    best: dict[tuple[bool, bool], NarrowingStep] = {}
    for step in steps:
        best.setdefault((step.same_client, step.follow_up), step)
    return list(best.values())


def _work_of(profile: Profile) -> Work:
    declared = [each for each in engagements.of_profile(profile.pk) if each.status != "withdrawn"]
    by_key = {each.pk: each for each in declared}
    goals = [goal for goal in engagements.goals_of(list(by_key)) if goal.status != "withdrawn"]
    for goal in goals:
        goal.engagement = by_key[goal.engagement_id]
    live = [each for each in outcomes.of_profile(profile.pk) if each.status not in GONE]
    return Work(declared, goals, {outcome.goal_id: outcome for outcome in live})


def _asks_of(user: User, *, at: datetime) -> list[Ask]:
    """The open ones and those closed lately, newest first."""
    own = visible_to(user.actor).filter(consultant=user)
    return list(own.filter(Q(status__in=OPEN) | Q(status_at__gt=at - _RECENT)))


def _board(lines: Sequence[AskLine]) -> list[dict[str, Any]]:
    columns = []
    for group, title, nothing in _COLUMNS:
        here = sorted((line for line in lines if line.group == group), key=lambda line: line.at, reverse=True)
        columns.append(
            {
                "title": title,
                "nothing": nothing,
                "count": len(here),
                "lines": here[:_IN_A_COLUMN],
                "more": max(0, len(here) - _IN_A_COLUMN),
            }
        )
    return sorted(columns, key=lambda column: not column["count"])  # what holds nothing comes last


def _standing(card: Any, field: standings.Field) -> standings.Standing:
    figures = {"mean": card.mean, "low": card.low, "high": card.high, "counted": card.counted}
    return standings.overall(figures, field)


def _path(profile: Profile | None, found: Work) -> list[dict[str, Any]]:
    """The four steps of a newcomer, who has asked nobody yet; the first that is not done is the one to take."""
    declared, drafted = next(iter(found.engagements), None), next(iter(found.goals), None)
    steps: list[tuple[str, str, bool, str]] = [
        (
            "Make a profile",
            "Who you are, where you work from, in which languages.",
            profile is not None,
            reverse("web:profile"),
        ),
        (
            "Declare a piece of work",
            "For whom, from when to when. Work without a reference belongs here too.",
            declared is not None,
            reverse("web:declare"),
        ),
        (
            "Draft a goal",
            "One number that is to move: from where, to where, by when.",
            drafted is not None,
            reverse("web:choose_metric", args=[declared.pk]) if declared else "",
        ),
        (
            "Ask the client",
            "By letter, which you read before it goes out. One question, about a minute.",
            False,
            reverse("web:ask_goal", args=[drafted.pk]) if drafted else "",
        ),
    ]
    now_at = next(number for number, (_, _, done, _) in enumerate(steps) if not done)
    return [
        {"words": words, "why": why, "done": done, "url": url if number == now_at else ""}
        for number, (words, why, done, url) in enumerate(steps)
    ]


def _steps(profile: Profile, found: Work, *, on: date) -> Iterator[Step]:
    """Most urgent first: what waits for her, then what would be good to have."""
    yield from _results_to_ask(found)
    yield from _goals_to_ask(found)
    yield from _results_to_report(found, on=on)
    if profile.status in {"draft", "paused"}:
        yield _listing(profile)
    yield from _goals_to_draft(found)
    yield Step(
        words="Declare another piece of work" if found.engagements else "Declare a piece of work",
        why="Also work without a reference: the coverage line says how much of it was asked about.",
        label="Declare work",
        url=reverse("web:declare"),
    )


def _results_to_ask(found: Work) -> Iterator[Step]:
    for goal in found.goals:
        outcome = found.outcomes.get(goal.pk)
        if outcome is not None and may_ask_client(outcome):
            silent = outcome.status == "unanswered"
            yield Step(
                words=f"Ask {'another person' if silent else 'somebody'} at {_client(goal)} about the result",
                why=f"{METRICS[goal.metric].name}: "
                + ("nobody there has answered." if silent else "reported by you, confirmed by nobody yet."),
                label="Ask the client",
                url=reverse("web:ask_result", args=[outcome.pk]),
            )


def _goals_to_ask(found: Work) -> Iterator[Step]:
    for goal in found.goals:
        if goal.pk not in found.outcomes and may_propose(goal) and goal.engagement.status != "contested":
            yield Step(
                words=f"Ask {_client(goal)} to accept the goal",
                why=f"{METRICS[goal.metric].name}: a goal both sides accepted beforehand counts for more.",
                label="Ask the client",
                url=reverse("web:ask_goal", args=[goal.pk]),
            )


def _results_to_report(found: Work, *, on: date) -> Iterator[Step]:
    for goal in found.goals:
        if (
            goal.pk not in found.outcomes
            and goal.due_on <= on
            and goal.status == "accepted"
            and may_report(goal)
        ):
            yield Step(
                words=f"Report what came of the goal at {_client(goal)}",
                why=f"{METRICS[goal.metric].name} was due on {day(goal.due_on)}. A miss counts and shows, as a success does.",
                label="Report the result",
                url=reverse("web:report", args=[goal.pk]),
            )


def _listing(profile: Profile) -> Step:
    verdict = may_list(profile)
    return Step(
        words="List your profile",
        why="Companies find only what is listed." if verdict else verdict.reason,
        label="Go to your profile",
        url=reverse("web:profile"),
    )


def _goals_to_draft(found: Work) -> Iterator[Step]:
    with_goal = {goal.engagement_id for goal in found.goals if goal.status != "declined"}
    for engagement in found.engagements:
        if engagement.pk not in with_goal and engagement.status != "contested":
            yield Step(
                words=f"Draft a goal for the work at {engagement.organization.name}",
                why=f"{engagement.work}: no number is named yet that is to move.",
                label="Draft a goal",
                url=reverse("web:choose_metric", args=[engagement.pk]),
            )


def _client(goal: Goal) -> str:
    return goal.engagement.organization.name
