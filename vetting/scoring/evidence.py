"""What may be scored, and nothing else: there is no field here for a title, a follower count or a payment."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import IntEnum
from operator import attrgetter
from typing import Final, NoReturn, TypeVar

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


_DIRECTIONS: Final = tuple(Direction)


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
    contexts: tuple[
        tuple[str, str], ...
    ] = ()  # (kind, value): what the work was, as calibration tells it apart
    ease: float = 0.0  # how much likelier this goal was reached by anybody: referee, client, field, year
    blur: float | None = None  # variance of what is not known about that; None: nothing is known

    def __post_init__(self) -> None:
        self._require_numbers()
        if not _is_rank(self.level, HIGHEST_LEVEL):
            self._refuse("level", f"must be a whole number from 0 to {HIGHEST_LEVEL}")
        if self.transfer is not None and not _is_rank(self.transfer, HIGHEST_TRANSFER):
            self._refuse("transfer", f"must be a whole number from 0 to {HIGHEST_TRANSFER}")
        if not is_day(self.verified_on):
            self._refuse("verified_on", "must be a date without a time")
        reached = attainment(
            baseline=self.baseline,
            target=self.target,
            achieved=self.achieved,
            direction=self.direction,
            key=self.key,
        )
        if not self.rejected:  # nothing more is read of a refused number
            self._require_ratios(reached)

    def _require_numbers(self) -> None:
        for field, value in zip(_KNOWN, _known(self), strict=True):
            if not is_finite(value):
                self._refuse(field, "is not a finite number")
        for field, value in zip(_PERHAPS, _perhaps(self), strict=True):
            if value is not None and not is_finite(value):
                self._refuse(field, "is not a finite number")
        if not self.usual_change > 0:
            self._refuse("usual_change", "must be above zero")
        if self.blur is not None and not (is_finite(self.blur) and self.blur >= 0):
            self._refuse("blur", "must be 0 or more")
        if not 0 <= self.share <= 1:
            self._refuse("share", "must lie between 0 and 1")
        if self.fee is not None and not self.fee > 0:
            self._refuse("fee", "must be above zero; leave it out where there was none")

    def _require_ratios(self, reached: float) -> None:
        if self.money is not None and self.fee is not None:
            ratio(self.money, self.fee, field="money", key=self.key)
        if reached > 0:
            for field in ("sustained_6m", "sustained_12m"):
                value = getattr(self, field)
                if value is not None:
                    change = self.achieved - self.baseline
                    ratio(value - self.baseline, change, field=field, key=self.key)

    def _refuse(self, field: str, message: str) -> NoReturn:
        raise ScoringError(message, field, self.key)


_KNOWN: Final = ("baseline", "target", "achieved", "usual_change", "share", "ease")
_PERHAPS: Final = ("fee", "money", "sustained_6m", "sustained_12m")
_known, _perhaps = attrgetter(*_KNOWN), attrgetter(*_PERHAPS)


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


Evidence = TypeVar("Evidence", Claim, PeerReferral)


def in_order(claims: Sequence[Claim], *, on: date) -> list[Claim]:
    """Each claim once, by the day of its verification. Raises ScoringError where `sift` would set one apart."""
    if not is_day(on):
        message = "must be a date without a time"
        raise ScoringError(message, "on", "")
    known = sorted(once(claims), key=lambda claim: (claim.verified_on, claim.key))
    for claim in reversed(known):
        if claim.verified_on <= on:
            break
        raise _early(claim)
    return known


def once(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The same piece of evidence twice is one; two different ones under one key raise ScoringError."""
    seen: dict[str, Evidence] = {}
    for piece in evidence:
        first = seen.setdefault(piece.key, piece)
        if first is not piece and first != piece:
            raise _twice(first, piece)
    return list(seen.values())


def sift(claims: Sequence[Claim], *, on: date) -> tuple[list[Claim], list[ScoringError]]:
    """What can be scored together on that day, and for each key that cannot, why.

    Of two different claims under one key neither is taken: nobody can tell which one is right.
    """
    seen: dict[str, Claim] = {}
    faults: dict[str, ScoringError] = {}
    for claim in claims:
        first = seen.setdefault(claim.key, claim)
        if first is not claim and first != claim:
            faults[claim.key] = _twice(first, claim)
        elif claim.verified_on > on:
            faults[claim.key] = _early(claim)
    return [claim for key, claim in seen.items() if key not in faults], list(faults.values())


def _twice(first: Evidence, second: Evidence) -> ScoringError:
    differing = next(
        field.name for field in fields(first) if getattr(first, field.name) != getattr(second, field.name)
    )
    return ScoringError("is given twice under one key, and differs", differing, second.key)


def _early(claim: Claim) -> ScoringError:
    return ScoringError("lies after the day of the score", "verified_on", claim.key)


def attainment(
    *, baseline: float, target: float, achieved: float, direction: Direction, key: str = ""
) -> float:
    """How much of the way from baseline to target was gone: 0 is none, 1 all of it, below 0 the wrong way.

    Does not change with the unit, the zero point or the direction of the metric. Raises ScoringError where
    the target is no improvement on the baseline, and where numbers are too far apart to be divided.
    """
    if direction not in _DIRECTIONS:
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


_NUMBER: Final = (int, float)  # looking into a pair is three times as fast as into a union


def is_finite(value: object) -> bool:
    """Whether it is a number that arithmetic can hold: no infinity, no NaN, no text."""
    return isinstance(value, _NUMBER) and abs(value) <= sys.float_info.max


def _is_rank(value: object, highest: int) -> bool:
    return isinstance(value, int) and 0 <= value <= highest
