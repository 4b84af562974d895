"""Many people at once are what they are one by one."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.scoring.histories import DAY, a_claim, a_referral, circles, histories, promises
from vetting.scoring.batch import History, score_many, standings_many
from vetting.scoring.evidence import ScoringError
from vetting.scoring.score import score

people = st.builds(
    History,
    claims=histories(),
    referrals=circles(max_size=3),
    on=st.just(DAY) | st.just(DAY + timedelta(400)),
)
NUMBERS = ("mean", "sd", "low", "high", "reliability")


def numbers(scored):
    standings = [scored.composite, *scored.dimensions.values()]
    return [[getattr(known, name) for name in NUMBERS] for known in standings]


def assert_same(one, other, *, within=1e-12):
    assert numbers(one) == pytest.approx(np.array(numbers(other)), abs=within)
    assert [line.value for line in one.contributions] == pytest.approx(
        [line.value for line in other.contributions], abs=within
    )
    assert [line._replace(value=0.0) for line in one.contributions] == [
        line._replace(value=0.0) for line in other.contributions
    ]
    assert (one.version, one.counted, one.referral, list(one.dimensions)) == (
        other.version,
        other.counted,
        other.referral,
        list(other.dimensions),
    )
    assert [known.n for known in one.dimensions.values()] == [known.n for known in other.dimensions.values()]


@promises(st.lists(people, min_size=1, max_size=2))
def test_a_batch_says_of_each_what_is_said_of_one(histories):
    for history, found in zip(histories, score_many(histories), strict=True):
        assert_same(found, score(history.claims, history.referrals, on=history.on))


@promises(st.lists(people, min_size=2, max_size=2))
def test_who_else_is_in_the_batch_changes_no_bit(histories):
    together = score_many(histories)
    assert [score_many([history])[0] for history in histories] == together
    assert score_many(histories[::-1])[::-1] == together
    assert standings_many(histories) == [found.dimensions for found in together]


def test_a_batch_larger_than_a_block_stays_in_order():
    histories = [
        History(
            claims=[a_claim(f"{n}", achieved=90.0 + n)], referrals=[a_referral(clients_verified=n)], on=DAY
        )
        for n in range(60)
    ]
    found = score_many(histories)
    assert [each.contributions[0].key for each in found] == [str(n) for n in range(60)]
    assert found == [score_many([history])[0] for history in histories]


def test_nobody_and_nothing_are_well_defined():
    assert score_many([]) == []
    empty = History(claims=[], referrals=[], on=DAY)
    (found,) = score_many([empty])
    assert_same(found, score([], [], on=DAY))
    only_said = History(claims=[a_claim(level=0)], referrals=[], on=DAY)
    assert_same(score_many([only_said])[0], score([a_claim(level=0)], [], on=DAY))


@pytest.mark.parametrize(
    "changes", [{"baseline": 0.0}, {"baseline": 1.0, "target": 2.0}, {"baseline": -100.0}]
)
def test_an_odd_baseline_is_read_as_score_reads_it(changes):
    """From zero no relative change can be told."""
    claim = a_claim(**changes)
    (found,) = score_many([History(claims=[claim], referrals=[], on=DAY)])
    assert_same(found, score([claim], [], on=DAY))


def test_two_thousand_results_and_the_longest_temperatures():
    claims = [a_claim(str(number), achieved=115.0 if number % 3 else 95.0, level=4) for number in range(2000)]
    (found,) = score_many([History(claims=claims, referrals=[], on=DAY)])
    assert_same(found, score(claims, [], on=DAY), within=1e-9)  # a sum of two thousand rounds as well


@pytest.mark.parametrize(
    ("claims", "field"),
    [
        ([a_claim("x"), a_claim("x", achieved=110.0)], "achieved"),
        ([a_claim("x", verified_on=DAY + timedelta(1))], "verified_on"),
    ],
)
def test_what_score_refuses_a_batch_refuses(claims, field):
    with pytest.raises(ScoringError) as caught:
        score_many(
            [
                History(claims=[a_claim("fine")], referrals=[], on=DAY),
                History(claims=claims, referrals=[], on=DAY),
            ]
        )
    assert (caught.value.field, caught.value.key) == (field, "x")
