"""Groups whose effect may wander: a constant part and an Ornstein-Uhlenbeck part, by Kalman's filter and smoother.

A `cell` is one group at one moment. All groups are filtered side by side, moment by moment; a group that has only
one moment, or no wandering part, is the ordinary random effect.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vetting.scoring.arrays import Floats, Ints

_FLOOR = 1e-9  # keeps a variance that has shrunk to nothing from being divided by


@dataclass(frozen=True, slots=True)
class Wandering:
    """`stable` and `moving` are variances, `years` is the time in which the moving part forgets itself by 1/e."""

    stable: float
    moving: float
    years: float

    @property
    def variance(self) -> float:
        return self.stable + self.moving

    @property
    def drift(self) -> float:
        """The variance of the change within one year."""
        return float(2.0 * self.moving * -np.expm1(-1.0 / self.years))


@dataclass(frozen=True, slots=True)
class Layout:
    """Cells in order of time within their group, stepped through side by side.

    `steps[k]` are the cells that are the k-th of their group, in a fixed order of groups that starts with those that
    have most cells; `gaps[k]` the years since the cell before.
    """

    steps: Sequence[Ints]
    gaps: Sequence[Floats]
    cells: int


def lay_out(group: Ints, time: Floats) -> Layout:
    """`group` and `time` of each cell; no two cells share both."""
    order = np.lexsort((time, group))
    starts = np.flatnonzero(np.append(True, np.diff(group[order]) != 0))
    lengths = np.diff(np.append(starts, len(order)))
    starts, lengths = starts[ranked := np.argsort(-lengths, kind="stable")], lengths[ranked]
    steps, gaps = [], []
    for number in range(int(lengths.max(initial=0))):
        places = starts[: int(np.searchsorted(-lengths, -number, side="left"))] + number
        cells = order[places]
        steps.append(cells)
        gaps.append(time[cells] - time[order[places - 1]] if number else np.zeros(len(cells)))
    return Layout(steps=steps, gaps=gaps, cells=len(group))


def evidence(layout: Layout, precision: Floats, pull: Floats, wandering: Wandering, extra: Floats) -> float:
    """Log-evidence of the cells' messages, up to what does not depend on the variances."""
    return _filter(layout, precision, pull, wandering, extra)[0]


def smooth(
    layout: Layout, precision: Floats, pull: Floats, wandering: Wandering, extra: Floats
) -> tuple[Floats, Floats]:
    """Posterior mean and variance of each cell, given its message: `precision`, and `pull` = precision * value.

    `extra` is by how much more the constant part of the cell's group varies.
    """
    _, filtered, predicted = _filter(layout, precision, pull, wandering, extra)
    mean, variance = np.empty(layout.cells), np.empty(layout.cells)
    after: tuple[Floats, ...] = ()
    for number in range(len(layout.steps) - 1, -1, -1):
        a, b, aa, ab, bb = (part.copy() for part in filtered[number])
        if after:
            known = len(after[0])
            rho = np.exp(-layout.gaps[number + 1] / wandering.years)
            forward = predicted[number + 1]
            smoothed = _step_back(tuple(part[:known] for part in (a, b, aa, ab, bb)), forward, after, rho)
            for part, value in zip((a, b, aa, ab, bb), smoothed, strict=True):
                part[:known] = value
        after = (a, b, aa, ab, bb)
        mean[layout.steps[number]] = a + b
        variance[layout.steps[number]] = np.maximum(aa + 2.0 * ab + bb, _FLOOR)
    return mean, variance


def _filter(
    layout: Layout, precision: Floats, pull: Floats, wandering: Wandering, extra: Floats
) -> tuple[float, list[tuple[Floats, ...]], list[tuple[Floats, ...]]]:
    total = 0.0
    filtered: list[tuple[Floats, ...]] = []
    predicted: list[tuple[Floats, ...]] = []
    moving = max(wandering.moving, _FLOOR)
    for number, cells in enumerate(layout.steps):
        count = len(cells)
        if number == 0:
            a, b, ab = np.zeros(count), np.zeros(count), np.zeros(count)
            aa, bb = max(wandering.stable, _FLOOR) + extra[cells], np.full(count, moving)
        else:
            rho = np.exp(-layout.gaps[number] / wandering.years)
            a, b, aa, ab, bb = (part[:count] for part in filtered[-1])
            b, ab, bb = rho * b, rho * ab, rho * rho * bb + moving * (1.0 - rho * rho)
        predicted.append((a, b, aa, ab, bb))
        weight, told = precision[cells], pull[cells]
        gain_a, gain_b = aa + ab, ab + bb
        level, doubt = a + b, gain_a + gain_b
        spread = 1.0 + weight * doubt
        step = (told - weight * level) / spread
        shrink = weight / spread
        # Without told^2 / weight: no variance changes it, and where weight is next to nothing it swamps the rest.
        misses = (weight * level**2 - 2.0 * told * level - told**2 * doubt) / spread
        total -= 0.5 * float((np.log(spread) + misses).sum())
        filtered.append(
            (
                a + gain_a * step,
                b + gain_b * step,
                aa - shrink * gain_a * gain_a,
                ab - shrink * gain_a * gain_b,
                bb - shrink * gain_b * gain_b,
            )
        )
    return total, filtered, predicted


def _step_back(
    filtered: tuple[Floats, ...], predicted: tuple[Floats, ...], after: tuple[Floats, ...], rho: Floats
) -> tuple[Floats, ...]:
    """Rauch, Tung and Striebel's step for the two-dimensional state (constant, wandering)."""
    a, b, aa, ab, bb = filtered
    pa, pb, paa, pab, pbb = predicted
    sa, sb, saa, sab, sbb = after
    determinant = np.maximum(paa * pbb - pab * pab, _FLOOR**2)
    iaa, iab, ibb = pbb / determinant, -pab / determinant, paa / determinant
    # Gain = filtered covariance * transition' * predicted covariance^-1.
    caa, cab = aa * iaa + rho * ab * iab, aa * iab + rho * ab * ibb
    cba, cbb = ab * iaa + rho * bb * iab, ab * iab + rho * bb * ibb
    da, db = sa - pa, sb - pb
    daa, dab, dbb = saa - paa, sab - pab, sbb - pbb
    return (
        a + caa * da + cab * db,
        b + cba * da + cbb * db,
        aa + caa * caa * daa + 2.0 * caa * cab * dab + cab * cab * dbb,
        ab + caa * cba * daa + (caa * cbb + cab * cba) * dab + cab * cbb * dbb,
        bb + cba * cba * daa + 2.0 * cba * cbb * dab + cbb * cbb * dbb,
    )
