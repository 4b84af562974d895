"""One person's evidence as plain values, with every constant, for docs/recompute.py and whoever writes another one.

`whole` is for the person herself: her claims as they are. `reduced` is for everybody: of each claim only what the
likelihood reads, so that the score can be computed again and nothing else can be told from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from vetting.scoring.batch import History, blocks
from vetting.scoring.evidence import Claim, PeerReferral, in_order, once
from vetting.scoring.readings import DAYS_A_YEAR
from vetting.scoring.weights import CUT_TOLERANCE, GRID_POINTS, GRID_REACH, HIGH, LOW, PUBLISHED, Constants

FORMAT: Final = "touchstone-evidence-1"


def whole(
    claims: Sequence[Claim],
    referrals: Sequence[PeerReferral],
    *,
    on: date,
    constants: Constants = PUBLISHED,
) -> dict[str, Any]:
    known = [
        asdict(claim) | {"direction": int(claim.direction), "verified_on": claim.verified_on.isoformat()}
        for claim in in_order(claims, on=on)
    ]
    return {**_frame(referrals, on, constants), "claims": known}


def reduced(
    claims: Sequence[Claim],
    referrals: Sequence[PeerReferral],
    *,
    on: date,
    constants: Constants = PUBLISHED,
) -> dict[str, Any]:
    """In order of verification, without the client and without the numbers."""
    (block,) = blocks([History(claims=claims, referrals=referrals, on=on)], constants)
    told, names = block.readings, [dimension.name for dimension in constants.dimensions]
    columns = {
        "key": [block.claims[number].key for number in told.claim.tolist()],
        "dimension": [names[number] for number in told.dimension.tolist()],
        "category": told.category.tolist(),
        "hardness": told.hardness.tolist(),
        "blur": told.blur.tolist(),
        "fabrication": told.fabrication.tolist(),
        "weight": told.weight.tolist(),
        "age": told.age.tolist(),
    }
    readings = [dict(zip(columns, each, strict=True)) for each in zip(*columns.values(), strict=True)]
    return {**_frame(referrals, on, constants), "readings": readings}


def _frame(referrals: Sequence[PeerReferral], on: date, constants: Constants) -> dict[str, Any]:
    grid = {
        "points": GRID_POINTS,
        "reach": GRID_REACH,
        "low": LOW,
        "high": HIGH,
        "cut_tolerance": CUT_TOLERANCE,
        "days_a_year": DAYS_A_YEAR,
    }
    return {
        "format": FORMAT,
        "on": on.isoformat(),
        "constants": asdict(constants) | grid,
        "referrals": _nameless(once(referrals)),
    }


def _nameless(referrals: Sequence[PeerReferral]) -> list[Mapping[str, Any]]:
    """Peers and circles by number: who they are stands on the page, as far as it may."""
    ordered = sorted(referrals, key=lambda referral: referral.key)
    peers = {referral.referrer: number for number, referral in reversed(list(enumerate(ordered, 1)))}
    circles = {referral.cluster: number for number, referral in reversed(list(enumerate(ordered, 1)))}
    return [
        asdict(referral) | {"referrer": peers[referral.referrer], "cluster": circles[referral.cluster]}
        for referral in ordered
    ]
