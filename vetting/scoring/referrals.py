"""The standing that referrals by peers give: bounded, one hop, nothing from anybody no client verified.

`credit` and `standing` serve one person and say why; `standings` serves a whole graph at once.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vetting.scoring.arrays import Floats
from vetting.scoring.evidence import PeerReferral
from vetting.scoring.ratings import RatingGraph, totals
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
    counts = [(referral.clients_verified, referral.referred_in_all) for referral in referrals]
    clients, in_all = np.array(counts, dtype=np.float64).reshape(-1, 2).T
    value = {
        referral.key: 0.0 if referral.reciprocal else alone
        for referral, alone in zip(referrals, worth(clients, in_all, constants).tolist(), strict=True)
    }
    by_referrer: dict[str, PeerReferral] = {}
    by_cluster: dict[str, str] = {}
    for referral in sorted(referrals, key=lambda referral: (-value[referral.key], referral.key)):
        if by_referrer.setdefault(referral.referrer, referral) is referral:
            by_cluster.setdefault(referral.cluster, referral.key)
    chosen = set(by_cluster.values())
    return tuple(
        Credit(
            referral=referral,
            value=value[referral.key] if referral.key in chosen else 0.0,
            reason=_reason(referral, chosen=referral.key in chosen),
        )
        for referral in referrals
    )


def standing(credits_given: Sequence[Credit], constants: Constants) -> ReferralStanding:
    """R and the shift for these credits."""
    support = math.fsum(given.value for given in credits_given)
    full = float(fullness(support, constants))
    return ReferralStanding(
        support=support,
        standing=constants.referral_saturation * full,
        shift=constants.referral_shift * full,
        counted=sum(given.value > 0.0 for given in credits_given),
    )


def standings(graph: RatingGraph, clients_verified: Floats, constants: Constants) -> Floats:
    """R of every account of the graph; `clients_verified` is n_h by account.

    Ratings below zero are no referrals. Where two refer to each other both count nothing, whoever spoke first,
    and take nothing from a budget, so that a returned favour moves no third person either. Sums do not depend
    on how accounts are numbered.
    """
    counts = (graph.weight > 0.0) & ~graph.mutual & (clients_verified[graph.source] > 0)
    source, target = graph.source[counts], graph.target[counts]
    in_all = totals(source, np.ones(len(source)), len(graph.nodes))
    value = worth(clients_verified[source], in_all[source], constants)
    order = np.lexsort((value, target))
    support = totals(target[order], value[order], len(graph.nodes))
    return constants.referral_saturation * fullness(support, constants)


def worth(clients_verified: Floats, referred_in_all: Floats, constants: Constants) -> Floats:
    """c_h * min(1, B / out_h), with c_h = n_h / (n_h + 3)."""
    believed = clients_verified / (clients_verified + constants.referral_half)
    return believed * np.minimum(1.0, constants.referral_budget / referred_in_all)


def fullness(support: float | Floats, constants: Constants) -> Floats:
    """1 - exp(-S / kappa): which part of the most that referrals can do is done, 0 to 1."""
    return np.asarray(-np.expm1(-np.asarray(support) / constants.referral_saturation))


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
