"""The standing that referrals by peers give: bounded, one hop, nothing from anybody no client verified."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vetting.scoring.evidence import PeerReferral
from vetting.scoring.weights import Constants


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralStanding:
    """`support` is S, the sum of the credits; `standing` is R = kappa (1 - exp(-S / kappa)).

    `shift` is by how many standard deviations R moves the starting point of every dimension; `counted` is the
    number of referrals with a credit above zero.
    """

    support: float
    standing: float
    shift: float
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What one referral adds to S, and the sentence that says why."""

    referral: PeerReferral
    value: float
    reason: str


def credit(referrals: Sequence[PeerReferral], constants: Constants) -> tuple[Credit, ...]:
    """One credit a referral, in the order given.

    One referrer counts once, and of those referrers the best of each cluster; among equals the smallest key.
    """
    worth = {referral.key: _worth(referral, constants) for referral in referrals}

    def best_first(candidates: Iterable[PeerReferral]) -> list[PeerReferral]:
        return sorted(candidates, key=lambda referral: (-worth[referral.key], referral.key))

    by_referrer: dict[str, PeerReferral] = {}
    for referral in best_first(referrals):
        by_referrer.setdefault(referral.referrer, referral)
    by_cluster: dict[str, str] = {}
    for referral in best_first(by_referrer.values()):
        by_cluster.setdefault(referral.cluster, referral.key)
    chosen = set(by_cluster.values())
    return tuple(
        Credit(
            referral=referral,
            value=worth[referral.key] if referral.key in chosen else 0.0,
            reason=_reason(referral, chosen=referral.key in chosen),
        )
        for referral in referrals
    )


def standing(credits_given: Sequence[Credit], constants: Constants) -> ReferralStanding:
    """R and the shift for these credits."""
    support = math.fsum(given.value for given in credits_given)
    full = -math.expm1(-support / constants.referral_saturation)
    return ReferralStanding(
        support=support,
        standing=constants.referral_saturation * full,
        shift=constants.referral_shift * full,
        counted=sum(given.value > 0.0 for given in credits_given),
    )


def _worth(referral: PeerReferral, constants: Constants) -> float:
    """c_h * min(1, B / out_h), with c_h = n_h / (n_h + 3); nothing where both refer to each other."""
    if referral.reciprocal:
        return 0.0
    believed = referral.clients_verified / (referral.clients_verified + constants.referral_half)
    return believed * min(1.0, constants.referral_budget / referral.referred_in_all)


def _reason(referral: PeerReferral, *, chosen: bool) -> str:
    if referral.reciprocal:
        return "The two refer to each other: counts nothing."
    if referral.clients_verified == 0:
        return "No client has verified the referrer yet: counts nothing."
    if not chosen:
        return "Another referral from the same referrer or circle already counts: this one adds nothing."
    clients = (
        "1 client has" if referral.clients_verified == 1 else f"{referral.clients_verified} clients have"
    )
    people = "1 person" if referral.referred_in_all == 1 else f"{referral.referred_in_all} people"
    return f"{clients} verified the referrer's own work; the referrer refers to {people} in all."
