"""Learns from what happened later how far referrals by peers may move the point a person starts from.

Type II: the standings of the people referred are integrated out, on the scale's own grid. What is left is how
likely their later verified results are for each size of the shift; its mean is what a calibration takes over.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vetting.scoring.evidence import ScoringError
from vetting.scoring.normal import Floats
from vetting.scoring.posterior import STANDINGS, masses
from vetting.scoring.weights import GRID_POINTS, HIGH, LOW

# Before any data every shift from 0 to the published most is as likely as any other; beyond it none is.
_NODES, _SHARES = (np.polynomial.legendre.leggauss(32) + np.array([[1.0], [0.0]])) / 2.0

# All people together may do better or worse than the thresholds say; that must not be put down to referrals.
# Judged: by a standard deviation of a half.
_LEVELS, _LEVEL_SHARES = np.polynomial.hermite_e.hermegauss(11)
_LEVEL_SPREAD: Final = 0.5

_AT_ONCE: Final = 2000  # people; 2000 rows of the grid are 2.6 MB


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


def referral_effect(fullness: Floats, later: Floats, *, most: float) -> ReferralEffect:
    """The shift that these people's later results speak for, between 0 and `most`.

    `fullness` is 1 - exp(-S / kappa) of each person before those results; `later` is the log-likelihood of
    the results over the grid of standings, a row each (`posterior.rows`, summed by person and without what
    was known at the time). People without referrals count: they tell how well all do. Without anybody
    referred the middle of the range is left. Raises ScoringError on what cannot be used, by row.
    """
    _require_usable(fullness, later, most)
    shifts = most * _NODES
    evidence = np.zeros((len(shifts), len(_LEVELS)))
    for first in range(0, len(fullness), _AT_ONCE):
        chunk = slice(first, first + _AT_ONCE)
        evidence += _log_evidence(fullness[chunk], later[chunk], shifts)
    evidence += np.log(_LEVEL_SHARES)
    weight = np.exp(evidence - evidence.max()).sum(axis=1) * _SHARES
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


def _log_evidence(fullness: Floats, later: Floats, shifts: Floats) -> Floats:
    """By shift and level: how likely these results are, where the start is a normal of mean level + shift * f."""
    start = masses(np.zeros(GRID_POINTS))[:, np.newaxis] * np.exp(
        STANDINGS[:, np.newaxis] * (_LEVEL_SPREAD * _LEVELS)
    )
    likelihood = np.exp(later - later.max(axis=1, keepdims=True))
    found = np.empty((len(shifts), len(_LEVELS)))
    for number, shift in enumerate(shifts):
        tilt = np.exp(shift * fullness[:, np.newaxis] * STANDINGS)
        found[number] = (np.log((likelihood * tilt) @ start) - np.log(tilt @ start)).sum(axis=0)
    return found


def _quantiles(weight: Floats, most: float) -> tuple[float, float]:
    below = np.cumsum(weight) - weight / 2.0
    low, high = np.interp((LOW, HIGH), [0.0, *below, 1.0], [0.0, *(most * _NODES), most])
    return float(low), float(high)


def _require_usable(fullness: Floats, later: Floats, most: float) -> None:
    if not 0.0 < most < np.inf:
        message = "must be above zero and finite"
        raise ScoringError(message, "most", "")
    if later.shape != (len(fullness), GRID_POINTS):
        message = f"must have {GRID_POINTS} values for each of {len(fullness)} people"
        raise ScoringError(message, "later", "")
    usable = (fullness >= 0.0) & (fullness <= 1.0)
    if not usable.all():
        message = "must lie between 0 and 1"
        raise ScoringError(message, "fullness", f"row {int(np.argmin(usable))}")
    finite = np.isfinite(later).all(axis=1)
    if not finite.all():
        message = "is not finite everywhere on the grid"
        raise ScoringError(message, "later", f"row {int(np.argmin(finite))}")
