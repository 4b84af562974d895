"""How forecasts compare with what then happened: in tenths, by Brier's score and by the logarithm.

G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950). Beside
each score stands that of the base rate: of somebody who knew in advance how many of all goals would be reached, and
nothing else. A forecast that is not better than that knows nothing of the person.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_TENTHS: Final = 10
_LEAST: Final = 1e-12  # a chance of 0 that came true would be an infinite loss


class Settled(NamedTuple):
    probability: float
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenth:
    """The forecasts from `low` up to `high`: how many, what they said on average, and how many came true."""

    low: float
    high: float
    n: int
    met: int
    mean: float | None  # None where there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Lower is better. None where nothing is settled yet: nothing is known then, not that all is well."""

    n: int
    met: int
    mean: float | None  # what was said on average
    base_rate: float | None
    brier: float | None
    brier_base: float | None
    log_loss: float | None
    log_loss_base: float | None
    tenths: tuple[Tenth, ...]


def reliability(settled: Sequence[Settled]) -> Reliability:
    n, met = len(settled), sum(each.met for each in settled)
    rate = met / n if n else None
    constant = [] if rate is None else [Settled(rate, each.met) for each in settled]
    return Reliability(
        n=n,
        met=met,
        mean=_mean(settled),
        base_rate=rate,
        brier=_brier(settled),
        brier_base=_brier(constant),
        log_loss=_log_loss(settled),
        log_loss_base=_log_loss(constant),
        tenths=tuple(_tenth(number, settled) for number in range(_TENTHS)),
    )


def _mean(settled: Sequence[Settled]) -> float | None:
    return math.fsum(each.probability for each in settled) / len(settled) if settled else None


def _brier(settled: Sequence[Settled]) -> float | None:
    if not settled:
        return None
    return math.fsum((each.probability - each.met) ** 2 for each in settled) / len(settled)


def _log_loss(settled: Sequence[Settled]) -> float | None:
    if not settled:
        return None
    chances = (each.probability if each.met else 1.0 - each.probability for each in settled)
    return -math.fsum(math.log(max(chance, _LEAST)) for chance in chances) / len(settled)


def _tenth(number: int, settled: Sequence[Settled]) -> Tenth:
    """The last one holds 1 as well."""
    here = [each for each in settled if min(int(each.probability * _TENTHS), _TENTHS - 1) == number]
    return Tenth(
        low=number / _TENTHS,
        high=(number + 1) / _TENTHS,
        n=len(here),
        met=sum(each.met for each in here),
        mean=_mean(here),
    )
