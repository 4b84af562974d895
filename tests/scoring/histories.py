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


def part(low: int, high: int) -> st.SearchStrategy[float]:
    """Hundredths from low to high: never so near a cut that rounding could decide."""
    return st.integers(low, high).map(lambda hundredths: hundredths / 100)


DOUBTS_NOW_AND_THEN = st.integers(0, 9).map(lambda number: number == 0)


def claims(
    *,
    key: str = "a",
    reached: st.SearchStrategy[float] = part(-200, 250),  # noqa: B008 - strategies do not change
    returned: st.SearchStrategy[float] = part(-200, 1500),  # noqa: B008
    transfer: st.SearchStrategy[int] = st.integers(0, 4),  # noqa: B008
    left: st.SearchStrategy[float] = part(-100, 200),  # noqa: B008
    levels: st.SearchStrategy[int] = st.integers(0, 5),  # noqa: B008
    rejected: st.SearchStrategy[bool] = DOUBTS_NOW_AND_THEN,
    ages: st.SearchStrategy[int] = st.integers(1, 4000),  # noqa: B008
) -> st.SearchStrategy[Claim]:
    """Claims. `reached` and `left` are parts of the goal and of the change, `returned` is in fees, `ages` in days."""
    drawn = {
        "direction": st.sampled_from(Direction),
        "baseline": st.sampled_from([0.5, 3.0, 40.0, 1250.0]),
        "usual": part(5, 60),
        "asked": part(2, 900),
        "reached": reached,
        "fee": st.sampled_from([None, 900.0, 40_000.0]),
        "returned": st.none() | returned,
        "share": part(1, 100),
        "transfer": st.none() | transfer,
        "left_6m": st.none() | left,
        "left_12m": st.none() | left,
        "level": levels,
        "preregistered": st.booleans(),
        "rejected": rejected,
        "cluster": st.sampled_from("ABCD"),
        "vouches_elsewhere": st.booleans(),
        "age": ages,
    }
    return st.fixed_dictionaries(drawn).map(lambda facts: _claim(key, facts))


def _claim(key: str, facts: dict[str, Any]) -> Claim:
    baseline, fee = facts["baseline"], facts["fee"]
    change = facts["direction"] * baseline * facts["usual"] * facts["asked"]
    gained = change * facts["reached"]

    def after(left: float | None) -> float | None:
        return None if left is None else baseline + gained * left

    paid = fee is not None and facts["returned"] is not None
    return Claim(
        key=key,
        baseline=baseline,
        target=baseline + change,
        achieved=baseline + gained,
        direction=facts["direction"],
        usual_change=facts["usual"],
        level=facts["level"],
        preregistered=facts["preregistered"],
        rejected=facts["rejected"],
        cluster=facts["cluster"],
        referee="r",
        vouches_elsewhere=facts["vouches_elsewhere"],
        verified_on=DAY - timedelta(days=facts["age"]),
        fee=fee,
        money=fee * facts["returned"] / facts["share"] if paid else None,
        share=facts["share"],
        transfer=facts["transfer"],
        sustained_6m=after(facts["left_6m"]),
        sustained_12m=after(facts["left_12m"]),
    )


def histories(max_size: int = 5) -> st.SearchStrategy[list[Claim]]:
    """Up to so many claims with keys of their own, at all levels, of few clients."""
    return st.lists(claims(), max_size=max_size).map(
        lambda drawn: [replace(claim, key=f"claim {number:03}") for number, claim in enumerate(drawn)]
    )


def circles(max_size: int = 5) -> st.SearchStrategy[list[PeerReferral]]:
    """Referrals by so many people, each in one cluster; some mutual, some by people whom nobody verified."""
    peer = st.tuples(st.sampled_from("XYZ"), st.integers(0, 30), st.integers(1, 40), st.booleans())
    return st.lists(peer, max_size=max_size).map(
        lambda drawn: [
            PeerReferral(
                key=f"referral {number}",
                referrer=f"peer {number}",
                cluster=cluster,
                clients_verified=clients,
                referred_in_all=people,
                reciprocal=reciprocal,
            )
            for number, (cluster, clients, people, reciprocal) in enumerate(drawn)
        ]
    )


# The best and the worst that can be said, in every dimension in which anything is said. Verified after all others.
successes = claims(
    key="the newest",
    reached=part(100, 300),
    returned=part(1000, 3000),
    transfer=st.just(4),
    left=part(100, 300),
    levels=st.integers(1, 5),
    rejected=st.just(False),
    ages=st.just(0),
)
failures = claims(
    key="the newest",
    reached=part(-300, -1),
    returned=part(-3000, -1),
    transfer=st.just(0),
    levels=st.integers(1, 5),
    rejected=st.booleans(),
    ages=st.just(0),
)
