"""What rows have in common: effects of groups, constant or wandering, and slopes on numbers.

Expectation propagation (T. Minka, "A family of algorithms for approximate Bayesian inference", 2001) with one
Gaussian message a row and a factor. A row tells a factor its own value with everything else that is believed about
the row taken away; the factor tells the row what the factor's other rows say. A row's own word never comes back to
it, so a person's outcomes are no part of the leniency by which they are read.

A message to a factor is a pair (precision, pull) with pull = precision * value; a message to a row is (mean, variance).
"""

from typing import Final, Protocol

import numpy as np

from vetting.scoring.arrays import Floats, Ints
from vetting.scoring.chains import Wandering, evidence, lay_out, smooth
from vetting.scoring.panel import coded

SMALLEST, LARGEST = 1e-7, 100.0  # of a variance, in units of the noise of one outcome
_STEPS: Final = np.array([0.1, 0.5, 0.8, 0.93, 1.0, 1.07, 1.25, 2.0, 8.0])
_FIRST_STEP, _LAST_STEP = 0.8, 0.05
_LEAST_CAVITY = 1e-9

Message = tuple[Floats, Floats]


class Factor(Protocol):
    """Something that adds to the expected outcome of rows."""

    name: str

    def prior(self, rows: int) -> Message: ...

    def tell(self, precision: Floats, pull: Floats, *, learn: bool) -> Message:
        """Hear all rows, learn the variances by type-II likelihood where asked, and answer each row."""
        ...


class Groups:
    """Exchangeable effects: one for each code, Normal(0, variance).

    With `differing`, a variance of nothing is ruled out beforehand: the prior of the standard deviation rises from 0
    (Y. Chung et al., "A nondegenerate penalized likelihood estimator for variance parameters", Psychometrika 78, 2013).
    """

    def __init__(
        self, name: str, code: Ints, count: int, *, variance: float = 0.05, differing: bool = False
    ) -> None:
        self.name, self._differing = name, differing
        self.code, self.count, self.variance = code, count, variance
        self.mean, self.spread = np.zeros(count), np.full(count, variance)
        self.told: Message = np.zeros(len(code)), np.zeros(len(code))  # by the rows, when last heard
        self._precision: Floats = np.zeros(count)
        self._pull: Floats = np.zeros(count)
        self._extra: Floats = np.zeros(count)
        self._member = code >= 0
        self._place = np.where(self._member, code, 0)

    def prior(self, rows: int) -> Message:
        return np.zeros(rows), np.full(rows, self.variance)

    def tell(self, precision: Floats, pull: Floats, *, learn: bool) -> Message:
        precision, pull = np.where(self._member, precision, 0.0), np.where(self._member, pull, 0.0)
        self.told = precision, pull
        self._precision = np.bincount(self._place, precision, self.count).astype(np.float64)
        self._pull = np.bincount(self._place, pull, self.count).astype(np.float64)
        if learn:
            self._learn()
        self._infer()
        known = 1.0 / self.spread
        left = np.maximum(known[self._place] - precision, _LEAST_CAVITY)
        mean = ((self.mean * known)[self._place] - pull) / left
        return np.where(self._member, mean, 0.0), np.where(self._member, 1.0 / left, self.variance)

    def widen(self, extra: Floats) -> None:
        """By code: how much further than the others its effect may lie from what is expected."""
        self._extra = extra

    def of_rows(self) -> Message:
        """Posterior mean and variance of the effect in each row."""
        return (
            np.where(self._member, self.mean[self._place], 0.0),
            np.where(self._member, self.spread[self._place], self.variance),
        )

    def _infer(self) -> None:
        self.spread = 1.0 / (1.0 / (self.variance + self._extra) + self._precision)
        self.mean = self._pull * self.spread

    def _learn(self) -> None:
        """A step towards the variance under which the messages are likeliest."""
        tried = np.clip(self.variance * _STEPS, SMALLEST, LARGEST)
        prior = tried + self._extra[:, np.newaxis]
        spread = 1.0 + self._precision[:, np.newaxis] * prior
        gain = 0.5 * ((self._pull**2)[:, np.newaxis] * prior / spread - np.log(spread)).sum(axis=0)
        beforehand = np.array([self._beforehand(float(variance)) for variance in tried])
        self.variance = float(tried[np.argmax(gain + beforehand)])

    def _beforehand(self, variance: float) -> float:
        """Log-density of the prior of the variance: half-Cauchy on the deviation, times the deviation if `differing`."""
        return float(0.5 * self._differing * np.log(variance) - np.log1p(variance))


