"""Bayes' rule on a grid: readings in; mean, interval and the part each reading has in the mean out.

Standings are in between-person standard deviations; 0 is the person of middle standing. A `row` is a
log-likelihood over the grid, shape (GRID_POINTS,). Only differences within a row matter. Everything here takes a
stack of rows, and what it says of one does not depend, not even in its last bit, on the others.
"""

import math
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.polynomial import chebyshev
from scipy.special import ndtr

from vetting.scoring.arrays import Floats
from vetting.scoring.readings import Readings
from vetting.scoring.weights import GRID_POINTS, GRID_REACH, HIGH, LOW, Constants

_MIDDLE: Final = GRID_POINTS // 2
STANDINGS: Final[Floats] = np.arange(-_MIDDLE, _MIDDLE + 1, dtype=np.float64) * (GRID_REACH / _MIDDLE)

_PRIOR: Final[Floats] = -0.5 * STANDINGS**2
_PRIOR_AND_MOMENT: Final[Floats] = np.stack((np.exp(_PRIOR), np.exp(_PRIOR) * STANDINGS)).T
_STEP: Final = GRID_REACH / _MIDDLE
_EDGES: Final[Floats] = np.append(STANDINGS, GRID_REACH + _STEP) - _STEP / 2.0

# So many points of Chebyshev, for a spread of 0 and for each 1 more, hold a density to 1e-15.
_FEWEST, _MORE = 13.0, 28.0
_ROUNDING: Final = 1e-12
_STACK: Final = 24  # as many at once as stay in the processor's cache
# Up to a span of so much, so many nodes of Gauss and Legendre are exact to 1e-12.
_CALM: Final = ((4.0, 6), (8.0, 8), (14.0, 10))


class Posterior(NamedTuple):
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


def log_likelihoods(readings: Readings, constants: Constants) -> Floats:
    """One row a reading, shape (readings, GRID_POINTS): log P(category | standing), where

    P(Y >= c) = (1 - phi) Phi((tau z - hardness - kappa_c) / sqrt(1 + v + q age)) + phi psi_c

    The weight of a reading is not in it. Phi is taken as the integral of its density: numpy has the exponential of
    many numbers far sooner than scipy has Phi, and as the density has no singularity anywhere, its values at a few
    points hold the integral up to each standing.
    """
    spreads = np.array([dimension.spread for dimension in constants.dimensions])
    bounds = np.array([(-np.inf, *dimension.thresholds, np.inf) for dimension in constants.dimensions])
    points, carry = _points(math.ceil(_FEWEST + _MORE * spreads.max()))
    noise = np.sqrt(1.0 + readings.blur + constants.drift * readings.age)
    slope = spreads[readings.dimension] / noise
    edges = bounds[readings.dimension] + readings.hardness[:, np.newaxis]
    floor, ceiling = (edges[np.arange(len(readings)), readings.category + step] / noise for step in (0, 1))
    honest = 1.0 - readings.fabrication
    invented = readings.fabrication * np.array(constants.made_up)[readings.category]

    parts = np.empty((len(readings), 1, len(points) + 1))
    standing = slope[:, np.newaxis] * points
    parts[:, 0, 1:] = _bells(standing - floor[:, np.newaxis]) - _bells(standing - ceiling[:, np.newaxis])
    parts[:, 0, 1:] *= (honest * slope / math.sqrt(math.tau))[:, np.newaxis]
    parts[:, 0, 0] = honest * (ndtr(-floor) - ndtr(-ceiling)) + invented  # in the middle of the grid
    # One small product a row: its shape, and with it the order of its sums, depends on that row alone.
    likelihoods = (parts @ carry)[:, 0, :]
    least = np.flatnonzero(invented < _ROUNDING)  # where rounding could find less than what is certain
    likelihoods[least] = np.maximum(likelihoods[least], invented[least, np.newaxis])
    logs: Floats = np.log(likelihoods, out=likelihoods)
    return logs


def masses(rows: Floats) -> Floats:
    """The posterior probability of each standing, for each row."""
    logs = _PRIOR + rows
    logs -= logs.max(axis=-1, keepdims=True)
    weights = np.exp(logs, out=logs)
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights


def figures(rows: Floats) -> Floats:
    """Of the posterior of each row: mean, sd and the quantiles between which 80 % lie; shape (4, rows)."""
    found = np.empty((4, len(rows)))
    probabilities = masses(rows)
    # Folded at the middle, so that without evidence the mean is 0 and not nearly 0.
    surplus = probabilities[:, _MIDDLE + 1 :] - probabilities[:, _MIDDLE - 1 :: -1]
    found[0] = np.einsum("ij,j->i", surplus, STANDINGS[_MIDDLE + 1 :])
    off = STANDINGS - found[0][:, np.newaxis]
    np.square(off, out=off)
    found[1] = np.sqrt(np.einsum("ij,ij->i", probabilities, off))
    below = np.empty((len(rows), GRID_POINTS + 1))
    below[:, 0] = 0.0
    np.cumsum(probabilities, axis=1, out=below[:, 1:])
    found[2:] = _quantiles(below)
    return found


