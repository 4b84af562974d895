"""Rows become a graph in which each pair stands once."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.graphs import graph, properties_of_graphs, worlds
from vetting.scoring.evidence import ScoringError
from vetting.scoring.ratings import rating_graph


def pairs(known):
    nodes = known.nodes
    columns = (nodes[known.source], nodes[known.target], known.weight, known.mutual)
    return [tuple(row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def test_the_latest_rating_of_a_pair_stands_and_of_one_moment_the_lowest():
    rows = [(1, 2, 5.0, 9.0), (1, 2, -1.0, 3.0), (2, 3, 4.0, 7.0), (2, 3, -2.0, 7.0)]
    assert pairs(graph(rows, {1})) == [(1, 2, 5.0, False), (2, 3, -2.0, False)]


def test_without_times_all_is_one_moment():
    rows = [(1, 2, 5.0, 9.0), (1, 2, -1.0, 3.0)]
    assert pairs(graph(rows, {1}, timed=False)) == [(1, 2, -1.0, False)]


def test_of_two_who_refer_to_each_other_neither_is_first():
    assert pairs(graph([(1, 2, 1.0, 1.0), (2, 1, 1.0, 2.0)], {1})) == [
        (1, 2, 1.0, True),
        (2, 1, 1.0, True),
    ]
    assert pairs(graph([(1, 2, 1.0, 1.0), (2, 1, 1.0, 1.0)], {1})) == [
        (1, 2, 1.0, True),
        (2, 1, 1.0, True),
    ]


def test_a_referral_that_was_taken_back_was_still_given():
    rows = [(1, 2, 1.0, 2.0), (2, 1, 1.0, 1.0), (2, 1, -1.0, 3.0), (1, 2, 3.0, 4.0)]
    assert pairs(graph(rows, {1})) == [(1, 2, 3.0, True), (2, 1, -1.0, True)]


def test_a_rating_below_zero_is_answered_by_nobody():
    rows = [(1, 2, -1.0, 1.0), (2, 1, 1.0, 2.0)]
    assert pairs(graph(rows, {1})) == [(1, 2, -1.0, True), (2, 1, 1.0, False)]


def test_a_rating_of_zero_is_none_and_takes_back_the_one_before():
    assert pairs(graph([(1, 2, 1.0, 1.0), (1, 2, 0.0, 2.0), (3, 2, 0.0, 1.0)], {1})) == []


def test_nobody_rates_himself():
    assert pairs(graph([(1, 1, 5.0, 1.0), (1, 2, 1.0, 1.0)], {1})) == [(1, 2, 1.0, False)]


def test_a_verified_account_without_ratings_is_an_account():
    known = graph([(1, 2, 1.0, 1.0)], {7, 1})
    assert known.nodes.tolist() == [1, 2, 7]
    assert known.verified.tolist() == [True, False, True]


def test_the_empty_graph():
    known = graph([], {})
    assert (known.nodes.tolist(), pairs(known)) == ([], [])
    assert graph([], {4}).nodes.tolist() == [4]


@properties_of_graphs
@given(worlds, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_a_row_given_twice_matters(world, random):
    rows, verified = world
    shuffled = [*rows, *rows[:5]]
    random.shuffle(shuffled)
    once, twice = graph(rows, verified), graph(shuffled, verified)
    assert pairs(once) == pairs(twice)
    assert once.nodes.tolist() == twice.nodes.tolist()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight": [1.0, math.nan]}, "row 1: weight is not a finite number"),
        ({"weight": [math.inf, 1.0]}, "row 0: weight is not a finite number"),
        ({"time": [1.0, math.nan]}, "row 1: time is not a finite number"),
        ({"weight": [1.0, -1.0], "signed": False}, "row 1: weight is below zero, where no rating can be"),
        ({"weight": [1.0]}, "evidence: weight has 1 values for 2 ratings"),
        ({"target": [1]}, "evidence: target has 1 values for 2 ratings"),
        ({"time": [1.0]}, "evidence: time has 1 values for 2 ratings"),
    ],
)
def test_rows_that_say_nothing_definite_are_refused_by_name(changes, message):
    facts = {"source": [1, 2], "target": [2, 3], "weight": [1.0, 1.0], "time": [1.0, 2.0], "verified": [1]}
    facts = {name: np.array(value) for name, value in (facts | changes).items() if name != "signed"}
    with pytest.raises(ScoringError) as refused:
        rating_graph(**facts, signed=changes.get("signed", True))
    assert str(refused.value) == message
