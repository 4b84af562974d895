"""Turns claims into readings: what was observed in which dimension, how hard it was, how much it counts."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np

from vetting.scoring.arrays import Flags, Floats, Ints
from vetting.scoring.evidence import Claim
from vetting.scoring.weights import (
    CUT_TOLERANCE,
    MONEY,
    PERSISTENCE,
    PUBLISHED,
    RESULTS,
    TRANSFER,
    Constants,
)

DAYS_A_YEAR: Final = 365.25

# What one claim can tell, in the order of its lines; the last two are what is left after 6 and 12 months.
_TOLD: Final = (RESULTS, TRANSFER, MONEY, PERSISTENCE, PERSISTENCE)
_LATER: Final = 3

_NUMBERS: Final = attrgetter(
    "baseline",
    "target",
    "achieved",
    "usual_change",
    "preregistered",
    "rejected",
    "fee",
    "money",
    "share",
    "transfer",
    "sustained_6m",
    "sustained_12m",
    "ease",
    "blur",
    "level",
)


class Place(NamedTuple):
    """A claim is the `rank`-th of its cluster to be verified and therefore counts `weight`."""

    rank: int
    weight: float
    weak: bool  # in the one cluster of all weakest-level sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """One entry a reading, and what its likelihood needs (the formula is in `posterior.log_likelihoods`).

    In the order of the claims and of what each tells: results, transfer, money, what is left after 6 and 12 months.
    """

    claim: Ints  # its place among the claims that were read
    dimension: Ints  # its place among those of the constants
    observed: Floats  # what fell into the category: part of the goal, fees, answer, part that is left
    category: Ints
    hardness: (
        Floats  # beta * (A - typical A) less the ease of the circumstances, on the scale of the thresholds
    )
    blur: Floats  # variance of what is not known about the circumstances
    fabrication: Floats
    weight: Floats  # multiplies the log-likelihood
    age: Floats  # years

    def __len__(self) -> int:
        return len(self.claim)

    def taken(self, order: Ints) -> "Readings":
        """The same in another order."""
        return Readings(**{field.name: getattr(self, field.name)[order] for field in fields(self)})


def category(value: float | Floats, cuts: Sequence[float] | Floats) -> Ints:
    """How many of the cuts each value reaches: 0 below the first, len(cuts) from the last upward."""
    reached: Ints = (np.asarray(value)[..., np.newaxis] >= np.asarray(cuts) - CUT_TOLERANCE).sum(axis=-1)
    return reached


def ambition(
    *, baseline: float, target: float, usual_change: float, constants: Constants = PUBLISHED
) -> float:
    """As `asked`, of one goal."""
    return float(asked(np.float64(baseline), np.float64(target), np.float64(usual_change), constants))


def asked(
    baseline: np.float64 | Floats,
    target: np.float64 | Floats,
    usual_change: np.float64 | Floats,
    constants: Constants,
) -> Floats:
    """How much each goal asks: asinh of the targeted change in usual changes of that metric, up to the boldest.

    From a baseline of zero no relative change can be told: such a goal counts as a typical one.
    """
    with np.errstate(over="ignore"):  # what is beyond floating point is beyond the boldest
        usual, change = usual_change * np.abs(baseline), np.abs(target - baseline)
        steps = np.full(np.shape(change), constants.boldest)
        np.divide(change, usual, out=steps, where=change < constants.boldest * usual)
    known: Floats = np.where(baseline == 0.0, constants.typical_ambition, np.arcsinh(steps))
    return known


def places(claims: Sequence[Claim], constants: Constants) -> dict[str, Place]:
    """By key: the place of every claim that counts. `claims` stand in order of verification.

    In order of time, never of strength: were the strongest first, a further success could push an older and
    stronger one back, and so lower the score.
    """
    ranks: dict[str | None, int] = {}
    found: dict[str, Place] = {}
    for claim in claims:
        if claim.level == 0:
            continue
        weak = claim.level <= constants.weak_level and not claim.vouches_elsewhere
        pool = None if weak else claim.cluster
        rank = ranks[pool] = ranks.get(pool, 0) + 1
        fade = constants.weak_source if weak else constants.same_client
        weight = (constants.weak_first if weak else 1.0) * fade ** (rank - 1)
        found[claim.key] = Place(rank, weight, weak)
    return found


def read(
    claims: Sequence[Claim], given: Sequence[Place], days: Sequence[int], *, constants: Constants
) -> Readings:
    """All that these claims tell, so many days after each was verified."""
    numbers: Floats = np.array([_NUMBERS(claim) for claim in claims], dtype=np.float64).reshape(-1, 15).T
    baseline, target, _, usual_change, preregistered, rejected, *_, ease, blur, level = numbers
    observed = _observed(numbers, constants)
    claim, told = np.nonzero(~np.isnan(observed))
    seen = observed[claim, told]
    names = [dimension.name for dimension in constants.dimensions]
    dimension = np.array([names.index(name) for name in _TOLD])[told]

    # A refused number is the worst that can be said, whatever the goal was to which it belonged.
    about_goal: Flags = (told == 0) & (rejected == 0.0)[claim]
    beyond = asked(baseline, target, usual_change, constants) - constants.typical_ambition
    hardness = constants.slope * beyond - ease
    blur = np.where(np.isnan(blur), constants.leniency, blur)
    doubt = np.array(constants.fabrication)[level.astype(np.intp)][claim]
    remembered = np.where(preregistered == 1.0, 0.0, constants.remembered)[claim]
    return Readings(
        claim=claim,
        dimension=dimension,
        observed=seen,
        category=category(seen, np.array([each.cuts for each in constants.dimensions])[dimension]),
        hardness=np.where(about_goal, hardness[claim], 0.0),
        blur=np.where(about_goal, blur[claim], constants.leniency),
        fabrication=np.where(about_goal, 1.0 - (1.0 - doubt) * (1.0 - remembered), doubt),
        weight=np.array([place.weight for place in given])[claim]
        * np.where(told < _LATER, 1.0, constants.reading),
        age=(np.array(days, dtype=np.float64) / DAYS_A_YEAR)[claim],
    )


def _observed(numbers: Floats, constants: Constants) -> Floats:
    """One row a claim, one column each of `_TOLD`; NaN where it does not tell it.

    What is not told may be anything before it is left out: a claim has made sure that what is can be divided. A
    refused number says nothing of what it was worth or of what held. What the client's people can do now is the
    client's own answer and stands.
    """
    baseline, target, achieved, _, _, rejected, fee, money, share, transfer, half_year, year = numbers[:12]
    refused = rejected == 1.0
    with np.errstate(all="ignore"):
        reached = (achieved - baseline) / (target - baseline)
        # A smaller share does not make a loss smaller: it could be argued away otherwise.
        due = np.where(money > 0.0, money * share, money) / fee
        # Below a quarter of the goal there is nothing of which one could say that it held.
        holds = category(reached, constants.dimension(RESULTS).cuts) > 1
        change = np.where(holds & ~refused, achieved - baseline, np.nan)
        return np.array(
            (
                np.where(refused, -np.inf, reached),
                transfer,
                np.where(refused, np.nan, due),
                (half_year - baseline) / change,
                (year - baseline) / change,
            )
        ).T
