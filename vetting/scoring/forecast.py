"""What a standing means for the next goal: the chance that it is reached."""

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from vetting.scoring.posterior import Posterior
from vetting.scoring.weights import PUBLISHED, RESULTS, Constants

_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """Percent, 0 to 100: of a hundred goals of usual ambition, how many a person of that standing reaches."""

    mean: float
    low: float
    high: float


def probability_met(
    posterior: Posterior, *, ambition: float | None = None, constants: Constants = PUBLISHED
) -> float:
    """The chance, 0 to 1, that the next comparable goal is fully reached. Give it the standing in results.

    `ambition` is what `ambition()` says of that goal; without it, a goal that asks for the metric's usual
    change. The uncertainty about the person is averaged over (as a normal one), so that little evidence pulls
    towards the chance of the person of middle standing.
    """
    asked = constants.typical_ambition if ambition is None else ambition
    results = constants.dimension(RESULTS)
    hardness = constants.slope * (asked - constants.typical_ambition) + results.thresholds[-1]
    variance = 1.0 + constants.leniency + (results.spread * posterior.sd) ** 2
    return _NORMAL.cdf((results.spread * posterior.mean - hardness) / math.sqrt(variance))


def on_scale(posterior: Posterior, *, constants: Constants = PUBLISHED) -> Chance:
    """Mean and interval on the scale that pages show. The order of people by `low` stays what it was.

    Each end is the chance at exactly that standing, so it is a scale for reading; the forecast is
    `probability_met`. Of the composite it says: of somebody who stands there in every dimension.
    """
    results = constants.dimension(RESULTS)
    noise = math.sqrt(1.0 + constants.leniency)

    def percent(standing: float) -> float:
        return 100.0 * _NORMAL.cdf((results.spread * standing - results.thresholds[-1]) / noise)

    return Chance(mean=percent(posterior.mean), low=percent(posterior.low), high=percent(posterior.high))
