"""A standing as the streak draws it: with the field behind it."""

from collections.abc import Mapping
from typing import Any

from django.core.cache import caches

from vetting.profiles.states import ORIGINS
from vetting.scorecards.queries import field_spread
from vetting.scoring.weights import PUBLISHED, RESULTS

Spread = tuple[float, float, float]
Field = Mapping[str, Spread]
Standing = Mapping[str, float]

OVERALL = ""
# The field moves slowly, and every page of evidence asks for it.
_KEPT_SECONDS = 60
_KEY = "fields"


def fields() -> Mapping[str, Field]:
    """By a profile's origin its field: 10 %, 50 % and 90 % by dimension, and under OVERALL; at most a minute old."""
    kept: Mapping[str, Field] = caches["near"].get_or_set(_KEY, _fields, _KEPT_SECONDS) or {}
    return kept


def overall(card: Mapping[str, Any], field: Field) -> Standing:
    """For the streak tag. `card` has mean, low, high and counted."""
    return _drawn(card, card["counted"], field[OVERALL])


def of_dimension(name: str, posterior: Mapping[str, float], field: Field) -> Standing:
    """For the streak tag. `posterior` is an entry of a card's dimensions."""
    return _drawn(posterior, posterior["n"], field[name])


def of_metric(posterior: Mapping[str, float], field: Field) -> Standing:
    """For the streak tag. `posterior` is an entry of a card's metrics: a standing in results, on one metric alone."""
    return of_dimension(RESULTS, posterior, field)


def is_above(standing: Standing) -> bool:
    """All of the interval lies above the middle of the field."""
    return bool(standing["n"]) and standing["low"] > standing["field_mid"]


def against_field(standing: Standing) -> str:
    """Where the interval lies, in a few words."""
    if not standing["n"]:
        return "Nothing confirmed"
    if is_above(standing):
        return "Above the middle of the field"
    if standing["high"] < standing["field_mid"]:
        return "Below the middle of the field"
    return "Not distinguishable from the field"


def _drawn(card: Mapping[str, Any], n: float, spread: Spread) -> Standing:
    low, mid, high = spread
    ends = {name: card[name] for name in ("mean", "low", "high")}
    return {**ends, "n": n, "field_low": low, "field_mid": mid, "field_high": high}


def _fields() -> Mapping[str, Field]:
    names = [OVERALL, *(dimension.name for dimension in PUBLISHED.dimensions)]
    return {origin: {name: field_spread(origin, name) for name in names} for origin in ORIGINS}