class Wanderers(Groups):
    """Effects that change in time: a constant and an Ornstein-Uhlenbeck part for each code."""

    def __init__(
        self, name: str, code: Ints, time: Floats, *, variance: float = 0.1, differing: bool = False
    ) -> None:
        moment = np.unique(time, return_inverse=True)[1]
        cell, cells = coded(code, moment)
        super().__init__(name, cell, cells, variance=variance, differing=differing)
        first = np.zeros(cells, dtype=np.int64)
        first[cell[self._member]] = np.flatnonzero(self._member)
        self.group, self.moment = code[first], time[first]
        self._layout = lay_out(self.group, self.moment)
        self._years = max(float(np.ptp(time)), 1e-6)
        self._step = _FIRST_STEP
        self.wandering = Wandering(stable=0.7 * variance, moving=0.3 * variance, years=self._years / 3.0)

    def widen(self, extra: Floats) -> None:
        self._extra = extra[self.group]

    def _infer(self) -> None:
        self.mean, self.spread = smooth(
            self._layout, self._precision, self._pull, self.wandering, self._extra
        )

    def _gain(self, tried: Wandering) -> float:
        likelihood = evidence(self._layout, self._precision, self._pull, tried, self._extra)
        slowness = (np.log(tried.years / self._years) + 0.5) / 1.5
        return likelihood + self._beforehand(tried.variance) - 0.5 * float(slowness) ** 2

    def _learn(self) -> None:
        """Pattern search: each of the three parameters a step up or down, smaller steps where none helps."""
        best, gain, factor = self.wandering, self._gain(self.wandering), float(np.exp(self._step))
        before = best
        for name in ("stable", "moving", "years"):
            for step in (factor, 1.0 / factor):
                tried = self._stepped(best, name, step)
                if (reached := self._gain(tried)) > gain:
                    best, gain = tried, reached
                    break
        if best == before:
            self._step = max(0.5 * self._step, _LAST_STEP)
        self.wandering, self.variance = best, best.variance

    def _stepped(self, known: Wandering, name: str, step: float) -> Wandering:
        values = {"stable": known.stable, "moving": known.moving, "years": known.years}
        least, most = (SMALLEST, LARGEST) if name != "years" else (self._years / 100.0, self._years * 20.0)
        values[name] = min(max(values[name] * step, least), most)
        return Wandering(**values)


class Slopes:
    """A number's weight in the expected outcome, for each column; a column's slope is shrunken on its own.

    Many rows bear on few slopes, so what one row says of them is not taken out of the answer to it.
    """

    name = "numbers"

    def __init__(self, columns: Floats, names: list[str], *, free: frozenset[str] = frozenset()) -> None:
        self.columns, self.names = columns, names
        self.free = np.array([name in free for name in names])
        self.variance = np.where(self.free, LARGEST, 0.1)
        self.slopes = np.zeros(len(names))

    def prior(self, rows: int) -> Message:
        return np.zeros(rows), np.zeros(rows)

    def tell(self, precision: Floats, pull: Floats, *, learn: bool) -> Message:
        known = (self.columns * precision[:, np.newaxis]).T @ self.columns + np.diag(1.0 / self.variance)
        covariance = np.linalg.inv(known)
        self.slopes = covariance @ (self.columns.T @ pull)
        if learn:
            # MacKay's fixed point, a half step at a time on the logarithm.
            told = np.maximum(1.0 - np.diag(covariance) / self.variance, 1e-6)
            fixed = np.clip((self.slopes**2 + 1e-4) / (told + 1e-2), 1e-6, 10.0)
            self.variance = np.where(self.free, LARGEST, np.sqrt(fixed * self.variance))
        variance: Floats = ((self.columns @ covariance) * self.columns).sum(axis=1)
        mean: Floats = self.columns @ self.slopes
        return mean, variance