def removed(sd: Floats, initial: Floats) -> Floats:
    """Which part of the initial variance is gone, 0 to 1."""
    return np.maximum(0.0, 1.0 - (sd / initial) ** 2)


def influences(rows: Floats) -> Floats:
    """For each row of evidence the row u for which `part @ u` is what a part of it moves the mean.

    Aumann and Shapley's value along the temperature t of all evidence together: with p_t ~ prior * exp(t *
    evidence), u(z) is the integral over t from 0 to 1 of p_t(z) * (z - mean_t), and evidence @ u is the whole
    move. The integrand changes on the scale of 1/t, hence panels that halve towards 0 until the first is
    calm.
    """
    # At or below zero everywhere, and zero where it is highest: no power of it overflows, and not all vanish.
    evidence = rows - rows.max(axis=1, keepdims=True)
    span = -evidence.min(axis=1)
    rule = np.searchsorted([most for most, _ in _CALM], span)
    wild = rule == len(_CALM)
    rule[wild] = len(_CALM) - 1 + np.ceil(np.log2(span[wild] / _CALM[-1][0])).astype(np.intp)
    moves = np.empty_like(rows)
    for number in np.flatnonzero(np.bincount(rule)).tolist():
        temperatures, shares = _temperatures(number)
        alike = np.flatnonzero(rule == number)
        logs = np.empty((min(_STACK, len(alike)), len(temperatures), GRID_POINTS))
        for first in range(0, len(alike), _STACK):
            here = alike[first : first + _STACK]
            tempered = np.multiply(
                temperatures[:, np.newaxis], evidence[here][:, np.newaxis, :], out=logs[: len(here)]
            )
            moves[here] = _moves(np.exp(tempered, out=tempered), shares)
    moves *= np.exp(_PRIOR)
    return moves


def _moves(tempered: Floats, shares: Floats) -> Floats:
    """The integral over the temperature; the prior is still missing."""
    # One small product a row, as above.
    sums = tempered @ _PRIOR_AND_MOMENT
    given = np.empty((len(tempered), 2, len(shares)))
    np.divide(shares, sums[:, :, 0], out=given[:, 0])
    np.multiply(given[:, 0], sums[:, :, 1] / sums[:, :, 0], out=given[:, 1])
    parts = given @ tempered
    moves: Floats = STANDINGS * parts[:, 0] - parts[:, 1]
    return moves


@lru_cache(maxsize=64)
def _temperatures(rule: int) -> tuple[Floats, Floats]:
    """Nodes between 0 and 1 and their weights; rules beyond the last of `_CALM` have one panel more each."""
    halvings = max(0, rule - len(_CALM) + 1)
    nodes, shares = (
        np.polynomial.legendre.leggauss(_CALM[min(rule, len(_CALM) - 1)][1]) + np.array([[1.0], [0.0]])
    ) / 2.0
    ends = np.concatenate(([0.0], 2.0 ** np.arange(-halvings, 1)))
    widths = np.diff(ends)[:, np.newaxis]
    return (ends[:-1, np.newaxis] + widths * nodes).ravel(), (widths * shares).ravel()


@lru_cache(maxsize=16)
def _points(count: int) -> tuple[Floats, Floats]:
    """Chebyshev's points between the ends of the grid, and what carries values at them to the grid.

    The matrix gives the integral from the middle to each standing; its first line adds a constant.
    """
    angles, degrees = np.pi * (np.arange(count) + 0.5) / count, np.arange(count)
    coefficients = np.cos(np.outer(degrees, angles)) * ((2.0 - (degrees == 0)) / count)[:, np.newaxis]
    integrals = GRID_REACH * chebyshev.chebint(coefficients, lbnd=0.0)
    on_grid = chebyshev.chebvander(STANDINGS / GRID_REACH, count) @ integrals
    return GRID_REACH * np.cos(angles), np.vstack((np.ones(GRID_POINTS), on_grid.T))


def _bells(at: Floats) -> Floats:
    """exp(-x^2 / 2), in place."""
    np.square(at, out=at)
    at *= -0.5
    bells: Floats = np.exp(at, out=at)
    return bells


def _quantiles(below: Floats) -> Floats:
    """The standings below which `LOW` and `HIGH` of the mass lie, each point's mass spread evenly over its cell."""
    at = np.array([[LOW], [HIGH]])
    left = (below <= at[:, :, np.newaxis]).sum(axis=2) - 1
    row = np.arange(len(below))
    before = below[row, left]
    quantiles: Floats = _EDGES[left] + _STEP * (at - before) / (below[row, left + 1] - before)
    return quantiles
