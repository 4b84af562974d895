"""When a forecast may be made, and what settles it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vetting.engagements.models import Goal
from vetting.forecasts.states import PATIENCE, WINDOW
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.states import VERIFIED
from vetting.scorecards.coverage import is_met


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """`word` is one of states.ENDS; `outcome` the result that settles it, `reason` why it is void."""

    word: str
    outcome: Outcome | None = None
    reason: str = ""


def may_foretell(goal: Goal, *, is_reported: bool, at: datetime) -> Verdict:
    """Only what both sides accepted beforehand, and only while nobody can know the end."""
    if goal.status != "accepted" or not goal.preregistered or goal.client_accepted_at is None:
        return refuse("not_preregistered", "Only a goal that both sides accepted beforehand is forecast.")
    if is_reported:
        return refuse("reported_already", "A result is no forecast.")
    if at > goal.client_accepted_at + WINDOW:
        return refuse("too_late", "By now somebody may know how the work goes.")
    return ALLOWED


def end_of(goal: Goal, outcome: Outcome | None, said: Sequence[Attestation], *, at: datetime) -> End | None:
    """None while it is open. What the client called wrong was not reached, as in the score."""
    if outcome is not None and outcome.status in VERIFIED:
        met = is_met(goal.metric, goal.target, outcome.achieved, said)
        return End(word="met" if met else "missed", outcome=outcome)
    if outcome is not None and outcome.status == "rejected":
        return End(word="missed", outcome=outcome)
    if goal.status != "accepted":
        return End(word="void", reason=f"the goal was {goal.status}")
    if goal.engagement.status in {"contested", "withdrawn"}:
        return End(word="void", reason=f"the engagement was {goal.engagement.status}")
    if at.date() > goal.due_on + PATIENCE:
        return End(
            word="void", reason=f"nobody confirmed a result within {PATIENCE.days} days of its due date"
        )
    return None
