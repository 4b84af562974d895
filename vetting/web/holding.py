"""What has become of confirmed results, for the consultant: each wave in words, and when the client is asked next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.urls import reverse

from vetting.engagements.metrics import METRICS, format_value
from vetting.engagements.models import Goal
from vetting.kernel.languages import value_words
from vetting.outcomes.models import Outcome
from vetting.outcomes.queries import Wave, asked_next_on, waves_of
from vetting.search.dossier import NO_NUMBER
from vetting.web.templatetags.wording import day, month

_WORDS: Final[Mapping[str, str]] = {
    "held": "Still {number} after {months} months",
    "grew": "Better after {months} months: {number}",
    "faded": "Worse after {months} months: {number}",
    "cannot_say": "After {months} months the client could not say",
    "not_measured": "After {months} months it is no longer measured",
    "silent": "No answer after {months} months",
    "declined": "Declined to say after {months} months",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """One result: what was said of it since, oldest first, and when its client is asked again (empty: never)."""

    what: str
    url: str
    said: Sequence[str]
    asked_next: str


def hold_lines(outcomes: Iterable[Outcome]) -> list[HoldLine]:
    """Those of which something was said, or will be asked: first what is asked next."""
    rows = list(outcomes)
    waves = waves_of(row.pk for row in rows)
    found = [(asked_next_on(row, waves.get(row.pk, ())), row) for row in rows]
    told = [(on or date.max, row.pk, row) for on, row in found if on or row.pk in waves]
    return [_line(row, waves.get(row.pk, [])) for _, _, row in sorted(told, key=lambda each: each[:2])]


def wave_words(goal: Goal, wave: Wave) -> str:
    return f"{_WORDS[wave.still].format(number=_number(goal, wave), months=wave.months)}, {day(wave.on)}"


def wave_point(goal: Goal, wave: Wave) -> dict[str, Any]:
    """The wave's column, as the slope tag takes it."""
    known = None if wave.value is None else float(wave.value)
    text = value_words(_number(goal, wave)) or str(NO_NUMBER[wave.still])
    return {"value": known, "text": text, "when": month(wave.on), "months": wave.months}


def next_words(outcome: Outcome, waves: Sequence[Wave]) -> str:
    on = asked_next_on(outcome, waves)
    return f"The client is asked again about {day(on)}" if on else ""


def _line(outcome: Outcome, waves: Sequence[Wave]) -> HoldLine:
    goal = outcome.goal
    return HoldLine(
        what=f"{METRICS[goal.metric].name} at {goal.engagement.organization.name}",
        url=f"{reverse('web:engagement', args=[goal.engagement_id])}#{goal.pk}",
        said=[wave_words(goal, wave) for wave in waves],
        asked_next=next_words(outcome, waves),
    )


def _number(goal: Goal, wave: Wave) -> str:
    return "" if wave.value is None else format_value(METRICS[goal.metric], wave.value, goal.currency)
