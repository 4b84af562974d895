"""Turns claims into readings: what was observed in which dimension, how hard it was, how much it counts."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from vetting.scoring.evidence import Claim, attainment, ratio
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A claim is the `rank`-th of its cluster to be verified and therefore counts `weight`."""

    rank: int
    weight: float
    weak: bool  # in the one cluster of all weakest-level sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One observed category 0..4, and what its likelihood needs (the formula is in `posterior.rows`)."""

    claim: Claim
    place: Place
    dimension: str
    observed: float  # what fell into the category: part of the goal, fees, answer, part that is left
    category: int
    hardness: (
        float  # beta * (A - typical A) less the ease of the circumstances, on the scale of the thresholds
    )
    blur: float  # variance of what is not known about the circumstances
    fabrication: float
    weight: float  # multiplies the log-likelihood
    age: float  # years


def category(value: float, cuts: Sequence[float]) -> int:
    """How many of the cuts the value reaches: 0 below the first, len(cuts) from the last upward."""
    return sum(value >= cut - CUT_TOLERANCE for cut in cuts)


def ambition(
    *, baseline: float, target: float, usual_change: float, constants: Constants = PUBLISHED
) -> float:
    """How much a goal asks: asinh of the targeted change in usual changes of that metric, up to the boldest.

    From a baseline of zero no relative change can be told: such a goal counts as a typical one.
    """
    if baseline == 0.0:
        return constants.typical_ambition
    usual = usual_change * abs(baseline)
    change = abs(target - baseline)
    return math.asinh(constants.boldest if change >= constants.boldest * usual else change / usual)


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
        found[claim.key] = Place(rank=rank, weight=weight, weak=weak)
    return found


def read(claim: Claim, place: Place, *, on: date, constants: Constants) -> Iterator[Reading]:
    """All that one claim tells on that day. Raises ScoringError where its numbers cannot be divided."""
    doubt = constants.fabrication[claim.level]
    for dimension, observed, part in _observations(claim, constants):
        # A refused number is the worst that can be said, whatever the goal was to which it belonged.
        about_goal = dimension == RESULTS and not claim.rejected
        remembered = constants.remembered if about_goal and not claim.preregistered else 0.0
        yield Reading(
            claim=claim,
            place=place,
            dimension=dimension,
            observed=observed,
            category=category(observed, constants.dimension(dimension).cuts),
            hardness=_hardness(claim, constants) if about_goal else 0.0,
            blur=claim.blur if about_goal and claim.blur is not None else constants.leniency,
            fabrication=1.0 - (1.0 - doubt) * (1.0 - remembered),
            weight=place.weight * part,
            age=(on - claim.verified_on).days / DAYS_A_YEAR,
        )


def _hardness(claim: Claim, constants: Constants) -> float:
    asked = ambition(
        baseline=claim.baseline,
        target=claim.target,
        usual_change=claim.usual_change,
        constants=constants,
    )
    return constants.slope * (asked - constants.typical_ambition) - claim.ease


def _observations(claim: Claim, constants: Constants) -> Iterator[tuple[str, float, float]]:
    """Dimension, what was observed in it, and which part of a claim it counts as.

    A refused number says nothing of what it was worth or of what held. What the client's people can do now is
    the client's own answer and stands.
    """
    reached = attainment(
        baseline=claim.baseline,
        target=claim.target,
        achieved=claim.achieved,
        direction=claim.direction,
        key=claim.key,
    )
    yield RESULTS, -math.inf if claim.rejected else reached, 1.0
    if claim.transfer is not None:
        yield TRANSFER, float(claim.transfer), 1.0
    if claim.rejected:
        return
    if claim.fee is not None and claim.money is not None:
        # A smaller share does not make a loss smaller: it could be argued away otherwise.
        due = claim.money * claim.share if claim.money > 0 else claim.money
        yield MONEY, ratio(due, claim.fee, field="money", key=claim.key), 1.0
    # Below a quarter of the goal there is nothing of which one could say that it held.
    if category(reached, constants.dimension(RESULTS).cuts) > 1:
        change = claim.achieved - claim.baseline
        for field in ("sustained_6m", "sustained_12m"):
            later = getattr(claim, field)
            if later is not None:
                yield (
                    PERSISTENCE,
                    ratio(later - claim.baseline, change, field=field, key=claim.key),
                    constants.reading,
                )
