"""What one ask is about: the row behind it, and what a referee must know before she says anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from vetting.companies.queries import domain_of_mailbox
from vetting.engagements.metrics import METRICS, format_value, unit_words
from vetting.engagements.models import Goal
from vetting.engagements.queries import goal_of
from vetting.engagements.rules import is_preregistered
from vetting.engagements.states import PREREGISTRATION_WINDOW
from vetting.followups.models import Ask
from vetting.followups.queries import in_words
from vetting.kernel import languages
from vetting.outcomes.models import Outcome
from vetting.outcomes.queries import outcome_of
from vetting.outcomes.questionnaire import question
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
        """As the catalogue has it, in English; `unit_words` is what she reads."""
        return unit_words(METRICS[self.goal.metric], self.goal.currency) if self.goal else ""

    @property
    def unit_words(self) -> str:
        return languages.unit_words(self.unit)

    @property
    def about(self) -> Mapping[str, Any]:
        """The plain values of the ask, in the language now spoken; a day stays in one line."""
        words = in_words(self.ask.about)
        days = {
            name: str(words[name]).replace(" ", "\N{NO-BREAK SPACE}")
            for name in words
            if name.endswith("_on")
        }
        return {**words, **days}

    def value(self, number: Decimal) -> str:
        """A value of the goal's metric with its unit."""
        assert self.goal is not None
        return languages.value_words(format_value(METRICS[self.goal.metric], number, self.goal.currency))

    def question(self, key: str, value: Decimal) -> str:
        """One of the questionnaire's own, with the number it is about in it."""
        return question(key).asked.format(metric=self.about["metric"], value=self.value(value))


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
    about = asked.about
    if asked.goal is None:
        return []
    work = _("%(work)s for %(client)s") % about
    period = _("%(starts_on)s to %(ends_on)s") if about["ends_on"] else _("from %(starts_on)s")
    lines = {
        _("Work"): f"{work}, {period % about}",
        _("Number"): f"{about['metric']}. {about['formula']}",
        _("Before"): about["baseline"],
        _("Goal"): _("%(target)s by %(due_on)s") % about,
    }
    if asked.outcome is not None:
        lines[_("Result")] = _("%(achieved)s, measured on %(measured_on)s") % about
    if "last" in about:
        lines[_("You said")] = _("%(last)s, on %(last_on)s") % about
    if about["note"]:
        lines[_("Note")] = _("“%(note)s”") % about
    return [{"term": term, "text": text, "url": ""} for term, text in lines.items()]


def beforehand(goal: Goal, *, mailbox: str, at: datetime) -> str:
    """Whether accepting now makes the goal a pre-registered one, and why."""
    starts_on = goal.engagement.starts_on
    latest = day(starts_on + PREREGISTRATION_WINDOW)
    if not is_preregistered(goal, starts_on=starts_on, client_accepted_at=at):
        late = _(
            "Both sides would have had to accept by %(day)s, so it will show as accepted after the start."
        )
        return late % {"day": latest}
    if domain_of_mailbox(goal.engagement.organization_id, mailbox) is None:
        return _(
            "Your address does not lie at a domain known to be your organization’s, so your word is kept, but the "
            "goal does not show as set beforehand."
        )
    return _("If you accept by %(day)s, it shows as a goal that both sides set beforehand.") % {"day": latest}
