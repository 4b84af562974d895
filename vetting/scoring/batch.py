"""Many people at once, from arrays instead of one reading at a time: what `score.score` says of each, faster.

Each figure is computed along its own row alone, so that it does not depend, not even in its last bit, on who else
is in the batch. From `score.score`, which reads one claim after the other and is the definition, it differs by
rounding.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from operator import attrgetter
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from vetting.scoring.arrays import Floats
from vetting.scoring.evidence import Claim, PeerReferral, in_order, once
from vetting.scoring.posterior import STANDINGS, Posterior, influences, posteriors
from vetting.scoring.readings import DAYS_A_YEAR, Place, places
from vetting.scoring.reasons import reason
from vetting.scoring.referrals import Credit, ReferralStanding, credit, standing
from vetting.scoring.score import Contribution, Score, composite, ledger_of_referrals, self_claim
from vetting.scoring.weights import (
    CUT_TOLERANCE,
    MONEY,
    PERSISTENCE,
    PUBLISHED,
    RESULTS,
    TRANSFER,
    Constants,
)

Ints = npt.NDArray[np.intp]

# What one claim can tell, in the order of its lines: one column each of the arrays below.
_TOLD: Final = (RESULTS, TRANSFER, MONEY, PERSISTENCE, PERSISTENCE)
_LATER: Final = 3
# As many people as keep all that is computed of them in the processor's cache.
_PEOPLE: Final = 24
_ROWS: Final = 64

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
)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The evidence about one person, and the day of the score."""

    claims: Sequence[Claim]
    referrals: Sequence[PeerReferral]
    on: date


@dataclass(slots=True)
class _Person:
    known: list[Claim]
    place: dict[str, Place]
    credits_given: tuple[Credit, ...]
    referral: ReferralStanding
    on: date


@dataclass(frozen=True, slots=True)
class _Readings:
    """One entry a reading, by person, then by claim in order of verification, then as in `_TOLD`."""

    claims: list[Claim]
    places: list[Place]
    owner: Ints  # of each claim
    claim: Ints
    told: Ints
    dimension: Ints
    observed: Floats
    category: Ints
    opens: Ints  # where a line of the ledger begins: the two follow-up readings of one claim share theirs
    rows: Floats


@dataclass(frozen=True, slots=True)
class _Block:
    """What a number of people have told; a segment is one dimension of one of them.

    `start` and `totals` are log-likelihoods over the grid: what referrals say of a person, and all that is known
    of a segment. `filled` are the segments about which some claim tells.
    """

    people: Sequence[_Person]
    readings: _Readings
    segment: Ints  # of each reading
    start: Floats
    totals: Floats
    filled: Ints
    constants: Constants

    @property
    def width(self) -> int:
        return len(self.constants.dimensions)


def score_many(histories: Sequence[History], *, constants: Constants = PUBLISHED) -> list[Score]:
    """One score a history. Raises ScoringError as `score.score` does; `evidence.sift` sets apart what would."""
    found: list[Score] = []
    for block in _blocks(histories, constants):
        dimensions, unclaimed = _standings(block)
        lines = _lines(block)
        for number, person in enumerate(block.people):
            known = dimensions[number]
            found.append(
                Score(
                    version=constants.version,
                    dimensions=known,
                    composite=composite(known, unclaimed[number], constants, n=len(person.place)),
                    referral=person.referral,
                    contributions=tuple(lines[number]),
                    counted=len(person.place),
                )
            )
    return found


def standings_many(
    histories: Sequence[History], *, constants: Constants = PUBLISHED
) -> list[Mapping[str, Posterior]]:
    """By dimension, without composite and ledger: all that a ranking by one metric needs."""
    return [known for block in _blocks(histories, constants) for known in _standings(block)[0]]


def _blocks(histories: Sequence[History], constants: Constants) -> Iterator[_Block]:
    for first in range(0, len(histories), _PEOPLE):
        people = [_person(history, constants) for history in histories[first : first + _PEOPLE]]
        readings = _read(people, constants)
        segment = readings.owner[readings.claim] * len(constants.dimensions) + readings.dimension
        start = np.array([person.referral.shift for person in people])[:, np.newaxis] * STANDINGS
        totals = np.repeat(start, len(constants.dimensions), axis=0)
        order = np.argsort(segment, kind="stable")
        filled, firsts = np.unique(segment[order], return_index=True)
        if len(filled):
            totals[filled] += np.add.reduceat(readings.rows[order], firsts, axis=0)
        yield _Block(people, readings, segment, start, totals, filled, constants)


