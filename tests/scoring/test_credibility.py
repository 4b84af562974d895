"""What credibility says, on graphs small enough to see it, and what it promises on any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.graphs import ACCOUNTS, graph, worlds
from tests.scoring.histories import properties
from vetting.scoring.credibility import credibility
from vetting.scoring.evidence import ScoringError


def credible(rows, verified, **kind):
    known = graph(rows, verified, **kind)
    return dict(zip(known.nodes.tolist(), credibility(known).tolist(), strict=True))


def up(source, target, weight=1.0):
    return (source, target, weight, 0.0)


def down(source, target, weight=-1.0):
    return (source, target, weight, 0.0)


# Account 1 is verified; 2 and 3 are known to it and to each other.
CIRCLE = [up(1, 2), up(2, 1), up(1, 3), up(3, 1), up(2, 3), up(3, 2)]


def test_whom_trusted_accounts_rate_well_is_believed_and_whom_they_warn_of_is_not():
    found = credible([*CIRCLE, up(2, 4), down(3, 5), up(6, 7)], {1})
    assert found[5] < 0.0 == found[7] < found[4]


def test_a_ring_that_no_trusted_account_rates_stays_unknown():
    ring = range(10, 20)
    found = credible([*CIRCLE, *(up(one, other, 10.0) for one in ring for other in ring)], {1})
    assert {found[account] for account in ring} == {0.0}


def test_slander_by_unknown_accounts_is_not_heard():
    slander = [down(liar, 2, -10.0) for liar in range(10, 60)]
    without, found = credible([*CIRCLE, down(2, 9)], {1}), credible([*CIRCLE, down(2, 9), *slander], {1})
    assert found[2] > 0.9 * without[2]
    assert found[9] < 0.0


def test_who_vouches_for_somebody_trusted_accounts_warn_of_is_believed_less():
    warned = [down(account, 5) for account in (1, 2, 3)]
    found = credible([*CIRCLE, up(2, 6), up(2, 7), *warned, up(6, 5), up(7, 8)], {1})
    assert found[6] < found[7]


def test_a_weak_word_counts_less_than_a_strong_one():
    found = credible([*CIRCLE, up(2, 4, 3.0), up(2, 5, 1.0)], {1})
    assert found[5] < found[4]


def test_where_ratings_are_usually_returned_one_that_is_not_says_a_little():
    found = credible([*CIRCLE, up(4, 1), up(1, 5)], {1})
    assert 0.0 < found[4] < found[5]


def test_where_no_rating_is_ever_returned_direction_says_nothing():
    friendships = [up(1, 2), up(2, 3), up(1, 3), up(3, 4)]
    turned = [(target, source, weight, time) for source, target, weight, time in friendships]
    assert credible(friendships, {1}, signed=False) == pytest.approx(
        credible(turned, {1}, signed=False), abs=1e-12
    )


def test_an_account_without_ratings_is_unknown_unless_verified():
    found = credible([*CIRCLE, up(8, 8)], {1, 30})
    assert found[8] == 0.0 < found[30]


def test_trust_has_to_start_somewhere():
    with pytest.raises(ScoringError) as refused:
        credible(CIRCLE, set())
    assert str(refused.value) == "evidence: verified names no account: trust has nowhere to start"


def test_of_the_verified_alone_something_is_known():
    assert credible([], {4})[4] > 0.0


@properties
@given(worlds, st.permutations(ACCOUNTS), st.floats(1e-200, 1e200))
def test_names_order_and_the_unit_of_ratings_change_nothing(world, names, unit):
    members, verified = world
    renamed = [
        (names[source], names[target], weight * unit, time) for source, target, weight, time in members[::-1]
    ]
    found = credible(renamed, {names[account] for account in verified})
    expected = {names[account]: value for account, value in credible(members, verified).items()}
    assert found == pytest.approx(expected, abs=1e-9)


@properties
@given(worlds, st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=25, max_size=25))
def test_any_finite_weights_give_a_number_between_minus_one_and_one(world, weights):
    members, verified = world
    drawn = [(row[0], row[1], weight, row[3]) for row, weight in zip(members, weights, strict=False)]
    found = np.array([*credible(drawn, verified).values()])
    assert np.isfinite(found).all()
    assert (np.abs(found) <= 1.0).all()
