"""Builders and hypothesis strategies of evidence. All are verified before DAY."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from vetting.scoring.evidence import Claim, Direction, PeerReferral

DAY = date(2026, 3, 1)

# Loading a profile would set it for the whole run; a property is decorated with it instead.
properties = settings() if settings.get_current_profile_name() == "deep" else settings.get_profile("scoring")


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


def _part(low: int, high: int) -> st.SearchStrategy[float]:
    return st.integers(low, high).map(lambda hundredths: hundredths / 100)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


ANYWHERE, ANY_RETURN, ANYTHING_LEFT = _part(-200, 250), _part(-200, 1500), _part(-100, 200)
ANY_ANSWER, ANY_LEVEL = st.integers(0, 4), st.integers(0, 5)
NOW_AND_THEN = st.integers(0, 9).map(lambda number: number == 0)


@st.composite
def claims(  # noqa: PLR0917 - all by name
    draw: st.DrawFn,
    key: str = "a",
    reached: st.SearchStrategy[float] = ANYWHERE,
    returned: st.SearchStrategy[float] = ANY_RETURN,
    transfer: st.SearchStrategy[int] = ANY_ANSWER,
    left: st.SearchStrategy[float] = ANYTHING_LEFT,
    levels: st.SearchStrategy[int] = ANY_LEVEL,
    rejected: st.SearchStrategy[bool] = NOW_AND_THEN,
) -> Claim:
    """One claim. `reached` and `left` are parts of the goal and of the change, `returned` is in fees."""
    direction = draw(st.sampled_from(Direction))
    baseline = draw(st.sampled_from([0.5, 3.0, 40.0, 1250.0]))
    usual = draw(_part(5, 60))
    change = direction * baseline * usual * draw(_part(2, 900))
    achieved = baseline + change * draw(reached)
    fee = draw(_maybe(st.sampled_from([900.0, 40_000.0])))
    share = draw(_part(1, 100))
    back = draw(_maybe(returned))
    later = draw(st.lists(_maybe(left), min_size=2, max_size=2))
    return Claim(
        key=key,
        baseline=baseline,
        target=baseline + change,
        achieved=achieved,
        direction=direction,
        usual_change=usual,
        level=draw(levels),
        preregistered=draw(st.booleans()),
        rejected=draw(rejected),
        cluster=draw(st.sampled_from("ABCD")),
        referee=draw(st.sampled_from(["r", "s", ""])),
        vouches_elsewhere=draw(st.booleans()),
        verified_on=DAY - timedelta(days=draw(st.integers(1, 4000))),
        fee=fee,
        money=None if fee is None or back is None else fee * back / share,
        share=share,
        transfer=draw(_maybe(transfer)),
        sustained_6m=None if later[0] is None else baseline + (achieved - baseline) * later[0],
        sustained_12m=None if later[1] is None else baseline + (achieved - baseline) * later[1],
    )


@st.composite
def histories(draw: st.DrawFn, max_size: int = 5) -> list[Claim]:
    """Up to so many claims with keys of their own, at all levels, of few clients."""
    drawn = draw(st.lists(claims(), max_size=max_size))
    return [replace(claim, key=f"claim {number:03}") for number, claim in enumerate(drawn)]


@st.composite
def circles(draw: st.DrawFn, max_size: int = 5) -> list[PeerReferral]:
    """Referrals by so many people, each in one cluster; some reciprocal, some by people nobody verified."""
    return [
        PeerReferral(
            key=f"referral {number}",
            referrer=f"peer {number}",
            cluster=draw(st.sampled_from("XYZ")),
            clients_verified=draw(st.integers(0, 30)),
            referred_in_all=draw(st.integers(1, 40)),
            reciprocal=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, max_size)))
    ]


# The best and the worst that can be said, in every dimension in which anything is said. Verified after all others.
successes = claims(
    key="the newest",
    reached=_part(100, 300),
    returned=_part(1000, 3000),
    transfer=st.just(4),
    left=_part(100, 300),
    levels=st.integers(1, 5),
    rejected=st.just(False),
).map(lambda claim: replace(claim, verified_on=DAY))
failures = claims(
    key="the newest",
    reached=_part(-300, -1),
    returned=_part(-3000, -1),
    transfer=st.just(0),
    levels=st.integers(1, 5),
    rejected=st.booleans(),
).map(lambda claim: replace(claim, verified_on=DAY))
