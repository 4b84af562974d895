"""How people did after peers had referred them: what their later results say, beside what was known by then."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats
from vetting.scoring.batch import History, blocks
from vetting.scoring.evidence import Claim, PeerReferral, once
from vetting.scoring.referral_effect import ReferralEffect, referral_effect
from vetting.scoring.referrals import credit, fullness
from vetting.scoring.weights import RESULTS, Constants

OTHERS: Final = 5_000  # people without referrals who tell how well all do; more of them would tell no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """What peers said for one consultant, and the day on which the last of it was said."""

    referrals: Sequence[PeerReferral]
    last_on: date


def learned_shift(
    claims: Mapping[str, Sequence[Claim]], referred: Mapping[str, Referred], constants: Constants
) -> ReferralEffect | None:
    """How far the later results of those referred speak for moving a start, up to `constants.referral_shift`.

    By consultant; None where no referral that counts was followed by a result. The weight of a referrer is that of
    today: what clients have said of his own work since is no less true of the day on which he spoke.
    """
    full = {consultant: _full(known, constants) for consultant, known in referred.items()}
    parts = {
        consultant: _parted(known, referred[consultant].last_on if full.get(consultant) else date.min)
        for consultant, known in claims.items()
    }
    people = [consultant for consultant in _chosen(parts, full) if parts[consultant][1]]
    if not any(full.get(consultant) for consultant in people):
        return None
    on = max(claim.verified_on for consultant in people for claim in claims[consultant])
    before, later = (_rows([parts[each][side] for each in people], on, constants) for side in (0, 1))
    return referral_effect(
        np.array([full.get(consultant, 0.0) for consultant in people]),
        later,
        before=before,
        most=constants.referral_shift,
    )


def _full(known: Referred, constants: Constants) -> float:
    support = sum(given.value for given in credit(once(known.referrals), constants))
    return float(fullness(support, constants))


def _parted(claims: Sequence[Claim], last_on: date) -> tuple[list[Claim], list[Claim]]:
    """Those verified by that day, and those after it."""
    before = [claim for claim in claims if claim.verified_on <= last_on]
    return before, [claim for claim in claims if claim.verified_on > last_on]


def _chosen(people: Mapping[str, object], full: Mapping[str, float]) -> list[str]:
    """All who were referred, and of the others so many, drawn by their keys alone."""
    others = [consultant for consultant in people if not full.get(consultant)]
    others.sort(key=lambda consultant: hashlib.sha256(consultant.encode()).digest())
    return sorted([consultant for consultant in people if full.get(consultant)] + others[:OTHERS])


def _rows(claims: Sequence[Sequence[Claim]], on: date, constants: Constants) -> Floats:
    """The log-likelihood of each one's results over the grid; no claim is a row of zeros."""
    histories = [History(claims=each, referrals=(), on=on) for each in claims]
    place = [dimension.name for dimension in constants.dimensions].index(RESULTS)
    parts = [block.totals[place :: len(constants.dimensions)] for block in blocks(histories, constants)]
    return np.concatenate(parts)
