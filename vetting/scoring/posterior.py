"""Bayes' rule on a grid: readings in; mean, interval and the part each reading has in the mean out.

Standings are in between-person standard deviations; 0 is the person of middle standing. A `row` is a
log-likelihood over the grid, shape (GRID_POINTS,). Only differences within a row matter.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr

from vetting.scoring.arrays import Floats
from vetting.scoring.readings import Reading
from vetting.scoring.weights import GRID_POINTS, GRID_REACH, HIGH, LOW, Constants

_MIDDLE: Final = GRID_POINTS // 2
STANDINGS: Final[Floats] = np.arange(-_MIDDLE, _MIDDLE + 1, dtype=np.float64) * (GRID_REACH / _MIDDLE)

_PRIOR: Final[Floats] = -0.5 * STANDINGS**2
_PRIOR_AND_MOMENT: Final[Floats] = np.stack((np.exp(_PRIOR), np.exp(_PRIOR) * STANDINGS), axis=1)
_STEP: Final = GRID_REACH / _MIDDLE
_EDGES: Final[Floats] = np.append(STANDINGS, GRID_REACH + _STEP) - _STEP / 2.0

# Gauss-Legendre nodes and their weights on [0, 1].
_NODES, _SHARES = (np.polynomial.legendre.leggauss(10) + np.array([[1.0], [0.0]])) / 2.0
_STACK: Final = 6  # as many at once as stay in the processor's cache
_CALM: Final = 14.0  # up to there ten nodes are exact to 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What is known of a standing. `low` to `high` hold 80 %; `low` ranks.

    In between-person standard deviations. `reliability` is the part of the initial variance that claims have
    removed, 0 to 1; `n` is the number of claims.
    """

    mean: float
    sd: float
    low: float
    high: float
    reliability: float
    n: int


def rows(readings: Sequence[Reading], constants: Constants) -> Floats:
    """One row a reading, shape (readings, GRID_POINTS): weight * log P(category | standing), where

    P(Y >= c) = (1 - phi) Phi((tau z - hardness - kappa_c) / sqrt(1 + v + q age)) + phi psi_c
    """
    table = {
        dimension.name: (dimension.spread, (-math.inf, *dimension.thresholds, math.inf))
        for dimension in constants.dimensions
    }
    columns = [
        (
            table[reading.dimension][0],
            table[reading.dimension][1][reading.category] + reading.hardness,
            table[reading.dimension][1][reading.category + 1] + reading.hardness,
            1.0 + reading.blur + constants.drift * reading.age,
            reading.fabrication,
            constants.made_up[reading.category],
            reading.weight,
        )
        for reading in readings
    ]
    spread, floor, ceiling, variance, phi, psi, weight = np.array(columns).reshape(-1, 7).T[:, :, np.newaxis]
    standing = spread * STANDINGS
    reached, surpassed = ndtr(np.stack((standing - floor, standing - ceiling)) / np.sqrt(variance))
    likelihoods: Floats = (1.0 - phi) * (reached - surpassed) + phi * psi
    logs: Floats = weight * np.log(likelihoods)
    return logs


def masses(row: Floats) -> Floats:
    """The posterior probability of each standing; `row` may be a stack of rows."""
    logs = _PRIOR + row
    weights = np.exp(logs - logs.max(axis=-1, keepdims=True))
    shares: Floats = weights / weights.sum(axis=-1, keepdims=True)
    return shares


def quantile(probabilities: Floats, at: float) -> float:
    """The standing below which `at` of the mass lies, each grid point's mass spread evenly over its cell."""
    below = np.concatenate(([0.0], np.cumsum(probabilities)))
    return float(np.interp(at, below, _EDGES))


def posterior(evidence: Floats, prior: Floats, *, n: int) -> Posterior:
    """The posterior of the row `evidence`; its reliability is measured against that of the row `prior`."""
    probabilities = masses(evidence)
    mean, sd = _moments(probabilities)
    return Posterior(
        mean=mean,
        sd=sd,
        low=quantile(probabilities, LOW),
        high=quantile(probabilities, HIGH),
        reliability=_removed(sd, _moments(masses(prior))[1]),
        n=n,
    )


def posteriors(evidence: Floats, prior: Floats, n: Sequence[int]) -> list[Posterior]:
    """As `posterior`, of each row of a stack: by sums along the row, whatever else is in the stack."""
    probabilities = masses(evidence)
    means, sds = _moments_of(probabilities)
    initial = _moments_of(masses(prior))[1]
    below = np.zeros((len(evidence), GRID_POINTS + 1))
    np.cumsum(probabilities, axis=1, out=below[:, 1:])
    columns = (
        means,
        sds,
        _quantiles(below, LOW),
        _quantiles(below, HIGH),
        np.maximum(0.0, 1.0 - (sds / initial) ** 2),
    )
    return [
        Posterior(mean=mean, sd=sd, low=low, high=high, reliability=reliability, n=count)
        for mean, sd, low, high, reliability, count in zip(
            *(column.tolist() for column in columns), n, strict=True
        )
    ]