def _person(history: History, constants: Constants) -> _Person:
    known = in_order(history.claims, on=history.on)
    credits_given = credit(sorted(once(history.referrals), key=attrgetter("key")), constants)
    referral = standing(credits_given, constants)
    return _Person(known, places(known, constants), credits_given, referral, history.on)


def _standings(block: _Block) -> tuple[list[Mapping[str, Posterior]], list[Posterior]]:
    """For each person the posteriors by dimension, and the one that a dimension without a claim has."""
    unclaimed = posteriors(block.start, block.start, [0] * len(block.people))
    told = np.bincount(block.segment[block.readings.opens], minlength=len(block.totals))[block.filled]
    filled = posteriors(block.totals[block.filled], block.start[block.filled // block.width], told.tolist())
    known = dict(zip(block.filled.tolist(), filled, strict=True))
    names = [dimension.name for dimension in block.constants.dimensions]
    return [
        {name: known.get(number * block.width + each, start) for each, name in enumerate(names)}
        for number, start in enumerate(unclaimed)
    ], unclaimed


def _lines(block: _Block) -> list[list[Contribution]]:
    """The ledger of each person, as `score.score` has it."""
    readings = block.readings
    moves = _moves(block)
    moved = np.einsum("ij,ij->i", readings.rows, moves[block.segment]).tolist()
    lines: list[list[Contribution]] = [[] for _ in block.people]
    names = [dimension.name for dimension in block.constants.dimensions]
    claim, dimension = readings.claim.tolist(), readings.dimension.tolist()
    owner = readings.owner.tolist()
    seen = list(zip(readings.observed.tolist(), readings.category.tolist(), strict=True))
    for first, last in pairwise([*readings.opens.tolist(), len(seen)]):
        number, name = claim[first], names[dimension[first]]
        said = readings.claims[number]
        why = reason(said, readings.places[number], name, seen[first:last])
        lines[owner[number]].append(Contribution(said.key, name, sum(moved[first:last]), why))

    started = np.repeat(block.start, block.width, axis=0)
    referred = np.einsum("ij,ij->i", started, moves).reshape(-1, block.width).sum(axis=1).tolist()
    for person, ledger, by_peers in zip(block.people, lines, referred, strict=True):
        ledger.extend(self_claim(said) for said in person.known if said.key not in person.place)
        ledger.extend(ledger_of_referrals(person.credits_given, person.referral, by_peers))
    return lines


def _moves(block: _Block) -> Floats:
    """For each segment the row u for which `row @ u` is the part of a row in the composite's mean."""
    moving = np.repeat([person.referral.shift > 0.0 for person in block.people], block.width)
    moving[block.filled] = True
    weights = np.tile([dimension.weight for dimension in block.constants.dimensions], len(block.people))
    moves = np.zeros_like(block.totals)
    moves[moving] = weights[moving, np.newaxis] * influences(block.totals[moving])
    return moves


def _read(people: Sequence[_Person], constants: Constants) -> _Readings:
    claims, given, owner, age = [], [], [], []
    for number, person in enumerate(people):
        today = person.on.toordinal()
        for said in person.known:
            place = person.place.get(said.key)
            if place is not None:
                claims.append(said)
                given.append(place)
                owner.append(number)
                age.append(today - said.verified_on.toordinal())
    numbers: Floats = np.array([_NUMBERS(claim) for claim in claims], dtype=np.float64).reshape(-1, 14).T
    with np.errstate(all="ignore"):
        observed, hardness = _observed(numbers, constants), _hardness(numbers, constants)
    claim, told = np.nonzero(~np.isnan(observed))
    names = [dimension.name for dimension in constants.dimensions]
    dimension = np.array([names.index(name) for name in _TOLD])[told]
    seen = observed[claim, told]
    category = np.zeros(len(seen), dtype=np.intp)
    for number, each in enumerate(constants.dimensions):
        here = dimension == number
        category[here] = np.searchsorted(np.array(each.cuts) - CUT_TOLERANCE, seen[here], side="right")

    about_goal = (told == 0) & (numbers[5][claim] == 0.0)
    remembered = np.where(about_goal & (numbers[4][claim] == 0.0), constants.remembered, 0.0)
    known_blur = ~np.isnan(numbers[13][claim])
    doubt = np.array(constants.fabrication)[[each.level for each in claims]][claim]
    parts = np.where(told >= _LATER, constants.reading, 1.0)
    return _Readings(
        claims=claims,
        places=given,
        owner=np.array(owner, dtype=np.intp),
        claim=claim,
        told=told,
        dimension=dimension,
        observed=seen,
        category=category,
        opens=np.flatnonzero(np.diff(claim * len(names) + dimension, prepend=-1)),
        rows=log_likelihoods(
            dimension=dimension,
            category=category,
            hardness=np.where(about_goal, hardness[claim], 0.0),
            fabrication=1.0 - (1.0 - doubt) * (1.0 - remembered),
            weight=np.array([place.weight for place in given])[claim] * parts,
            age=(np.array(age, dtype=np.float64) / DAYS_A_YEAR)[claim],
            blur=np.where(about_goal & known_blur, numbers[13][claim], constants.leniency),
            constants=constants,
        ),
    )


def _observed(numbers: Floats, constants: Constants) -> Floats:
    """One row a claim, one column each of `_TOLD`; NaN where it does not tell it.

    What is not told may be anything before it is left out: a claim has made sure that what is can be divided.
    """
    baseline, target, achieved, _, _, rejected, fee, money, share, transfer, half_year, year = numbers[:12]
    reached = (achieved - baseline) / (target - baseline)
    refused = rejected == 1.0
    # As in readings.read: a smaller share makes no loss smaller, and what was hardly reached cannot hold.
    due = np.where(money > 0.0, money * share, money) / fee
    holds = reached >= constants.dimension(RESULTS).cuts[1] - CUT_TOLERANCE
    change = np.where(holds & ~refused, achieved - baseline, np.nan)
    return np.stack(
        (
            np.where(refused, -np.inf, reached),
            transfer,
            np.where(refused, np.nan, due),
            (half_year - baseline) / change,
            (year - baseline) / change,
        ),
        axis=1,
    )


def _hardness(numbers: Floats, constants: Constants) -> Floats:
    """As `readings.ambition`."""
    baseline, target, usual_change = numbers[0], numbers[1], numbers[3]
    usual, change = usual_change * np.abs(baseline), np.abs(target - baseline)
    steps = np.full_like(change, constants.boldest)
    np.divide(change, usual, out=steps, where=change < constants.boldest * usual)
    asked = np.where(baseline == 0.0, constants.typical_ambition, np.arcsinh(steps))
    hardness: Floats = constants.slope * (asked - constants.typical_ambition) - numbers[12]
    return hardness


def log_likelihoods(
    *,
    dimension: Ints,
    category: Ints,
    hardness: Floats,
    fabrication: Floats,
    weight: Floats,
    age: Floats,
    blur: Floats,
    constants: Constants,
) -> Floats:
    """As `posterior.rows`, leaving out what lies at minus or plus infinity and is known."""
    spread = np.array([each.spread for each in constants.dimensions])[dimension]
    thresholds = np.array([each.thresholds for each in constants.dimensions])
    highest = thresholds.shape[1]
    noise = np.sqrt(1.0 + blur + constants.drift * age)
    upper, lower = np.flatnonzero(category > 0), np.flatnonzero(category < highest)
    ends = np.concatenate((upper, lower))
    kappa = np.concatenate(
        (thresholds[dimension[upper], category[upper] - 1], thresholds[dimension[lower], category[lower]])
    )
    slope, middle = spread[ends] / noise[ends], (kappa + hardness[ends]) / noise[ends]
    passed = np.empty((len(ends), len(STANDINGS)))
    for first in range(0, len(ends), _ROWS):
        here = slice(first, first + _ROWS)
        passed[here] = ndtr(slope[here, np.newaxis] * STANDINGS - middle[here, np.newaxis])
    likelihoods = np.ones((len(category), len(STANDINGS)))
    likelihoods[upper] = passed[: len(upper)]
    likelihoods[lower] -= passed[len(upper) :]
    likelihoods *= (1.0 - fabrication)[:, np.newaxis]
    likelihoods += (fabrication * np.array(constants.made_up)[category])[:, np.newaxis]
    logs: Floats = np.log(likelihoods, out=likelihoods)
    logs *= weight[:, np.newaxis]
    return logs
