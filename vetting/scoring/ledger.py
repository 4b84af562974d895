"""The ledger: one line a piece of evidence and dimension, with what it moved and the sentence that says why."""

from collections.abc import Sequence
from typing import NamedTuple

from vetting.scoring.evidence import Claim
from vetting.scoring.reasons import SELF_CLAIM
from vetting.scoring.referrals import Credit, ReferralStanding
from vetting.scoring.weights import REFERRAL, RESULTS


class Contribution(NamedTuple):
    """What one piece of evidence moved: `value` is signed, in the units of the composite's mean.

    `dimension` is the name of one, or "referral".
    """

    key: str
    dimension: str
    value: float
    reason: str


def line_of_self_claim(claim: Claim) -> Contribution:
    return Contribution(claim.key, RESULTS, 0.0, SELF_CLAIM)


def lines_of_referrals(
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
