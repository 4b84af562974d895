"""What was observed, as one Gaussian message a row: ordered categories by a probit, values by a robust normal.

Everything is in units of the noise of one typical outcome (categories) or of the standard deviation of all values.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.special import gammaln, ndtr, ndtri

from vetting.scoring.arrays import Flags, Floats, Ints

_FLOOR: Final = 1e-300
_STEPS: Final = np.array([0.3, 0.7, 0.9, 1.0, 1.1, 1.4, 3.0])
_TAILS: Final = (3.0, 5.0, 8.0, 15.0, 40.0, np.inf)  # degrees of freedom that are tried
# A made-up claim is mostly a top one: e^3.56 = 35 times as often as one of the lowest category.
_MADE_UP: Final = 3.56
_BELIEF: Final = 100.0  # what the prior of a fabrication probability counts, in rows
_BELIEF_MADE_UP: Final = 20.0


def _density(x: Floats) -> Floats:
    bell: Floats = np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)
    return bell


class Sites:
    """One message a row: `precision` and `pull`; both 0 for a row of which nothing is known."""

    precision: Floats
    pull: Floats


def relative_noise(weight: Floats | None, known: Flags) -> Floats | None:
    """One over the weights, in units of the median known one; None where all are alike."""
    if weight is None or not known.any() or np.ptp(weight[known]) == 0.0:
        return None
    noise: Floats = np.median(weight[known]) / weight
    return noise


class Categories(Sites):
    """Ordinal probit with a fabrication component.

    P(Y >= c) = (1 - phi) Phi((eta - kappa_c) / sqrt(noise + variance of eta)) + phi psi_c
    """

    def __init__(
        self,
        outcome: Ints,
        known: Flags,
        categories: int,
        *,
        noise: Floats | None,
        level: Ints | None,
        fabrication: Sequence[float],
        counts: Floats | None = None,
    ) -> None:
        self._counts = np.ones(len(outcome)) if counts is None else counts
        self.outcome, self.known, self.categories = np.where(known, outcome, 0), known, categories
        seen = np.bincount(outcome[known], minlength=categories) + 0.5
        self.thresholds: Floats = ndtri(np.cumsum(seen)[:-1] / seen.sum())
        self._trials, self._part = noise, 0.0 if noise is None else 0.5
        self._level = level
        self._published = np.array(fabrication)
        self.fabrication = self._published.copy()
        shape = np.exp(_MADE_UP * np.arange(categories) / (categories - 1))
        self._shape = shape / shape.sum()
        self.made_up = self._shape.copy()
        self.precision, self.pull = np.zeros(len(outcome)), np.zeros(len(outcome))

    @property
    def noise(self) -> Floats:
        ones = np.ones(len(self.outcome))
        return ones if self._trials is None else 1.0 - self._part + self._part * self._trials

    @property
    def doubt(self) -> Floats:
        return np.zeros(len(self.outcome)) if self._level is None else self.fabrication[self._level]

    def read(self, mean: Floats, variance: Floats, *, step: float) -> None:
        deviation, low, high, likely = self._terms(mean, variance)
        doubt = self.doubt
        at_low, at_high = _density(low), _density(high)
        first = (1.0 - doubt) * (at_low - at_high) / (deviation * likely)
        bent = (
            np.where(np.isfinite(low), low, 0.0) * at_low - np.where(np.isfinite(high), high, 0.0) * at_high
        )
        second = np.minimum((1.0 - doubt) * bent / (deviation**2 * likely) - first**2, 0.0)
        left = np.maximum(1.0 + variance * second, 1e-3)
        precision = -second * self._counts / left
        pull = (first - second * mean) * self._counts / left
        self.precision = np.where(self.known, self.precision + step * (precision - self.precision), 0.0)
        self.pull = np.where(self.known, self.pull + step * (pull - self.pull), 0.0)

    def learn(self, mean: Floats, variance: Floats) -> None:
        self._learn_thresholds(mean, variance)
        if self._level is not None:
            self._learn_fabrication(self._level, mean, variance)
        if self._trials is not None:
            self._learn_noise(mean, variance)

    def foresee(self, mean: Floats, variance: Floats) -> Floats:
        """Probability of each category, shape (rows, categories)."""
        edges = np.concatenate(([-np.inf], self.thresholds, [np.inf]))
        deviation = np.sqrt(self.noise + variance)[:, np.newaxis]
        shares = np.diff(ndtr((edges - mean[:, np.newaxis]) / deviation), axis=1)
        doubt = self.doubt[:, np.newaxis]
        mixed: Floats = (1.0 - doubt) * shares + doubt * self.made_up
        return mixed

    def _terms(self, mean: Floats, variance: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        edges = np.concatenate(([-np.inf], self.thresholds, [np.inf]))
        deviation = np.sqrt(self.noise + variance)
        low = (edges[self.outcome] - mean) / deviation
        high = (edges[self.outcome + 1] - mean) / deviation
        upper = low > 0.0  # where both tails are small, the difference is taken in the lower one
        honest = ndtr(np.where(upper, -low, high)) - ndtr(np.where(upper, -high, low))
        doubt = self.doubt
        likely = np.maximum((1.0 - doubt) * honest + doubt * self.made_up[self.outcome], _FLOOR)
        return deviation, low, high, likely

    def _learn_thresholds(self, mean: Floats, variance: Floats) -> None:
        """Two steps of Fisher scoring, none that would let two thresholds meet."""
        known, inner = self.known, self.categories - 1
        rows, place = np.arange(int(known.sum())), self.outcome[known]
        for _ in range(2):
            deviation, low, high, likely = self._terms(mean, variance)
            factor = ((1.0 - self.doubt) / (deviation * likely))[known]
            gradient = np.zeros((len(rows), self.categories + 1))
            gradient[rows, place] -= factor * _density(low[known])
            gradient[rows, place + 1] += factor * _density(high[known])
            gradient = gradient[:, 1:-1]
            counted = gradient * self._counts[known, np.newaxis]
            step = np.linalg.solve(counted.T @ gradient + 1e-3 * np.eye(inner), counted.sum(axis=0))
            moved = self.thresholds + np.clip(step, -0.5, 0.5)
            if (np.diff(moved) < 1e-3).any():
                return
            self.thresholds = moved

    def _learn_fabrication(self, by_row: Ints, mean: Floats, variance: Floats) -> None:
        likely = self._terms(mean, variance)[3]
        invented = self._counts * self.doubt * self.made_up[self.outcome] / likely
        usable = self.known & (by_row > 0)
        level = by_row[usable]
        size = len(self._published)
        rows = np.bincount(level, self._counts[usable], size)
        told = np.bincount(level, invented[usable], size)
        learned = (told + _BELIEF * self._published) / (rows + _BELIEF)
        learned[0] = 1.0
        self.fabrication = learned
        by_category = np.bincount(self.outcome[usable], invented[usable], self.categories)
        raw = by_category + _BELIEF_MADE_UP * self._shape
        self.made_up = raw / raw.sum()

    def _learn_noise(self, mean: Floats, variance: Floats) -> None:
        def gain(part: float) -> float:
            self._part = part
            return float(np.log(self._terms(mean, variance)[3][self.known]).sum())

        near = np.clip(self._part + np.array([-0.1, -0.02, 0.0, 0.02, 0.1]), 0.0, 1.0)
        self._part = float(near[np.argmax([gain(float(part)) for part in near])])


class Values(Sites):
    """Normal or Student outcomes: variance `base` + `trial` / weight, times a factor by evidence level."""

    def __init__(
        self,
        outcome: Floats,
        known: Flags,
        *,
        noise: Floats | None,
        level: Ints | None,
        levels: int,
        counts: Floats | None = None,
    ) -> None:
        self._counts = np.ones(len(outcome)) if counts is None else counts
        self.outcome, self.known = np.where(known, outcome, 0.0), known
        self._trials = noise
        self.base, self.trial = (0.5, 0.0) if noise is None else (0.2, 0.3)
        self._level, self.by_level = level, np.ones(levels)
        self.freedom = np.inf
        self._robust = np.ones(len(outcome))
        self.precision, self.pull = np.zeros(len(outcome)), np.zeros(len(outcome))

    @property
    def noise(self) -> Floats:
        plain = np.full(len(self.outcome), self.base)
        if self._trials is not None:
            plain = plain + self.trial * self._trials
        return plain if self._level is None else plain * self.by_level[self._level]

    def read(self, _mean: Floats, _variance: Floats, *, step: float) -> None:  # noqa: ARG002 - as Categories
        self.precision = np.where(self.known, self._counts * self._robust / self.noise, 0.0)
        self.pull = self.precision * self.outcome

    def learn(self, mean: Floats, variance: Floats) -> None:
        known = self.known
        missed = (self.outcome - mean)[known] ** 2 * self._robust[known]
        for name in ("base", "trial") if self._trials is not None else ("base",):
            self._learn_part(name, missed, variance[known], known)
        if self._level is not None:
            self._learn_levels(self._level[known], missed, variance[known], self.noise[known])
        self._learn_tails(mean, variance, known)

    def _learn_part(self, name: str, missed: Floats, variance: Floats, known: Flags) -> None:
        start = getattr(self, name)

        def loss(size: float) -> float:
            setattr(self, name, size)
            total = variance + self.noise[known]
            return float((np.log(total) + missed / total).sum())

        tried = np.maximum(start * _STEPS, 1e-5)
        setattr(self, name, float(tried[np.argmin([loss(float(size)) for size in tried])]))

    def _learn_levels(self, level: Ints, missed: Floats, variance: Floats, noise: Floats) -> None:
        """How much noisier a level is, drawn to 1 by twenty rows."""
        plain = noise / self.by_level[level]
        excess = np.maximum(missed - variance, 0.05 * plain) / plain
        size = len(self.by_level)
        told = np.bincount(level, excess, size)
        self.by_level = np.clip((told + 20.0) / (np.bincount(level, minlength=size) + 20.0), 0.1, 10.0)

    def _learn_tails(self, mean: Floats, variance: Floats, known: Flags) -> None:
        total = variance + self.noise
        surprise = (self.outcome - mean) ** 2 / total
        self.freedom = max(_TAILS, key=lambda freedom: _student(surprise[known], total[known], freedom))
        if np.isinf(self.freedom):
            self._robust = np.ones(len(self.outcome))
        else:
            self._robust = (self.freedom + 1.0) / (self.freedom + surprise)


def _student(surprise: Floats, total: Floats, freedom: float) -> float:
    """Log-likelihood of Student's distribution with that scale, up to a constant; the normal one for infinity."""
    if np.isinf(freedom):
        return float(-0.5 * (surprise + np.log(total)).sum())
    half = 0.5 * (freedom + 1.0)
    constant = gammaln(half) - gammaln(0.5 * freedom) - 0.5 * np.log(0.5 * freedom)
    return float((constant - half * np.log1p(surprise / freedom) - 0.5 * np.log(total)).sum())
