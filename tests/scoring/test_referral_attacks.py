"""What no account without a verified client can do to anybody's standing, on random graphs, to the last bit."""

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.graphs import (
    ACCOUNTS,
    LATER,
    RATINGS,
    accounts,
    properties_of_graphs,
    rows,
    standing,
    worlds,
)
from tests.scoring.histories import DAY, a_referral
from vetting.scoring.score import score

FAKES = range(100, 200)
anybody = accounts | st.sampled_from(FAKES)


def of_members(found):
    return {account: value for account, value in found.items() if account in ACCOUNTS}


def before_and_after(world, attack):
    members, verified = world
    present = [(account, account, 1.0, 0.0) for account in ACCOUNTS]  # ratings of oneself say nothing
    return standing([*members, *present], verified), standing([*members, *present, *attack], verified)


def a_target(world):
    return st.sampled_from(sorted(set(ACCOUNTS) - world[1]))


@properties_of_graphs
@given(st.data(), worlds, st.sampled_from([10, 100]))
def test_a_ring_gains_nothing(data, world, size):
    target, ring = data.draw(a_target(world)), FAKES[:size]
    attack = [(fake, target, 10.0, LATER) for fake in ring]
    attack += [(target, fake, 10.0, LATER) for fake in ring]
    attack += [(fake, ring[place - 1], 10.0, LATER) for place, fake in enumerate(ring)]
    before, after = before_and_after(world, attack)
    assert of_members(after) == before
    assert {after[fake] for fake in ring} == {0.0}


@properties_of_graphs
@given(
    worlds, st.lists(st.tuples(anybody, anybody, RATINGS, st.sampled_from([LATER, LATER + 1])), max_size=60)
)
def test_no_account_without_a_client_moves_anybody_whatever_it_says(world, said):
    """Praise, slander, camouflage, exchanges among themselves, also words that take back earlier ones."""
    attack = [row for row in said if row[0] not in world[1]]
    before, after = before_and_after(world, attack)
    assert of_members(after) == before


@properties_of_graphs
@given(st.data(), worlds)
def test_camouflage_by_fifty_fakes_and_the_target_gains_nothing(data, world):
    target = data.draw(a_target(world))
    praised = data.draw(st.lists(accounts, min_size=1, max_size=50))
    attack = [(fake, account, 10.0, LATER) for fake, account in zip(FAKES, praised, strict=False)]
    attack += [(fake, target, 10.0, LATER) for fake in FAKES[:50]]
    attack += [(target, account, 10.0, LATER) for account in praised]
    before, after = before_and_after(world, attack)
    # Praising one who praised the target makes an exchange of it, and then neither counts: she may lose by it.
    assert after[target] <= before[target]
    assert {account: after[account] for account in ACCOUNTS if account != target} == {
        account: before[account] for account in ACCOUNTS if account != target
    }


@properties_of_graphs
@given(st.data(), worlds, st.sampled_from([0.0, 1.0]))
def test_favours_returned_by_five_move_nobody_even_where_they_are_verified(data, world, delay):
    target = data.draw(a_target(world))
    has_said = {(source, to) for source, to, weight, _ in world[0] if weight > 0.0}
    strangers = [account for account in ACCOUNTS if account != target and (account, target) not in has_said]
    friends = data.draw(st.lists(st.sampled_from(strangers), max_size=5)) if strangers else []
    attack = [(target, friend, 10.0, LATER) for friend in friends]
    attack += [(friend, target, 10.0, LATER + delay) for friend in friends]
    before, after = before_and_after(world, attack)
    assert after == before


@properties_of_graphs
@given(st.data(), worlds)
def test_without_times_exchanges_move_nobody(data, world):
    target = data.draw(a_target(world))
    has_said = {row[:2] for row in world[0]}
    strangers = [account for account in ACCOUNTS if account != target and (account, target) not in has_said]
    friends = data.draw(st.lists(st.sampled_from(strangers), max_size=5)) if strangers else []
    attack = [(target, friend, 10.0, 0.0) for friend in friends] + [
        (friend, target, 10.0, 0.0) for friend in friends
    ]
    found = standing([*world[0], *attack], world[1], timed=False)
    before = standing(world[0], world[1], timed=False)
    assert {account: found.get(account, 0.0) for account in before} == before
    assert {found[account] for account in found.keys() - before.keys()} <= {0.0}


@properties_of_graphs
@given(worlds, st.lists(st.tuples(anybody, accounts), max_size=50))
def test_slander_by_unverified_accounts_moves_nobody(world, slander):
    attack = [(liar, account, -10.0, LATER) for liar, account in slander if liar not in world[1]]
    before, after = before_and_after(world, attack)
    assert of_members(after) == before


@properties_of_graphs
@given(worlds, st.permutations(ACCOUNTS), st.randoms(use_true_random=False))
def test_how_accounts_are_numbered_and_rows_are_ordered_changes_no_bit(world, names, random):
    members, verified = world
    renamed = [(names[source], names[target], weight, time) for source, target, weight, time in members]
    random.shuffle(renamed)
    found = standing(renamed, {names[account] for account in verified})
    assert {names[account]: value for account, value in standing(members, verified).items()} == found


@properties_of_graphs
@given(worlds, st.lists(rows, max_size=5), st.floats(1e-300, 1e300))
def test_repetition_self_praise_and_the_unit_of_ratings_change_nothing(world, again, unit):
    members, verified = world
    praise = [(account, account, 10.0, LATER) for account in {row[0] for row in members}]
    scaled = [(source, target, weight * unit, time) for source, target, weight, time in members]
    assert standing([*members, *members, *praise], verified) == standing(members, verified)
    assert standing(scaled, verified) == standing(members, verified)


@properties_of_graphs
@given(worlds)
def test_nothing_without_anybody_verified(world):
    assert {*standing(world[0], set()).values()} <= {0.0}


@pytest.mark.parametrize(("bought", "most"), [(1, 3.0), (5, 6.0)])
@pytest.mark.parametrize("clients", [1, 10, 10**9])
def test_what_bought_referrals_move_in_percentiles_of_the_final_score(bought, most, clients):
    bribed = [a_referral(f"bought {number}", clients_verified=clients) for number in range(bought)]
    before, after = score([], [], on=DAY).composite, score([], bribed, on=DAY).composite
    everybody = NormalDist()
    assert 0.0 < 100.0 * (everybody.cdf(after.mean) - everybody.cdf(before.mean)) <= most
    assert 0.0 < 100.0 * (everybody.cdf(after.low) - everybody.cdf(before.low)) <= most
