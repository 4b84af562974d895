"""The loop that lets factors and observations tell each other what they know until nothing moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats
from vetting.scoring.factors import Factor
from vetting.scoring.sites import Categories, Values

_SWEEPS: Final = 60
_SETTLED: Final = 1e-3  # of the expected outcome, in units of one outcome's noise
_FULL_STEPS: Final = 10  # sweeps after which messages of observations are averaged with the ones before


@dataclass(frozen=True, slots=True)
class Belief:
    """What is expected of each row without its own outcome, after `sweeps` rounds."""

    mean: Floats
    variance: Floats
    sweeps: int


def infer(sites: Categories | Values, factors: Sequence[Factor], *, learn: bool = True) -> Belief:
    """Run expectation propagation and, where asked, type-II learning; `sites` and `factors` hold what was learned."""
    rows = len(sites.known)
    messages = [factor.prior(rows) for factor in factors]
    mean = np.sum([message[0] for message in messages], axis=0) if messages else np.zeros(rows)
    variance = np.sum([message[1] for message in messages], axis=0) if messages else np.zeros(rows)
    sweep = 0
    for sweep in range(_SWEEPS):
        before = mean
        sites.read(mean, variance, step=1.0 if sweep < _FULL_STEPS else 0.7)
        for number, factor in enumerate(factors):
            others_mean, others_variance = mean - messages[number][0], variance - messages[number][1]
            # The observation, seen through all that is not known about the other factors.
            blur = 1.0 + sites.precision * others_variance
            messages[number] = factor.tell(
                sites.precision / blur,
                (sites.pull - sites.precision * others_mean) / blur,
                learn=learn and sweep > 0,
            )
            mean, variance = others_mean + messages[number][0], others_variance + messages[number][1]
        if learn:
            sites.learn(mean, variance)
        if sweep >= _FULL_STEPS and ((mean - before) ** 2).sum() <= rows * _SETTLED**2:
            break
    return Belief(mean=mean, variance=variance, sweeps=sweep + 1)
