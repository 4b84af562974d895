"""The score of one person: a batch of one."""

from collections.abc import Sequence
from datetime import date

from vetting.scoring.batch import History, Score, score_many
from vetting.scoring.evidence import Claim, PeerReferral, ScoringError, attainment
from vetting.scoring.forecast import Chance, on_scale, probability_met
from vetting.scoring.ledger import Contribution
from vetting.scoring.posterior import Posterior
from vetting.scoring.readings import ambition, category
from vetting.scoring.referrals import ReferralStanding
from vetting.scoring.weights import PUBLISHED, Constants

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
    return score_many([History(claims=claims, referrals=referrals, on=on)], constants=constants)[0]
