"""Bounded, one hop, nothing from anybody whom no client verified."""

import math

import numpy as np
import pytest

from tests.scoring.graphs import graph
from tests.scoring.graphs import standing as standing_by_account
from tests.scoring.histories import a_referral
from vetting.scoring.referrals import credit, standing, standings
from vetting.scoring.weights import PUBLISHED


def values(*referrals):
    return [given.value for given in credit(referrals, PUBLISHED)]


@pytest.mark.parametrize(
    ("clients", "people", "expected"),
    [(0, 1, 0.0), (1, 1, 0.25), (3, 5, 0.5), (9, 1, 0.75), (3, 10, 0.25), (3, 50, 0.05)],
)
def test_a_referrer_is_believed_by_clients_and_diluted_beyond_five_people(clients, people, expected):
    referral = a_referral(clients_verified=clients, referred_in_all=people)
    assert values(referral) == [pytest.approx(expected, abs=1e-15)]


def test_a_mutual_referral_counts_nothing():
    assert values(a_referral(reciprocal=True)) == [0.0]


def test_of_one_circle_the_best_counts_and_among_equals_the_smallest_key():
    found = values(
        a_referral("c", cluster="x"),
        a_referral("b", cluster="x"),
        a_referral("d", cluster="x", clients_verified=1),
        a_referral("a", cluster="y", clients_verified=1),
    )
    assert found == [0.0, 0.5, 0.0, 0.25]


def test_one_referrer_counts_once():
    assert values(a_referral("b", referrer="r"), a_referral("a", referrer="r")) == [0.0, 0.5]


def test_the_standing_saturates():
    given = credit([a_referral("a"), a_referral("b"), a_referral("c", clients_verified=0)], PUBLISHED)
    found = standing(given, PUBLISHED)
    assert found.support == 1.0
    assert found.standing == pytest.approx(8.0 * (1.0 - math.exp(-1.0 / 8.0)), abs=1e-14)
    assert found.shift == pytest.approx(0.3 * (1.0 - math.exp(-1.0 / 8.0)), abs=1e-15)
    assert found.counted == 2


def test_without_referrals_there_is_no_standing():
    found = standing((), PUBLISHED)
    assert (found.support, found.standing, found.shift, found.counted) == (0.0, 0.0, 0.0, 0)


def test_each_credit_says_why():
    sentences = [
        given.reason
        for given in credit(
            [
                a_referral("a", cluster="x", clients_verified=4, referred_in_all=2),
                a_referral("b", cluster="x"),
                a_referral("c", clients_verified=1),
                a_referral("d", clients_verified=0),
                a_referral("e", reciprocal=True),
            ],
            PUBLISHED,
        )
    ]
    assert sentences == [
        "4 clients have verified the referrer's own work; the referrer refers to 2 people in all.",
        "Another referral from the same referrer or circle already counts: this one adds nothing.",
        "1 client has verified the referrer's own work; the referrer refers to 1 person in all.",
        "No client has verified the referrer yet: counts nothing.",
        "The two refer to each other: counts nothing.",
    ]


def test_a_graph_and_one_person_are_weighed_by_the_same_formula():
    rows = [(referrer, 50, 1.0, 0.0) for referrer in (1, 2)] + [
        (2, other, 1.0, 0.0) for other in range(60, 69)
    ]
    known = graph(rows, {1, 2})
    clients = np.where(known.nodes == 1, 9.0, np.where(known.nodes == 2, 3.0, 0.0))
    found = dict(zip(known.nodes.tolist(), standings(known, clients, PUBLISHED).tolist(), strict=True))
    one = credit(
        [a_referral("a", clients_verified=9), a_referral("b", clients_verified=3, referred_in_all=10)],
        PUBLISHED,
    )
    assert found[50] == pytest.approx(standing(one, PUBLISHED).standing, abs=1e-15)
    assert (found[1], found[2]) == (0.0, 0.0)


def test_in_a_graph_a_rating_below_zero_is_no_referral_and_a_returned_one_counts_nothing():
    rows = [(1, 2, -3.0, 0.0), (1, 3, 2.0, 5.0), (3, 1, 1.0, 5.0), (4, 1, 1.0, 4.0), (1, 4, 1.0, 5.0)]
    assert standing_by_account(rows, {1}) == dict.fromkeys((1, 2, 3, 4), 0.0)


def test_in_a_graph_a_referral_that_is_returned_later_counts_nothing_either():
    found = standing_by_account([(1, 2, 1.0, 1.0), (2, 1, 1.0, 2.0)], {1, 2})
    assert found == {1: 0.0, 2: 0.0}


def test_an_exchange_takes_nothing_from_the_budget_and_a_sixth_referral_does():
    five = [(1, other, 1.0, 1.0) for other in range(10, 15)]
    full = standing_by_account(five, {1})[10]
    assert standing_by_account([*five, (20, 1, 1.0, 0.0), (1, 20, 1.0, 1.0)], {1})[10] == full
    assert standing_by_account([*five, (1, 20, 1.0, 1.0)], {1})[10] < full
