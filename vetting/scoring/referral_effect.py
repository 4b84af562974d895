"""Learns from what happened later how far referrals by peers may move the point a person starts from.

Type II: the standings of the people referred are integrated out, on the scale's own grid. What is left is how
likely their later verified results are for each size of the shift; its mean is what a calibration takes over.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats
from vetting.scoring.evidence import ScoringError
from vetting.scoring.posterior import STANDINGS, masses
from vetting.scoring.weights import GRID_POINTS, HIGH, LOW

# Before any data every shift from 0 to the published most is as likely as any other; beyond it none is.
_NODES, _SHARES = (np.polynomial.legendre.leggauss(32) + np.array([[1.0], [0.0]])) / 2.0

# All people together may do better or worse than the thresholds say; that must not be put down to referrals.
# Judged: by a standard deviation of a half.
_LEVEL_SPREAD: Final = 0.5
_PEAK, _PEAK_SHARES = np.polynomial.hermite_e.hermegauss(5)  # about the likeliest level, in its own width
_NEWTON_STEPS: Final = 4  # from the level at the shift before
_MOMENTS: Final[Floats] = np.stack((np.ones(GRID_POINTS), STANDINGS, STANDINGS**2), axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralEffect:
    """`shift` takes the place of `Constants.referral_shift`; `low` to `high` hold 80 % of what is likely.

    In between-person standard deviations. `n` people had a referral and a later result.
    """

    shift: float
    sd: float
    low: float
    high: float
    n: int


def referral_effect(
    fullness: Floats, later: Floats, *, most: float, before: Floats | None = None
) -> ReferralEffect:
    """The shift that these people's later results speak for, between 0 and `most`.

    `fullness` is 1 - exp(-S / kappa) of each person before those results; `later` is the log-likelihood of
    the results over the grid of standings, a row each (`posterior.log_likelihoods`, weighted and summed by person,
    without what was known at the time). `before` is the same of the results that were: whoever has done well is
    referred, and that must not be put down to the referral; nothing was known where it is not given. People without
    referrals count: they tell how well all do. Without anybody referred the middle of the range is left. Raises
    ScoringError on what cannot be used, by row.
    """
    known = np.zeros_like(later) if before is None else before
    _require_usable(fullness, later, most, name="later")
    _require_usable(fullness, known, most, name="before")
    shifts = most * _NODES
    likelihood, known = _scaled(later), _scaled(known)
    evidence, level = np.empty(len(shifts)), 0.0
    for number, shift in enumerate(shifts):
        evidence[number], level = _log_evidence(fullness, likelihood, known, shift, level)
    weight = np.exp(evidence - evidence.max()) * _SHARES
    weight /= weight.sum()
    mean = float(weight @ shifts)
    low, high = _quantiles(weight, most)
    return ReferralEffect(
        shift=mean,
        sd=float(np.sqrt(weight @ (shifts - mean) ** 2)),
        low=low,
        high=high,
        n=int(np.count_nonzero(fullness)),
    )


def _scaled(logs: Floats) -> Floats:
    return np.exp(logs - logs.max(axis=1, keepdims=True)) if len(logs) else logs


def _log_evidence(
    fullness: Floats, likelihood: Floats, known: Floats, shift: float, level: float
) -> tuple[float, float]:
    """How likely these results are where starts are normal about level + shift * f, over all levels; and the peak.

    With many people the level is known to a hundredth: the nodes stand about its peak, found by Newton's steps.
    """
    unseen = known * np.exp(shift * fullness[:, np.newaxis] * STANDINGS)
    seen = likelihood * unseen
    width = _LEVEL_SPREAD
    for _ in range(_NEWTON_STEPS):
        _, slope, curve = _at_level(seen, unseen, level)
        width = min(_LEVEL_SPREAD, (-curve) ** -0.5) if curve < 0.0 else _LEVEL_SPREAD
        level += slope * width**2
    heights = np.array([_at_level(seen, unseen, level + width * step)[0] for step in _PEAK])
    top = heights.max()
    area = width * (_PEAK_SHARES * np.exp(_PEAK**2 / 2.0 + heights - top)).sum()
    return float(top + np.log(area)), level


def _at_level(seen: Floats, unseen: Floats, level: float) -> tuple[float, float, float]:
    """The log of results and prior together, and its first and second derivative by the level."""
    start = (masses(np.zeros(GRID_POINTS)) * np.exp(level * STANDINGS))[:, np.newaxis] * _MOMENTS
    known, before = seen @ start, unseen @ start
    value = np.log(known[:, 0] / before[:, 0]).sum() - 0.5 * (level / _LEVEL_SPREAD) ** 2
    means, starts = known[:, 1] / known[:, 0], before[:, 1] / before[:, 0]
    slope = (means - starts).sum() - level / _LEVEL_SPREAD**2
    spreads = (known[:, 2] / known[:, 0] - means**2) - (before[:, 2] / before[:, 0] - starts**2)
    return float(value), float(slope), float(spreads.sum() - _LEVEL_SPREAD**-2)


def _quantiles(weight: Floats, most: float) -> tuple[float, float]:
    below = np.cumsum(weight) - weight / 2.0
    low, high = np.interp((LOW, HIGH), [0.0, *below, 1.0], [0.0, *(most * _NODES), most])
    return float(low), float(high)


def _require_usable(fullness: Floats, logs: Floats, most: float, *, name: str) -> None:
    if not 0.0 < most < np.inf:
        message = "must be above zero and finite"
        raise ScoringError(message, "most", "")
    if logs.shape != (len(fullness), GRID_POINTS):
        message = f"must have {GRID_POINTS} values for each of {len(fullness)} people"
        raise ScoringError(message, name, "")
    usable = (fullness >= 0.0) & (fullness <= 1.0)
    if not usable.all():
        message = "must lie between 0 and 1"
        raise ScoringError(message, "fullness", f"row {int(np.argmin(usable))}")
    finite = np.isfinite(logs).all(axis=1)
    if not finite.all():
        message = "is not finite everywhere on the grid"
        raise ScoringError(message, name, f"row {int(np.argmin(finite))}")
