"""How believable an account is, from who rated whom: it orders what a person looks at and never enters a score.

Trust starts at the accounts that clients verified and walks along their ratings; distrust starts where a
trusted account rates somebody below zero, and walks back to whoever vouched for that one. What is left is
read twice: as the trust that arrived (a ring cannot make any, it can only keep what came in), and as the
opinion of trusted raters, each at full strength. The method and its limits: docs/explanation/referrals.md.
"""

from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats
from vetting.scoring.evidence import ScoringError
from vetting.scoring.ratings import RatingGraph, totals

# At each step a tenth of the walkers goes back to a verified account: from .05 to .3 nothing changed much.
_RESTART: Final = 0.1
_STEPS: Final = 20  # .9 ** 20 = .12 of the walkers have not gone back by then; 40 steps order no better

# Where ratings are usually returned, who rates a trusted account is nearly always known to it; where they are
# not, he need not be. Judged: a third of the fourth power of the part that is mutual.
_BACKWARD: Final = 1.0 / 3.0

# Of the distrust at an account a quarter walks on to those who vouched for it. With all of it, or forward
# along that account's own ratings, enemies of one's enemies made the order worse in two of three graphs.
_BLAME: Final = 0.25

_FAINTEST: Final = 1e-9  # of an average rating: one that is fainter still must not divide by nothing

_DOUBT: Final = 0.03  # trust that leaves an account half known, as a part of its fair share
_RATER_DOUBT: Final = 0.3  # the same for an account as a rater: fewer are believed than may be seen
_OPINION_DOUBT: Final = 0.1  # believed average ratings at which an opinion is half formed


def credibility(graph: RatingGraph) -> Floats:
    """One number from -1 to 1 for each account; 0 is an account about which nothing is known.

    Raises ScoringError where no account is verified: trust has to start somewhere.
    """
    if not graph.verified.any():
        message = "names no account: trust has nowhere to start"
        raise ScoringError(message, "verified", "")
    accounts = len(graph.nodes)
    strength = _strength(graph.weight)
    backward = _backward(graph)
    trust, distrust = _walk(graph, strength, backward)
    ratings = np.bincount(np.concatenate((graph.source, graph.target)), minlength=accounts)
    # Half of the fair share is alike for all, half goes by the number of ratings: trust is no surprise there.
    fair = 0.5 / accounts + 0.5 * ratings / max(float(ratings.sum()), 1.0)
    arrived = (trust - distrust) / (trust + distrust + _DOUBT * fair)
    believed = np.maximum(trust - distrust, 0.0) / (trust + distrust + _RATER_DOUBT / accounts)
    return (arrived + _opinion(graph, strength, backward, believed)) / 2.0


def _walk(graph: RatingGraph, strength: Floats, backward: float) -> tuple[Floats, Floats]:
    """Trust and distrust by account, after `_STEPS` steps of walkers that share out what they carry."""
    accounts, up = len(graph.nodes), graph.weight > 0.0
    source, target, referred = graph.source[up], graph.target[up], strength[up]
    rejecter, rejected, severity = graph.source[~up], graph.target[~up], strength[~up]
    given = totals(graph.source, strength, accounts) + backward * totals(target, referred, accounts)
    vouched = totals(target, referred, accounts)
    forward = referred / given[source]
    back = backward * referred / np.where(given > 0.0, given, 1.0)[target]
    against = severity / given[rejecter]
    blame = _BLAME * referred / vouched[target]

    start = graph.verified / graph.verified.sum()
    trust, distrust = start, np.zeros(accounts)
    for _ in range(_STEPS):
        distrust = (1.0 - _RESTART) * (
            totals(rejected, against * trust[rejecter], accounts)
            + totals(source, blame * distrust[target], accounts)
        )
        trust = _RESTART * start + (1.0 - _RESTART) * (
            totals(target, forward * trust[source], accounts) + totals(source, back * trust[target], accounts)
        )
    return trust, distrust


def _opinion(graph: RatingGraph, strength: Floats, backward: float, believed: Floats) -> Floats:
    """What believed raters say, less of what nobody has said yet: from -1 to 1."""
    accounts, up = len(graph.nodes), graph.weight > 0.0
    source, target, referred = graph.source[up], graph.target[up], strength[up]
    favour = totals(target, referred * believed[source], accounts) + backward * totals(
        source, referred * believed[target], accounts
    )
    against = totals(graph.target[~up], strength[~up] * believed[graph.source[~up]], accounts)
    opinion: Floats = (favour - against) / (favour + against + _OPINION_DOUBT)
    return opinion


def _strength(weight: Floats) -> Floats:
    """How strong each rating is, in average ratings of its sign: no unit of measurement matters."""
    strength = np.abs(weight)
    for sign in (weight > 0.0, weight < 0.0):
        if sign.any():
            strength[sign] /= strength[sign].max()  # first, as a sum of the greatest numbers is none
            strength[sign] /= strength[sign].mean()
    return np.maximum(strength, _FAINTEST)


def _backward(graph: RatingGraph) -> float:
    """The part of a rating that also counts for who gave it.

    Where not one rating is returned, direction says nothing: friendships written down once, or two kinds of
    accounts of which one rates the other.
    """
    mutual = graph.mutual[graph.weight > 0.0]
    if not mutual.any():
        return 1.0
    return _BACKWARD * float(mutual.mean()) ** 4
