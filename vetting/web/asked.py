"""What one ask is about: the row behind it, and what a referee must know before she says anything."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from vetting.companies.queries import domain_of_mailbox
from vetting.engagements.metrics import METRICS, format_value, unit_words
from vetting.engagements.models import Goal
from vetting.engagements.queries import goal_of
from vetting.engagements.rules import is_preregistered
from vetting.engagements.states import PREREGISTRATION_WINDOW
from vetting.followups.models import Ask
from vetting.outcomes.models import Outcome
from vetting.outcomes.queries import outcome_of
from vetting.outcomes.waves import number_asked_about
from vetting.web.templatetags.wording import day


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask with its goal, and with its outcome where one is asked about. A peer is asked about a person only.

    `last` is the number the client gave last, where she is asked for it again.
    """

    ask: Ask
    goal: Goal | None = None
    outcome: Outcome | None = None
    last: Decimal | None = None

    @property
    def consultant(self) -> str:
        return str(self.ask.about["consultant"])

    @property
    def metric(self) -> str:
        return self.goal.metric if self.goal else ""

    @property
    def unit(self) -> str:
        return unit_words(METRICS[self.goal.metric], self.goal.currency) if self.goal else ""

    def value(self, number: Decimal) -> str:
        """A value of the goal's metric with its unit."""
        assert self.goal is not None
        return format_value(METRICS[self.goal.metric], number, self.goal.currency)


def asked_in(ask: Ask) -> Asked:
    if ask.kind == "peer":
        return Asked(ask)
    if ask.kind == "goal":
        return Asked(ask, goal=goal_of(ask.subject_id))
    outcome = outcome_of(ask.subject_id)
    last = number_asked_about(outcome, ask.pk) if ask.kind == "sustain" else None
    return Asked(ask, goal=outcome.goal, outcome=outcome, last=last)


def facts(asked: Asked) -> list[dict[str, str]]:
    """The claim, for the head of the first screen; as parts/facts.html takes it."""
    about = asked.ask.about
    if asked.goal is None:
        return []
    starts = _day(about["starts_on"])
    when = f"{starts} to {_day(about['ends_on'])}" if about["ends_on"] else f"from {starts}"
    lines = {
        "Work": f"{about['work']} for {about['client']}, {when}",
        "Number": f"{about['metric']}. {about['formula']}",
        "Before": about["baseline"],
        "Goal": f"{about['target']} by {_day(about['due_on'])}",
    }
    if asked.outcome is not None:
        lines["Result"] = f"{about['achieved']}, measured on {_day(about['measured_on'])}"
    if "last" in about:
        lines["You said"] = f"{about['last']}, on {_day(about['last_on'])}"
    if about["note"]:
        lines["Note"] = f"\N{LEFT DOUBLE QUOTATION MARK}{about['note']}\N{RIGHT DOUBLE QUOTATION MARK}"
    return [{"term": term, "text": text, "url": ""} for term, text in lines.items()]


def beforehand(goal: Goal, *, mailbox: str, at: datetime) -> str:
    """Whether accepting now makes the goal a pre-registered one, and why."""
    starts_on = goal.engagement.starts_on
    latest = day(starts_on + PREREGISTRATION_WINDOW)
    if not is_preregistered(goal, starts_on=starts_on, client_accepted_at=at):
        return (
            f"Both sides would have had to accept by {latest}, so it will show as accepted after the start."
        )
    if domain_of_mailbox(goal.engagement.organization_id, mailbox) is None:
        return (
            "Your address does not lie at a domain known to be your organization's, so your word is kept, but the "
            "goal does not show as set beforehand."
        )
    return f"If you accept by {latest}, it shows as a goal that both sides set beforehand."


def _day(iso: str) -> str:
    return day(date.fromisoformat(iso))
