"""The same number again, for the client who gave it: what she said this time, and how her number has gone."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from vetting.engagements.metrics import METRICS
from vetting.followups.models import Ask
from vetting.kernel.languages import ENGLISH
from vetting.outcomes.models import FollowUp, Outcome
from vetting.outcomes.queries import Wave, asked_next_on, current_attestations, waves_of
from vetting.outcomes.questionnaire import question
from vetting.outcomes.rules import publication, stands
from vetting.outcomes.states import WAVES
from vetting.web.asked import Asked
from vetting.web.holding import wave_point, wave_words
from vetting.web.templatetags.wording import day, month

_PUBLISHED: Mapping[str, Any] = {
    "named": gettext_lazy(
        "The number and its month stand on %(consultant)s’s page with the name of your organization, as the result does."
    ),
    "sector": gettext_lazy(
        "The number and its month stand on %(consultant)s’s page without the name of your organization, as the result does."
    ),
    "sealed": gettext_lazy("Nothing of it is shown, as of the result. It counts like any other."),
}


def publication_of(asked: Asked) -> str:
    """How her answer appears: as she and the consultant chose for the result itself."""
    assert asked.outcome is not None
    words = _PUBLISHED[_publication(asked.outcome)]
    return str(words) % {"consultant": asked.consultant}


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
    answer = question("still").choices[row.still]
    if row.value is not None:
        answer = f"{answer}: {asked.value(row.value)}"
    return [{"screen": "", "term": asked.question("still", asked.last), "text": answer}]


def reads_again(asked: Asked, row: FollowUp) -> list[str]:
    """What stands of it on the consultant's page, which is in English."""
    assert asked.goal is not None
    assert asked.outcome is not None
    with override(ENGLISH):
        if _publication(asked.outcome) == "sealed":
            return [publication_of(asked)]
        wave = Wave(WAVES[row.wave], row.measured_on, row.still, row.value)
        return [f"{asked.about['metric']}: {wave_words(asked.goal, wave)}."]


def history(asked: Asked, waves: Sequence[Wave]) -> dict[str, Any]:
    """Her number from before the work to today, as the slope tag takes it."""
    outcome, goal = asked.outcome, asked.goal
    assert outcome is not None
    assert goal is not None
    baseline, achieved = stands(goal.baseline, outcome.achieved, _said(outcome))
    return {
        "metric": asked.about["metric"],
        "direction": "up" if int(METRICS[goal.metric].direction) > 0 else "down",
        "baseline": _point(asked, baseline, month(goal.engagement.starts_on)),
        "target": _point(asked, goal.target, ""),
        "achieved": _point(asked, achieved, month(outcome.measured_on)),
        "later": [wave_point(goal, wave) for wave in waves],
    }


def closed(ask: Ask) -> tuple[str, tuple[str, ...]]:
    """Title and words where the question is closed and she has not answered it."""
    stands_as_it_is = _("What you said before stands as it is.")
    if ask.status == "cancelled":
        fallen = _(
            "The result it was about does not stand any more, so there is nothing left to ask. It needs no answer."
        )
        return _("This question was taken back"), (fallen,)
    if ask.status == "bounced":
        lost = _("One of our letters to you could not be delivered, so the question was closed.")
        return _("This question is closed"), (lost, stands_as_it_is)
    days = {"asked_on": day(ask.created_at.date()), "over_on": day(ask.expires_at.date())}
    over = _(
        "We asked you on %(asked_on)s; the question was open until %(over_on)s. It needs no answer any more."
    )
    no_answer = _("No answer lowers nobody’s score.")
    return _("This question has run out"), (over % days, stands_as_it_is, no_answer)


def _publication(outcome: Outcome) -> str:
    return publication(outcome.goal.engagement.confidentiality, _said(outcome))


def _said(outcome: Outcome) -> Sequence[Any]:
    return current_attestations([outcome.pk]).get(outcome.pk, [])


def _point(asked: Asked, value: Any, when: str) -> dict[str, Any]:
    return {"value": float(value), "text": asked.value(value), "when": when}
