"""One consultant in a list, in words: what was confirmed, and why she stands where she stands."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.urls import reverse

from vetting.companies.catalogue import INDUSTRIES
from vetting.engagements.metrics import METRICS
from vetting.kernel.lookup import words_of
from vetting.search.queries import Hit
from vetting.search.rules import Query
from vetting.web import standings
from vetting.web.labels import day_rate, spoken, whereabouts
from vetting.web.templatetags.wording import counted, number

_RESULTS_SHOWN = 2
_STILL = {"held": ", held after {} months", "faded": ", faded after {} months"}
_VERDICTS = {"met": "goal met", "missed": "goal missed"}


def hit(
    who: Hit,
    fields: Mapping[str, standings.Field],
    *,
    query: Query,
    ranked_by: str,
    ranked_in: str = "",
) -> dict[str, object]:
    """What parts/hit.html takes. `ranked_by` is the metric that orders the list, or empty; `ranked_in` where."""
    known = who.shown
    standing = card(who, fields, ranked_by=ranked_by, ranked_in=ranked_in)
    found = [line for line in known["results"] if _is_about(line, query, ranked_by)]
    return {
        "name": known["name"],
        "url": reverse("web:dossier", args=[known["slug"]]),
        "place": " · ".join(part for part in _place(who) if part),
        "origin": origin_words(origin=known["origin"], is_demo=known["is_demo"]),
        "card": standing,
        "blocks": known["coverage"]["blocks"],
        "results": [result_words(line) for line in latest(known["results"], found)],
        "why": _why(standing, ranked_by, ranked_in, len(found))
        if who.own
        else _why_elsewhere(ranked_by, ranked_in),
    }


def card(
    who: Hit, fields: Mapping[str, standings.Field], *, ranked_by: str, ranked_in: str = ""
) -> standings.Standing:
    """The standing that ranks: on that metric alone, in that industry alone, where they order the list."""
    own, field = who.shown["metrics"].get(ranked_by), fields[who.shown["origin"]]
    if own and ranked_in:
        own = own.get("industries", {}).get(ranked_in)
    return standings.of_metric(own, field) if own else standings.overall(who.shown, field)


def latest(lines: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The newest results, those that were searched for first: never the best ones, which would flatter."""
    newest = sorted(lines, key=lambda line: (line["verified_on"], line["key"]), reverse=True)
    return sorted(newest, key=lambda line: line not in found)[:_RESULTS_SHOWN]


def result_words(line: Mapping[str, Any]) -> dict[str, str]:
    """As in: Cost per ticket 9.40 → 6.10 EUR at a retailer of 50-249 people, goal met, held after 12 months."""
    before, _, unit = line["baseline"].partition(" ")
    if not unit or line["achieved"].partition(" ")[2] != unit:
        before = line["baseline"]
    change = f"{line['metric_name']} {before} → {line['achieved']} at {line['client']}"
    still = _STILL.get(line.get("still", ""), "").format(line.get("still_months"))
    return {"verdict": line["verdict"], "text": f"{change}, {_VERDICTS[line['verdict']]}{still}"}


def origin_words(*, origin: str, is_demo: bool) -> str:
    """What every page that names a profile says beside the name, or nothing."""
    if is_demo:
        return "Demo: an invented person"
    return "Compiled from a public record, not by the person" if origin == "public_record" else ""


def _place(who: Hit) -> tuple[str, str, str]:
    return (
        whereabouts(who.shown["place"], who.country),
        spoken(who.languages),
        day_rate(who.rate, who.rate_currency),
    )


def _why_elsewhere(ranked_by: str, ranked_in: str) -> str:
    where = f"on {METRICS[ranked_by].name.lower()} at {INDUSTRIES[ranked_in].place_word}"
    return f"Nothing is confirmed {where}; placed by all her results, marked down for that."


def _why(standing: standings.Standing, ranked_by: str, ranked_in: str, found: int) -> str:
    if not standing["n"]:
        return f"Nothing is confirmed yet; somebody unknown ranks at {standing['low']:.0f}."
    results = counted(int(standing["n"]), "checked result,checked results")
    about = f" on {METRICS[ranked_by].name.lower()}" if ranked_by else ""
    about += f" at {INDUSTRIES[ranked_in].place_word}" if ranked_in else ""
    puts = "puts" if standing["n"] == 1 else "put"
    sentence = f"{results}{about} {puts} the lower end at {standing['low']:.0f}"
    if found and not ranked_by:
        return f"{sentence}; {number(found)} {'is' if found == 1 else 'are'} about what you asked for."
    return f"{sentence}."


def _is_about(line: Mapping[str, Any], query: Query, ranked_by: str) -> bool:
    """Whether this result speaks of the metric or the kind asked for, or else of a word that was typed."""
    if ranked_by:
        return bool(line["metric"] == ranked_by)
    if query.category:
        return METRICS[line["metric"]].category == query.category
    typed = words_of(query.text)
    return any(word in _words_of_metric(line["metric"]) or word in words_of(line["client"]) for word in typed)


@cache
def _words_of_metric(key: str) -> frozenset[str]:
    metric = METRICS[key]
    return frozenset(word for phrase in (metric.name, *metric.synonyms) for word in words_of(phrase))
