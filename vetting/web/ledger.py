"""The ledger of one card in whole points, so that a reader can add it up by hand.

The scale counts in standings, of which 1 is the usual distance between two consultants (a standard deviation). A
point is a thousandth of that.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import scale_of
from vetting.scoring.score import on_scale, score
from vetting.scoring.weights import PUBLISHED

POINTS = 1000


@dataclass(frozen=True, slots=True)
class Part:
    """What one dimension has to say of one piece of evidence."""

    dimension: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """`points` by evidence key; their sum is `total`, as the card's own contributions sum to its standing."""

    points: Mapping[str, int]
    parts: Mapping[str, Sequence[Part]]
    total: int


def ledger_of(card: Scorecard | None) -> Ledger:
    """Empty where there is no card yet."""
    values: dict[str, float] = {}
    parts: dict[str, list[Part]] = {}
    for row in card.ledger if card else ():
        values[row["key"]] = values.get(row["key"], 0.0) + row["value"]
        parts.setdefault(row["key"], []).append(Part(row["dimension"], row["reason"]))
    rounded = whole(values)
    return Ledger(points=rounded, parts=parts, total=sum(rounded.values()))


def whole(values: Mapping[str, float]) -> dict[str, int]:
    """Each value in points, up or down to a whole one such that they add up to the rounded sum.

    The method of largest remainders: who is cut off most is rounded up first.
    """
    exact = {key: value * POINTS for key, value in values.items()}
    points = {key: math.floor(value) for key, value in exact.items()}
    missing = round(math.fsum(exact.values())) - sum(points.values())
    for key in sorted(exact, key=lambda key: (points[key] - exact[key], key))[:missing]:
        points[key] += 1
    return points


def start(card: Scorecard | None) -> float:
    """Where somebody stands about whom nothing is known, on the scale of 0 to 100. No day matters to that."""
    constants = scale_of(card.model_version).constants if card else PUBLISHED
    return on_scale(score((), (), on=date.min, constants=constants).composite, constants=constants).mean
