"""The pages one reads: the front page, how it works, what it means for a consultant."""

import math
from collections.abc import Iterator, Mapping
from statistics import NormalDist

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from vetting.companies.catalogue import INDUSTRIES
from vetting.engagements.metrics import METRICS, by_category
from vetting.engagements.states import PREREGISTRATION_WINDOW
from vetting.followups import cadence
from vetting.indexes.queries import find
from vetting.kernel.places import LANGUAGES
from vetting.outcomes.questionnaire import QUESTIONS
from vetting.outcomes.states import LEVELS, WAVES
from vetting.scorecards.queries import in_force
from vetting.scoring.weights import RESULTS
from vetting.search.queries import Hit, metrics_listed
from vetting.search.rules import Query
from vetting.web import hits, making, standings
from vetting.web.labels import CIRCUMSTANCES, DIMENSIONS

_EXAMPLES = 3
# A spread between people below this moves a chance of one half by less than four points: nobody can be told apart.
TOLD_APART = 0.1
_OWN_LANGUAGE = "en"  # the one nobody needs to be told of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Examples and hits are made from what is there at this moment, so that every example finds somebody."""
    fields = standings.fields()
    found = list(_of_the_moment())
    context = {
        "examples": [_example(number, metric, who) for number, (metric, who) in enumerate(found)],
        "hits": [hits.hit(who, fields, query=Query(), ranked_by=metric) for metric, who in found],
        "making": making.percent(),
    }
    return render(request, "pages/reading/home.html", context)


def _of_the_moment() -> Iterator[tuple[str, Hit]]:
    """The metrics most consultants have results on, one of each kind, and who comes first on each; no person twice."""
    kinds: set[str] = set()
    people: set[object] = set()
    for key in metrics_listed():
        if METRICS[key].category in kinds or len(people) == _EXAMPLES:
            continue
        kinds.add(METRICS[key].category)
        hit = next(
            (hit for hit in find(Query(metric=key), size=_EXAMPLES).hits if hit.profile_id not in people),
            None,
        )
        if hit is not None:
            people.add(hit.profile_id)
            yield key, hit


def _example(number: int, metric: str, who: Hit) -> dict[str, str]:
    """A metric alone, then one with an industry, then one with a language: all three true of that consultant."""
    words = METRICS[metric].name
    asked = {"q": words.lower()}
    industries = [code for code in who.industries if len(code) > 1]
    languages = [code for code in who.languages if code != _OWN_LANGUAGE]
    if number == 1 and industries:
        asked["industry"] = industries[0]
        words = f"{words} at {INDUSTRIES[industries[0]].place_word}"
    if number == 2 and languages:
        asked["language"] = languages[0]
        words = f"{words}, {LANGUAGES[languages[0]]}-speaking"
    return {"label": words, "url": f"{reverse('web:search')}?{urlencode(asked)}"}


@require_safe
def method(request: HttpRequest) -> HttpResponse:
    """Every figure on this page is read from where it is used, so that the page cannot drift from the scale."""
    scale = in_force()
    constants = scale.constants
    context = {
        "scale": constants,
        "calibration": scale,
        "circumstances": [
            {
                "words": CIRCUMSTANCES[kind],
                "easy": chance(math.sqrt(variance)),
                "hard": chance(-math.sqrt(variance)),
            }
            for kind, variance in scale.differs.items()
        ],
        "apart": constants.dimension(RESULTS).spread >= TOLD_APART,
        "strong": chance(constants.dimension(RESULTS).spread),
        "weak": chance(-constants.dimension(RESULTS).spread),
        "dimensions": [
            {
                "name": DIMENSIONS[each.name].name,
                "about": DIMENSIONS[each.name].about,
                "weight": each.weight * 100,
            }
            for each in constants.dimensions
        ],
        "levels": [
            {"level": level, "worthless": constants.fabrication[level] * 100} for level in range(len(LEVELS))
        ],
        "same_client": constants.same_client * 100,
        "remembered": constants.remembered * 100,
        "categories": [(category.label, kinds) for category, kinds in by_category().items()],
        "metric_count": len(METRICS),
        "window": PREREGISTRATION_WINDOW.days,
        "questions": QUESTIONS,
        **_cadence(),
    }
    return render(request, "pages/reading/method.html", context)


def chance(shift: float) -> float:
    """Percent: how many of a hundred goals that half of all reach are reached by who stands that much better."""
    return 100.0 * NormalDist().cdf(shift)


@require_safe
def for_consultants(request: HttpRequest) -> HttpResponse:
    context = {"window": PREREGISTRATION_WINDOW.days, "question_count": len(QUESTIONS), **_cadence()}
    return render(request, "pages/reading/for_consultants.html", context)


def _cadence() -> Mapping[str, object]:
    return {
        "waves": list(WAVES.values()),
        "first_reminder": cadence.DAYS["reminder_4"],
        "second_reminder": cadence.DAYS["reminder_11"],
        "only_reminder": cadence.DAYS[cadence.FEWER_REMINDERS["sustain"][0]],
        "expiry": cadence.EXPIRY.days,
        "letters": cadence.LETTERS,
        "letters_days": cadence.LETTERS_WINDOW.days,
        "new_asks": cadence.NEW_ASKS,
        "new_asks_days": cadence.NEW_ASKS_WINDOW.days,
    }
