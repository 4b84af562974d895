"""The same number again, for the client who gave it: what she said this time, and how her number has gone."""

from collections.abc import Mapping, Sequence
from typing import Any

from vetting.engagements.metrics import METRICS
from vetting.followups.models import Ask
from vetting.outcomes.models import FollowUp, Outcome
from vetting.outcomes.queries import Wave, asked_next_on, current_attestations, waves_of
from vetting.outcomes.questionnaire import STILL_QUESTION
from vetting.outcomes.rules import publication, stands
from vetting.outcomes.states import WAVES
from vetting.web.asked import Asked
from vetting.web.holding import wave_point, wave_words
from vetting.web.templatetags.wording import day, month

_PUBLISHED: Mapping[str, str] = {
    "named": "The number and its month stand on {who}’s page with the name of your organization, as the result does.",
    "sector": "The number and its month stand on {who}’s page without the name of your organization, as the result does.",
    "sealed": "Nothing of it is shown, as of the result. It counts like any other.",
}


def publication_of(asked: Asked) -> str:
    """How her answer appears: as she and the consultant chose for the result itself."""
    assert asked.outcome is not None
    return _PUBLISHED[publication(asked.outcome, _said(asked.outcome))].format(who=asked.consultant)


def thanks(asked: Asked) -> dict[str, Any]:
    """What she finds once she has answered: her own number over time, as nobody else gives it to her."""
    assert asked.outcome is not None
    waves = waves_of([asked.outcome.pk]).get(asked.outcome.pk, [])
    next_on = asked_next_on(asked.outcome, waves)
    return {
        "client": asked.ask.about["client"],
        "history": history(asked, waves),
        "published": publication_of(asked),
        "next_on": month(next_on) if next_on else "",
    }


def said_again(asked: Asked, row: FollowUp) -> list[dict[str, str]]:
    """Her answer with its question."""
    assert asked.last is not None
    answer = STILL_QUESTION.choices[row.still]
    if row.value is not None:
        answer = f"{answer}: {asked.value(row.value)}"
    question = f"{asked.ask.about['metric']}: is it still {asked.value(asked.last)}?"
    return [{"screen": "", "term": question, "text": answer}]


def reads_again(asked: Asked, row: FollowUp) -> list[str]:
    """What stands of it on the consultant's page."""
    assert asked.goal is not None
    assert asked.outcome is not None
    if publication(asked.outcome, _said(asked.outcome)) == "sealed":
        return [publication_of(asked)]
    wave = Wave(WAVES[row.wave], row.measured_on, row.still, row.value)
    return [f"{asked.ask.about['metric']}: {wave_words(asked.goal, wave)}."]


def history(asked: Asked, waves: Sequence[Wave]) -> dict[str, Any]:
    """Her number from before the work to today, as the slope tag takes it."""
    outcome, goal = asked.outcome, asked.goal
    assert outcome is not None
    assert goal is not None
    baseline, achieved = stands(outcome, _said(outcome))
    return {
        "metric": METRICS[goal.metric].name,
        "direction": "up" if int(METRICS[goal.metric].direction) > 0 else "down",
        "baseline": _point(asked, baseline, month(goal.engagement.starts_on)),
        "target": _point(asked, goal.target, ""),
        "achieved": _point(asked, achieved, month(outcome.measured_on)),
        "later": [wave_point(goal, wave) for wave in waves],
    }


def closed(ask: Ask) -> tuple[str, tuple[str, ...]]:
    """Title and words where the question is closed and she has not answered it."""
    stands_as_it_is = "What you said before stands as it is."
    if ask.status == "cancelled":
        fallen = "The result it was about does not stand any more, so there is nothing left to ask. It needs no answer."
        return "This question was taken back", (fallen,)
    if ask.status == "bounced":
        lost = "One of our letters to you could not be delivered, so the question was closed."
        return "This question is closed", (lost, stands_as_it_is)
    asked, ended = day(ask.created_at.date()), day(ask.expires_at.date())
    over = f"We asked you on {asked}; the question was open until {ended}. It needs no answer any more."
    return "This question has run out", (over, stands_as_it_is, "No answer lowers nobody\u2019s score.")


def _said(outcome: Outcome) -> Sequence[Any]:
    return current_attestations([outcome.pk]).get(outcome.pk, [])


def _point(asked: Asked, value: Any, when: str) -> dict[str, Any]:
    return {"value": float(value), "text": asked.value(value), "when": when}
