"""The score of many people at once, from arrays: four standings, their composite, a ledger that adds up.

One person is a batch of one. Each figure is computed along its own row alone, so that it does not depend, not even
in its last bit, on who else is in the batch.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from vetting.scoring.arrays import Flags, Floats, Ints
from vetting.scoring.evidence import Claim, PeerReferral, in_order, once
from vetting.scoring.ledger import Contribution, line_of_self_claim, lines_of_referrals
from vetting.scoring.posterior import (
    STANDINGS,
    Posterior,
    figures,
    influences,
    log_likelihoods,
    removed,
)
from vetting.scoring.readings import Place, Readings, places, read
from vetting.scoring.reasons import reason
from vetting.scoring.referrals import Credit, ReferralStanding, credit, standing
from vetting.scoring.weights import PUBLISHED, RESULTS, Constants

# As many people as keep all that is computed of them in the processor's cache.
_PEOPLE: Final = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The evidence about one person, and the day of the score.

    `parts` are some of the claims, by their keys: in results each of them is scored as if nothing else were known.
    """

    claims: Sequence[Claim]
    referrals: Sequence[PeerReferral]
    on: date
    parts: Collection[frozenset[str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The values of all contributions sum to composite.mean less the mean of an empty history, to 1e-9.

    `composite.low` ranks. `counted` is the number of claims above level 0; `version` names the constants. `parts` are
    the standings in results of the history's parts.
    """

    version: str
    dimensions: Mapping[str, Posterior]
    composite: Posterior
    referral: ReferralStanding
    contributions: tuple[Contribution, ...]
    counted: int
    parts: Mapping[frozenset[str], Posterior]


@dataclass(frozen=True, slots=True)
class Person:
    """`known` are all claims in order of verification, `place` is that of those which count."""

    known: Sequence[Claim]
    place: Mapping[str, Place]
    credits_given: tuple[Credit, ...]
    referral: ReferralStanding
    parts: Collection[frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a number of people have told; a segment is one dimension of one of them.

    `start` and `totals` are log-likelihoods over the grid: what referrals say of a person, and all that is known
    of a segment. `rows` are those of the readings, in order of `by_segment`. Each reading opens a line of the
    ledger, but for what is left of a result after 12 months: where 6 months are known, it stands in their line.
    """

    people: Sequence[Person]
    claims: Sequence[Claim]  # that count, person by person
    places: Sequence[Place]  # of these claims
    readings: Readings
    segment: Ints  # of each reading
    by_segment: Ints
    opens: Flags
    rows: Floats
    start: Floats
    totals: Floats
    initial: Floats  # standard deviations of the starts


def score_many(histories: Sequence[History], *, constants: Constants = PUBLISHED) -> list[Score]:
    """One score a history. Raises ScoringError as `score.score` does; `evidence.sift` sets apart what would."""
    found: list[Score] = []
    weights = np.array([dimension.weight for dimension in constants.dimensions])
    for block in blocks(histories, constants):
        known = figures(block.totals)
        dimensions = _dimensions(block, known, constants)
        composites = _composites(block, known, weights)
        ledgers = _ledgers(block, weights, constants)
        parts = _parts(block, constants)
        for person, by_name, composite, ledger, alone in zip(
            block.people, dimensions, composites, ledgers, parts, strict=True
        ):
            found.append(
                Score(
                    version=constants.version,
                    dimensions=by_name,
                    composite=composite,
                    referral=person.referral,
                    contributions=ledger,
                    counted=len(person.place),
                    parts=alone,
                )
            )
    return found


def standings_many(
    histories: Sequence[History], *, constants: Constants = PUBLISHED
) -> list[Mapping[str, Posterior]]:
    """By dimension, without composite and ledger: all that a ranking by one metric needs."""
    return [
        by_name
        for block in blocks(histories, constants)
        for by_name in _dimensions(block, figures(block.totals), constants)
    ]


def blocks(histories: Sequence[History], constants: Constants) -> Iterator[Block]:
    """All that is read of them, in their order."""
    nobody = standing((), constants)
    for first in range(0, len(histories), _PEOPLE):
        here = histories[first : first + _PEOPLE]
        people = [_person(history, nobody, constants) for history in here]
        yield _block(here, people, constants)


def _block(histories: Sequence[History], people: Sequence[Person], constants: Constants) -> Block:
    width = len(constants.dimensions)
    claims, given, days, owner = [], [], [], []
    for number, (history, person) in enumerate(zip(histories, people, strict=True)):
        today = history.on.toordinal()
        for claim in person.known:
            place = person.place.get(claim.key)
            if place is not None:
                claims.append(claim)
                given.append(place)
                days.append(today - claim.verified_on.toordinal())
                owner.append(number)
    readings = read(claims, given, days, constants=constants)
    segment = np.array(owner, dtype=np.int64)[readings.claim] * width + readings.dimension
    by_segment = np.argsort(segment, kind="stable")
    rows = log_likelihoods(readings.taken(by_segment), constants)
    shifts = [person.referral.shift for person in people]
    start = np.array(shifts)[:, np.newaxis] * STANDINGS
    totals = np.repeat(start, width, axis=0)
    ends = np.searchsorted(segment[by_segment], np.arange(len(totals) + 1))
    totals += _sums(readings.weight[by_segment], np.arange(len(rows)), ends, rows)
    opens = np.ones(len(readings), dtype=bool)
    opens[1:] = (segment[1:] != segment[:-1]) | (readings.claim[1:] != readings.claim[:-1])
    return Block(
        people=people,
        claims=claims,
        places=given,
        readings=readings,
        segment=segment,
        by_segment=by_segment,
        opens=opens,
        rows=rows,
        start=start,
        totals=totals,
        initial=np.array([_initial_sd(shift) for shift in shifts]),
    )


def _sums(
    weight: Floats | list[float], taken: Ints | list[int], ends: Ints | list[int], rows: Floats
) -> Floats:
    """Of the weighted rows that are taken from each end to the next, in that order: a product with a sparse matrix."""
    summed: Floats = csr_array((weight, taken, ends), shape=(len(ends) - 1, len(rows))) @ rows
    return summed


def _person(history: History, nobody: ReferralStanding, constants: Constants) -> Person:
    known = in_order(history.claims, on=history.on)
    if not history.referrals:
        return Person(known, places(known, constants), (), nobody, history.parts)
    credits_given = credit(sorted(once(history.referrals), key=attrgetter("key")), constants)
    stands = standing(credits_given, constants)
    return Person(known, places(known, constants), credits_given, stands, history.parts)


@lru_cache(maxsize=1024)
def _initial_sd(shift: float) -> float:
    """Before any claim; nearly all start at the same point."""
    return float(figures(shift * STANDINGS[np.newaxis])[1, 0])


def _dimensions(block: Block, known: Floats, constants: Constants) -> list[Mapping[str, Posterior]]:
    """The posteriors of each person by dimension. One without a claim stands where referrals put it."""
    width = len(constants.dimensions)
    told = np.bincount(block.segment[block.opens], minlength=len(block.totals))
    every = _posteriors(known, np.repeat(block.initial, width), told.tolist())
    names = [dimension.name for dimension in constants.dimensions]
    return [
        dict(zip(names, every[first : first + width], strict=True)) for first in range(0, len(every), width)
    ]


def _parts(block: Block, constants: Constants) -> Iterator[Mapping[frozenset[str], Posterior]]:
    """Of each person. A claim says the same in any company; what it counts is up to its place in the part."""
    results = [dimension.name for dimension in constants.dimensions].index(RESULTS)
    told = np.flatnonzero(block.readings.dimension[block.by_segment] == results)
    rows = dict(zip(block.readings.claim[block.by_segment][told].tolist(), told.tolist(), strict=True))
    weight: list[float] = []
    taken: list[int] = []
    ends, owner, first = [0], [], 0
    for number, person in enumerate(block.people):
        counting = [claim for claim in person.known if claim.key in person.place]
        row = {claim.key: rows[place] for place, claim in enumerate(counting, first)}
        first += len(counting)
        for part in person.parts:
            place = places([claim for claim in counting if claim.key in part], constants)
            weight += [each.weight for each in place.values()]
            taken += [row[key] for key in place]
            ends.append(len(taken))
            owner.append(number)
    start = block.start[owner]
    known = figures(start + _sums(weight, taken, ends, block.rows)) if owner else np.empty((4, 0))
    every = iter(_posteriors(known, block.initial[owner], np.diff(ends).tolist()))
    for person in block.people:
        yield {part: next(every) for part in person.parts}


def _composites(block: Block, known: Floats, weights: Floats) -> list[Posterior]:
    """The published sum of the four.

    Means, quantiles and sd are weighted sums. For the mean that is exact. For the others it is exact where
    the standings of one person rise and fall together; where they do not, the true sd is smaller.
    """
    width = len(weights)
    blend = (known.reshape(4, -1, width) * weights).sum(axis=2)
    start = (np.repeat(block.initial, width).reshape(-1, width) * weights).sum(axis=1)
    return _posteriors(blend, start, [len(person.place) for person in block.people])


def _posteriors(known: Floats, initial: Floats, n: Sequence[int]) -> list[Posterior]:
    """`known` as `posterior.figures` has it, `initial` the standard deviations before any claim."""
    reliability = removed(known[1], initial)
    return list(map(Posterior._make, zip(*known.tolist(), reliability.tolist(), n, strict=True)))


def _ledgers(block: Block, weights: Floats, constants: Constants) -> Iterator[tuple[Contribution, ...]]:
    """Of each person: what claims have moved in order of verification, those that count nothing, referrals."""
    by_claims, by_referrals = _moved(block, weights)
    readings, opens = block.readings, block.opens
    claims = [block.claims[number] for number in readings.claim[opens].tolist()]
    given = [block.places[number] for number in readings.claim[opens].tolist()]
    names = [constants.dimensions[number].name for number in readings.dimension[opens].tolist()]
    later: list[tuple[float, int] | None] = [None] * len(claims)
    line = np.cumsum(opens) - 1
    for second in np.flatnonzero(~opens).tolist():
        later[line[second]] = (float(readings.observed[second]), int(readings.category[second]))
    seen = zip(readings.observed[opens].tolist(), readings.category[opens].tolist(), strict=True)
    why = map(reason, claims, given, names, seen, later)
    keys = map(attrgetter("key"), claims)
    lines = list(map(Contribution._make, zip(keys, names, by_claims.tolist(), why, strict=True)))
    width = len(weights)
    told = np.bincount(block.segment[opens] // width, minlength=len(block.people))
    ends = np.cumsum(told).tolist()
    for person, (first, last), by_all in zip(
        block.people, pairwise([0, *ends]), by_referrals.tolist(), strict=True
    ):
        said = [line_of_self_claim(claim) for claim in person.known if claim.key not in person.place]
        yield (
            *lines[first:last],
            *said,
            *lines_of_referrals(person.credits_given, person.referral, by_all),
        )


def _moved(block: Block, weights: Floats) -> tuple[Floats, Floats]:
    """How far each line has moved the composite's mean, and how far all referrals of each person have."""
    width, by_segment = len(weights), block.by_segment
    moves = np.zeros_like(block.totals)
    moving = np.flatnonzero(block.totals.any(axis=1))
    moves[moving] = influences(block.totals[moving])
    moved = np.empty(len(by_segment))
    moved[by_segment] = np.einsum("ij,ij->i", block.rows, moves[block.segment[by_segment]])
    moved *= block.readings.weight * weights[block.readings.dimension]
    referred = np.einsum("ij,ij->i", np.repeat(block.start, width, axis=0), moves)
    lines = np.add.reduceat(moved, np.flatnonzero(block.opens)) if len(moved) else moved
    return lines, (referred.reshape(-1, width) * weights).sum(axis=1)
