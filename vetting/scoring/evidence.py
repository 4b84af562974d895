"""What may be scored, and nothing else: there is no field here for a title, a follower count or a payment."""

import sys
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from vetting.scoring.weights import HIGHEST_LEVEL, HIGHEST_TRANSFER


class ScoringError(ValueError):
    """Evidence that cannot be scored: which row (`key`), which `field` of it, and why, as a sentence."""

    def __init__(self, message: str, field: str, key: str) -> None:
        super().__init__(message, field, key)
        self.message = message
        self.field = field
        self.key = key

    def __str__(self) -> str:
        return f"{self.key or 'evidence'}: {self.field} {self.message}"


class Direction(IntEnum):
    """Which way a metric improves."""

    UP = 1
    DOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That one goal's metric went from `baseline` to `achieved`, and what the client said about it.

    All values of the metric are in one unit, `fee` and `money` in one currency. What is not known is None:
    missing, never a failure. Making one raises ScoringError where it could not be scored.
    """

    key: str
    baseline: float
    target: float
    achieved: float
    direction: Direction
    usual_change: float  # the metric's usual relative change: .15 is 15 % of the baseline
    level: int  # evidence level 0..5; 0 is said by the consultant and counts nothing
    preregistered: bool
    rejected: bool = False  # the client said the number is wrong and gave no other
    cluster: str  # who stands behind it: one organization, domain, payer or inviter is one cluster
    referee: str  # who verified it; empty for a public record
    vouches_elsewhere: bool = True  # False: a source of the weakest level that vouches for nobody else
    verified_on: date
    fee: float | None = None
    money: float | None = None  # what the result was worth to the client, before the share is taken
    share: float = 1.0  # of that money, due to the consultant: the smaller of both sides' answers
    transfer: int | None = None  # 0..4: can the client's own people do it now
    sustained_6m: float | None = None  # the metric's value six months later
    sustained_12m: float | None = None

    def __post_init__(self) -> None:
        for field in ("baseline", "target", "achieved", "usual_change", "share"):
            self._require(is_finite(getattr(self, field)), field, "is not a finite number")
        for field in ("fee", "money", "sustained_6m", "sustained_12m"):
            value = getattr(self, field)
            self._require(value is None or is_finite(value), field, "is not a finite number")
        self._require(self.usual_change > 0, "usual_change", "must be above zero")
        self._require(0 <= self.share <= 1, "share", "must lie between 0 and 1")
        self._require(
            self.fee is None or self.fee > 0, "fee", "must be above zero; leave it out where there was none"
        )
        self._require(
            _is_rank(self.level, HIGHEST_LEVEL), "level", f"must be a whole number from 0 to {HIGHEST_LEVEL}"
        )
        self._require(
            self.transfer is None or _is_rank(self.transfer, HIGHEST_TRANSFER),
            "transfer",
            f"must be a whole number from 0 to {HIGHEST_TRANSFER}",
        )
        self._require(is_day(self.verified_on), "verified_on", "must be a date without a time")
        attainment(
            baseline=self.baseline,
            target=self.target,
            achieved=self.achieved,
            direction=self.direction,
            key=self.key,
        )

    def _require(self, holds: bool, field: str, message: str) -> None:
        if not holds:
            raise ScoringError(message, field, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerReferral:
    """That one person refers companies to the consultant.

    What it says about the referrer is the same in all referrals of that referrer. Making one raises
    ScoringError on impossible counts.
    """

    key: str
    referrer: str
    cluster: str  # whoever belongs together counts once
    clients_verified: int  # n_h: distinct clients that verified the referrer at level 2 or better
    referred_in_all: int  # out_h: how many people the referrer refers to, this one included
    reciprocal: bool  # the consultant refers to the referrer, too

    def __post_init__(self) -> None:
        for field, least in (("clients_verified", 0), ("referred_in_all", 1)):
            value = getattr(self, field)
            if not isinstance(value, int) or value < least:
                message = f"must be a whole number, {least} or more"
                raise ScoringError(message, field, self.key)


def attainment(
    *, baseline: float, target: float, achieved: float, direction: Direction, key: str = ""
) -> float:
    """How much of the way from baseline to target was gone: 0 is none, 1 all of it, below 0 the wrong way.

    Does not change with the unit, the zero point or the direction of the metric. Raises ScoringError where
    the target is no improvement on the baseline, and where numbers are too far apart to be divided.
    """
    if direction not in tuple(Direction):
        message = "must be 1 (higher is better) or -1 (lower is better)"
        raise ScoringError(message, "direction", key)
    if not direction * (target - baseline) > 0:
        message = "must be better than the baseline"
        raise ScoringError(message, "target", key)
    return ratio(achieved - baseline, target - baseline, field="achieved", key=key)


def ratio(part: float, whole: float, *, field: str, key: str) -> float:
    """Part / whole (not 0), or a ScoringError about that field where floating point cannot hold it."""
    if not is_finite(part) or not is_finite(whole) or not is_finite(part / whole):
        message = "is too far from the other numbers to be compared with them"
        raise ScoringError(message, field, key)
    return part / whole


def is_day(value: object) -> bool:
    """Whether it is a date and not a moment: the difference of the two cannot be taken."""
    return isinstance(value, date) and not isinstance(value, datetime)


def is_finite(value: object) -> bool:
    """Whether it is a number that arithmetic can hold: no infinity, no NaN, no text."""
    return isinstance(value, int | float) and abs(value) <= sys.float_info.max


def _is_rank(value: object, highest: int) -> bool:
    return isinstance(value, int) and 0 <= value <= highest
