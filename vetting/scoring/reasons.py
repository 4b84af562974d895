"""The sentences of the ledger: what a claim says in one dimension, and why it counts as much as it does."""

import math
from collections.abc import Sequence
from typing import Final

from vetting.scoring.readings import Reading
from vetting.scoring.weights import CUT_TOLERANCE, MONEY, RESULTS, TRANSFER

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
_TRANSFER: Final = ("none of it", "little of it", "half of it", "most of it", "all of it")


def reason(readings: Sequence[Reading]) -> str:
    """The sentence for the readings of one claim in one dimension, by time; at least one."""
    first = readings[0]
    facts = [_said(readings), f"{_SOURCES[first.claim.level]} (E{first.claim.level})"]
    if first.place.weak:
        facts.append(f"counts {_percent(first.place.weight)} because the source vouches for nobody else")
    elif first.place.rank > 1:
        facts.append(
            f"counts {_percent(first.place.weight)} because it is number {first.place.rank} of one client"
        )
    return "; ".join(facts) + "."


def _said(readings: Sequence[Reading]) -> str:
    first = readings[0]
    if first.dimension == RESULTS:
        return _result(first)
    if first.dimension == MONEY:
        return (
            "Left the client with a loss"
            if first.category == 0
            else f"Brought {_times(first.observed)} the fee"
        )
    if first.dimension == TRANSFER:
        return f"The client's people can now do {_TRANSFER[first.category]} without the consultant"
    follow_ups = ((6, first.claim.sustained_6m), (12, first.claim.sustained_12m))
    months = [month for month, value in follow_ups if value is not None]
    left = [f"{month} months {_left(reading)}" for month, reading in zip(months, readings, strict=True)]
    return f"After {', after '.join(left)}"


def _result(reading: Reading) -> str:
    if reading.claim.rejected:
        return "The client said the number is wrong"
    goal = "a goal set beforehand" if reading.claim.preregistered else "a goal written down afterwards"
    if reading.category == 0:
        return f"Ended worse than it began, against {goal}"
    return f"Reached {_percent(reading.observed)} of {goal}"


def _left(reading: Reading) -> str:
    if reading.category == 0:
        return "things were worse than before"
    return f"{_percent(reading.observed)} of the change was left"


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