def blend(parts: Sequence[tuple[float, Posterior, Posterior]], *, n: int) -> Posterior:
    """The composite of (weight, posterior, what it would be without claims), weights summing to 1.

    Means, quantiles and sd are weighted sums. For the mean that is exact. For the others it is exact where
    the standings of one person rise and fall together; where they do not, the true sd is smaller.
    """
    sd = sum(weight * known.sd for weight, known, _ in parts)
    return Posterior(
        mean=sum(weight * known.mean for weight, known, _ in parts),
        sd=sd,
        low=sum(weight * known.low for weight, known, _ in parts),
        high=sum(weight * known.high for weight, known, _ in parts),
        reliability=_removed(sd, sum(weight * unknown.sd for weight, _, unknown in parts)),
        n=n,
    )


def influence(evidence: Floats) -> Floats:
    """The row u for which `row @ u` is the part of one row in the move of the mean by all `evidence`.

    Aumann and Shapley's value along the temperature t of all evidence together: with p_t ~ prior * exp(t *
    evidence), u(z) is the integral over t from 0 to 1 of p_t(z) * (z - mean_t), and evidence @ u is the whole
    move. The integrand changes on the scale of 1/t, hence panels that halve towards 0 until the first is
    calm.
    """
    span = float(np.ptp(evidence))
    temperatures, shares = _temperatures(math.ceil(math.log2(span / _CALM)) if span > _CALM else 0)
    probabilities = masses(temperatures[:, np.newaxis] * evidence)
    off_mean = STANDINGS - (probabilities @ STANDINGS)[:, np.newaxis]
    moves: Floats = shares @ (probabilities * off_mean)
    return moves


def influences(evidence: Floats) -> Floats:
    """As `influence`, of each row of a stack."""
    spans = np.ptp(evidence, axis=1)
    halvings = np.ceil(np.log2(np.maximum(spans / _CALM, 1.0))).astype(int)
    moves = np.empty_like(evidence)
    for number in np.unique(halvings).tolist():
        temperatures, shares = _temperatures(number)
        alike = np.flatnonzero(halvings == number)
        for here in np.split(alike, range(_STACK, len(alike), _STACK)):
            moves[here] = _stack_of_influences(evidence[here], temperatures, shares)
    return moves


def _stack_of_influences(evidence: Floats, temperatures: Floats, shares: Floats) -> Floats:
    # At or below zero everywhere, and zero where it is highest: no power of it overflows, and not all vanish.
    logs = temperatures[:, np.newaxis] * (evidence - evidence.max(axis=1, keepdims=True))[:, np.newaxis, :]
    tempered = np.exp(logs, out=logs)
    # One small product a row: its shape, and with it the order of its sums, depends on that row alone.
    sums = tempered @ _PRIOR_AND_MOMENT
    given = shares / sums[:, :, 0]
    means = sums[:, :, 1] / sums[:, :, 0]
    parts = np.stack((given, given * means), axis=1) @ tempered
    moves: Floats = np.exp(_PRIOR) * (STANDINGS * parts[:, 0] - parts[:, 1])
    return moves


def _temperatures(halvings: int) -> tuple[Floats, Floats]:
    ends = np.concatenate(([0.0], 2.0 ** np.arange(-halvings, 1)))
    widths = np.diff(ends)[:, np.newaxis]
    return (ends[:-1, np.newaxis] + widths * _NODES).ravel(), (widths * _SHARES).ravel()


def _moments_of(probabilities: Floats) -> tuple[Floats, Floats]:
    surplus = probabilities[:, _MIDDLE + 1 :] - probabilities[:, _MIDDLE - 1 :: -1]
    means = np.einsum("ij,j->i", surplus, STANDINGS[_MIDDLE + 1 :])
    off = STANDINGS - means[:, np.newaxis]
    return means, np.sqrt(np.einsum("ij,ij,ij->i", probabilities, off, off))


def _quantiles(below: Floats, at: float) -> Floats:
    left = (below <= at).sum(axis=1) - 1
    row = np.arange(len(below))
    slope = (_EDGES[left + 1] - _EDGES[left]) / (below[row, left + 1] - below[row, left])
    quantiles: Floats = slope * (at - below[row, left]) + _EDGES[left]
    return quantiles


def _moments(probabilities: Floats) -> tuple[float, float]:
    # Folded at the middle, so that without evidence the mean is 0 and not nearly 0.
    surplus = probabilities[_MIDDLE + 1 :] - probabilities[_MIDDLE - 1 :: -1]
    mean = float(surplus @ STANDINGS[_MIDDLE + 1 :])
    return mean, math.sqrt(float(probabilities @ (STANDINGS - mean) ** 2))


def _removed(sd: float, initial: float) -> float:
    return max(0.0, 1.0 - (sd / initial) ** 2)
