"""The score: four standings, their composite, what referrals do to it, and a ledger that adds up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

import numpy as np

from vetting.scoring.arrays import Floats
from vetting.scoring.evidence import Claim, PeerReferral, ScoringError, attainment, in_order, once
from vetting.scoring.forecast import Chance, on_scale, probability_met
from vetting.scoring.posterior import STANDINGS, Posterior, blend, influence, posterior, rows
from vetting.scoring.readings import Reading, ambition, category, places, read
from vetting.scoring.reasons import SELF_CLAIM, reason
from vetting.scoring.referrals import Credit, ReferralStanding, credit, standing
from vetting.scoring.weights import PUBLISHED, REFERRAL, RESULTS, Constants

__all__ = [
    "Chance",
    "Contribution",
    "Posterior",
    "ReferralStanding",
    "Score",
    "ScoringError",
    "ambition",
    "attainment",
    "category",
    "on_scale",
    "probability_met",
    "score",
]


class Contribution(NamedTuple):
    """What one piece of evidence moved: `value` is signed, in the units of the composite's mean.

    `dimension` is the name of one, or "referral".
    """

    key: str
    dimension: str
    value: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The values of all contributions sum to composite.mean less the mean of an empty history, to 1e-9.

    `composite.low` ranks. `counted` is the number of claims above level 0; `version` names the constants.
    """

    version: str
    dimensions: Mapping[str, Posterior]
    composite: Posterior
    referral: ReferralStanding
    contributions: tuple[Contribution, ...]
    counted: int


def score(
    claims: Sequence[Claim],
    referrals: Sequence[PeerReferral],
    *,
    on: date,
    constants: Constants = PUBLISHED,
) -> Score:
    """The exact score of one person on that day. The order in which evidence is given does not matter.

    Raises ScoringError on a claim verified after that day, on two different pieces of evidence under one key,
    and on numbers that cannot be divided by each other.
    """
    known = in_order(claims, on=on)
    place = places(known, constants)
    counted = [claim for claim in known if claim.key in place]
    readings = [
        reading for claim in counted for reading in read(claim, place[claim.key], on=on, constants=constants)
    ]
    evidence = rows(readings, constants)
    credits_given = credit(sorted(once(referrals), key=lambda referral: referral.key), constants)
    referral = standing(credits_given, constants)

    start = referral.shift * STANDINGS
    unclaimed = posterior(start, start, n=0)
    dimensions: dict[str, Posterior] = {}
    moved = np.zeros(len(readings))
    referred = 0.0
    for dimension in constants.dimensions:
        here = [number for number, reading in enumerate(readings) if reading.dimension == dimension.name]
        total = start + evidence[here].sum(axis=0)
        claims_here = {readings[number].claim.key for number in here}
        dimensions[dimension.name] = posterior(total, start, n=len(claims_here)) if here else unclaimed
        if here or referral.shift:
            moves = dimension.weight * influence(total)
            moved[here] = evidence[here] @ moves
            referred += float(start @ moves)

    return Score(
        version=constants.version,
        dimensions=dimensions,
        composite=composite(dimensions, unclaimed, constants, n=len(counted)),
        referral=referral,
        contributions=(
            *_ledger_of_claims(readings, moved),
            *(self_claim(claim) for claim in known if claim.key not in place),
            *ledger_of_referrals(credits_given, referral, referred),
        ),
        counted=len(counted),
    )


def composite(
    dimensions: Mapping[str, Posterior], unclaimed: Posterior, constants: Constants, *, n: int
) -> Posterior:
    """The published sum of the four; `unclaimed` is where each would stand without a claim."""
    parts = [(each.weight, dimensions[each.name], unclaimed) for each in constants.dimensions]
    return blend(parts, n=n)


def _ledger_of_claims(readings: Sequence[Reading], moved: Floats) -> list[Contribution]:
    """One line for each claim and dimension; the readings of one claim in one dimension stand together."""
    lines = []
    numbered = groupby(
        range(len(readings)), key=lambda number: (readings[number].claim.key, readings[number].dimension)
    )
    for (key, dimension), group in numbered:
        numbers = list(group)
        lines.append(
            Contribution(
                key=key,
                dimension=dimension,
                value=float(moved[numbers].sum()),
                reason=reason(
                    readings[numbers[0]].claim,
                    readings[numbers[0]].place,
                    dimension,
                    [(readings[number].observed, readings[number].category) for number in numbers],
                ),
            )
        )
    return lines


def self_claim(claim: Claim) -> Contribution:
    return Contribution(key=claim.key, dimension=RESULTS, value=0.0, reason=SELF_CLAIM)


def ledger_of_referrals(
    credits_given: Sequence[Credit], referral: ReferralStanding, moved: float
) -> list[Contribution]:
    """What referrals moved together, in proportion to their credits: R depends on nothing but their sum."""
    return [
        Contribution(
            key=given.referral.key,
            dimension=REFERRAL,
            value=moved * (given.value / referral.support) if given.value > 0.0 else 0.0,
            reason=given.reason,
        )
        for given in credits_given
    ]
