"""The sentences of the ledger: what a claim says in one dimension, and why it counts as much as it does."""

import math
from functools import lru_cache
from typing import Final

from vetting.scoring.evidence import Claim
from vetting.scoring.readings import Place
from vetting.scoring.weights import CUT_TOLERANCE, MONEY, RESULTS, TRANSFER

Seen = tuple[float, int]  # what was observed, and the category it fell into

SELF_CLAIM: Final = "Said by the consultant only (E0): counts nothing."

_SOURCES: Final = (
    "said by the consultant",
    "checked in a public source",
    "confirmed from a mailbox of the client",
    "numbers confirmed or corrected by the client",
    "confirmed by the client and by a document or a second person there",
    "still confirmed half a year later",
)
_MANY_TIMES: Final = 100.0  # beyond it digits say nothing
_TRANSFER: Final = tuple(
    f"The client's people can now do {part} of it without the consultant"
    for part in ("none", "little", "half", "most", "all")
)


def reason(claim: Claim, place: Place, dimension: str, seen: Seen, later: Seen | None = None) -> str:
    """The sentence for what one claim says in one dimension; `later` is the second of two follow-ups."""
    if dimension == RESULTS:
        said = _result(claim, *seen)
    elif dimension == TRANSFER:
        said = _TRANSFER[seen[1]]
    elif dimension == MONEY:
        said = "Left the client with a loss" if seen[1] == 0 else f"Brought {_times(seen[0])} the fee"
    else:
        month = 6 if claim.sustained_6m is not None else 12
        said = f"After {month} months {_left(*seen)}"
        if later is not None:
            said = f"{said}, after 12 months {_left(*later)}"
    return f"{said}; {_source(claim.level, place)}."


@lru_cache(maxsize=1024)
def _source(level: int, place: Place) -> str:
    said = f"{_SOURCES[level]} (E{level})"
    if place.weak:
        return f"{said}; counts {_percent(place.weight)} because the source vouches for nobody else"
    if place.rank > 1:
        return f"{said}; counts {_percent(place.weight)} because it is number {place.rank} of one client"
    return said


def _result(claim: Claim, observed: float, category: int) -> str:
    if claim.rejected:
        return "The client said the number is wrong"
    goal = "a goal set beforehand" if claim.preregistered else "a goal written down afterwards"
    if category == 0:
        return f"Ended worse than it began, against {goal}"
    return f"Reached {_percent(observed)} of {goal}"


def _left(observed: float, category: int) -> str:
    if category == 0:
        return "things were worse than before"
    return f"{_percent(observed)} of the change was left"


def _times(value: float) -> str:
    """Rounded down, so that 2.99 does not read as the 3 it did not reach."""
    if value >= _MANY_TIMES:
        return f"at least {_MANY_TIMES:g} times"
    return f"{math.floor(10.0 * (value + CUT_TOLERANCE)) / 10.0:g} times"


def _percent(part: float) -> str:
    """Rounded down, so that 99.6 % does not read as a goal reached."""
    if part >= _MANY_TIMES:
        return f"at least {100.0 * _MANY_TIMES:g} %"
    return f"{math.floor(100.0 * (part + CUT_TOLERANCE))} %"
