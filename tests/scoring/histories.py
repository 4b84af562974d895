"""Builders and hypothesis strategies of evidence. All are verified before DAY."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vetting.scoring.evidence import Claim, Direction, PeerReferral
from vetting.scoring.posterior import log_likelihoods
from vetting.scoring.readings import Place, Readings, read
from vetting.scoring.weights import PUBLISHED, Constants

DAY = date(2026, 3, 1)
FIRST = Place(rank=1, weight=1.0, weak=False)

# Loading a profile would set it for the whole run; a property is decorated with it instead.
named = settings.get_current_profile_name()
properties = settings() if named in {"deep", "quick"} else settings.get_profile("scoring")
CASES = 10


def promises(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """A property of whatever these give: an example of hypothesis holds ten cases, each checked on its own."""
    ten = st.tuples(*[st.tuples(*strategies)] * CASES)

    def decorate(promise: Callable[..., None]) -> Callable[[], None]:
        @properties
        @given(ten)
        def test(cases: tuple[tuple[Any, ...], ...]) -> None:
            for case in cases:
                promise(*case)

        test.__name__, test.__doc__ = promise.__name__, promise.__doc__
        return test

    return decorate


def a_claim(key: str = "a", **changes: Any) -> Claim:
    """A typical goal, set beforehand and just reached, at level 3, verified on DAY."""
    facts: dict[str, Any] = {
        "key": key,
        "baseline": 100.0,
        "target": 115.0,
        "achieved": 115.0,
        "direction": Direction.UP,
        "usual_change": 0.15,
        "level": 3,
        "preregistered": True,
        "cluster": f"client of {key}",
        "referee": f"referee of {key}",
        "verified_on": DAY,
    }
    return Claim(**(facts | changes))


def a_referral(key: str = "p", **changes: Any) -> PeerReferral:
    """By somebody whom three clients verified and who refers to one person."""
    facts: dict[str, Any] = {
        "key": key,
        "referrer": f"referrer of {key}",
        "cluster": f"circle of {key}",
        "clients_verified": 3,
        "referred_in_all": 1,
        "reciprocal": False,
    }
    return PeerReferral(**(facts | changes))


def told(*claims: Claim, place: Place = FIRST, constants: Constants = PUBLISHED) -> Readings:
    """All that these tell on DAY, each in the same place."""
    days = [(DAY - claim.verified_on).days for claim in claims]
    return read(claims, [place] * len(claims), days, constants=constants)


def by_dimension(readings: Readings, name: str, constants: Constants = PUBLISHED) -> Readings:
    number = [dimension.name for dimension in constants.dimensions].index(name)
    return readings.taken(np.flatnonzero(readings.dimension == number))


def rows(readings: Readings, constants: Constants = PUBLISHED) -> np.ndarray:
    """With their weights."""
    return readings.weight[:, np.newaxis] * log_likelihoods(readings, constants)


SEEDS = st.integers(0, 2**63 - 1)
Range = tuple[int, int]


# Hundredths of the goal, of a fee and of the change, answers, levels, days; of ten numbers the client doubts one.
ANY: dict[str, Any] = {
    "reached": (-200, 250),
    "returned": (-200, 1500),
    "transfer": (0, 4),
    "left": (-100, 200),
    "levels": (0, 5),
    "ages": (1, 4000),
    "doubtful": (True, *[False] * 9),
}


def claims(*, key: str = "a", **other: Any) -> st.SearchStrategy[Claim]:
    """Claims; `other` holds what differs from ANY.

    A claim is made of one drawn number: drawing twenty for each would take longer than what is tested.
    """
    return SEEDS.map(lambda seed: _claim(key, Random(seed), **(ANY | other)))


def _claim(key: str, dice: Random, *, doubtful: tuple[bool, ...], ages: Range, **kinds: Range) -> Claim:
    def within(kind: str) -> int:
        return dice.randint(*kinds[kind])

    def perhaps(value: float) -> float | None:
        return value if dice.random() < 0.5 else None

    direction, baseline = dice.choice((Direction.UP, Direction.DOWN)), dice.choice((0.5, 3.0, 40.0, 1250.0))
    usual, share, fee = (
        dice.randint(5, 60) / 100,
        dice.randint(1, 100) / 100,
        dice.choice((None, 900.0, 40_000.0)),
    )
    change = direction * baseline * usual * dice.randint(2, 900) / 100
    gained = change * within("reached") / 100
    return Claim(
        key=key,
        baseline=baseline,
        target=baseline + change,
        achieved=baseline + gained,
        direction=direction,
        usual_change=usual,
        level=within("levels"),
        preregistered=dice.random() < 0.5,
        rejected=dice.choice(doubtful),
        cluster=dice.choice("ABCD"),
        referee="r",
        vouches_elsewhere=dice.random() < 0.5,
        verified_on=DAY - timedelta(days=dice.randint(*ages)),
        fee=fee,
        money=None if fee is None else perhaps(fee * within("returned") / 100 / share),
        share=share,
        transfer=None if dice.random() < 0.5 else within("transfer"),
        sustained_6m=perhaps(baseline + gained * within("left") / 100),
        sustained_12m=perhaps(baseline + gained * within("left") / 100),
        ease=dice.choice((0.0, 0.0, -0.4, 0.3)),
        blur=dice.choice((None, 0.0, 0.2)),
    )


def histories(max_size: int = 5) -> st.SearchStrategy[list[Claim]]:
    """Up to so many claims with keys of their own, at all levels, of few clients."""

    def drawn(seed: int) -> list[Claim]:
        dice = Random(seed)
        return [_claim(f"claim {number:03}", dice, **ANY) for number in range(dice.randint(0, max_size))]

    return SEEDS.map(drawn)


def circles(max_size: int = 5) -> st.SearchStrategy[list[PeerReferral]]:
    """Referrals by so many people, each in one cluster; some mutual, some by people whom nobody verified."""

    def referred(seed: int) -> list[PeerReferral]:
        dice = Random(seed)
        return [
            PeerReferral(
                key=f"referral {number}",
                referrer=f"peer {number}",
                cluster=dice.choice("XYZ"),
                clients_verified=dice.randint(0, 30),
                referred_in_all=dice.randint(1, 40),
                reciprocal=dice.random() < 0.5,
            )
            for number in range(dice.randint(0, max_size))
        ]

    return SEEDS.map(referred)


# The best and the worst that can be said, in every dimension in which anything is said. Verified after all others.
successes = claims(
    key="the newest",
    reached=(100, 300),
    returned=(1000, 3000),
    transfer=(4, 4),
    left=(100, 300),
    levels=(1, 5),
    doubtful=(False,),
    ages=(0, 0),
)
failures = claims(
    key="the newest",
    reached=(-300, -1),
    returned=(-3000, -1),
    transfer=(0, 0),
    levels=(1, 5),
    doubtful=(True, False),
    ages=(0, 0),
)
