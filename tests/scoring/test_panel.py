"""Panels refuse what cannot be scored, by row and column."""

import numpy as np
import pytest

from vetting.scoring.design import numbers
from vetting.scoring.evidence import ScoringError
from vetting.scoring.panel import ABSENT, Panel, alike, coded, moments


def panel(**changes):
    columns = {
        "outcome": np.array([0.0, 4.0, np.nan]),
        "known": np.array([True, True, False]),
        "categories": 5,
        "person": np.array([0, 1, 0]),
    }
    return Panel(**(columns | changes))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"categories": 1}, "evidence: categories must be 2 or more, or None for values"),
        ({"outcome": np.array([0.0, np.nan, 1.0])}, "row 1: outcome is not a finite number"),
        ({"outcome": np.array([0.0, np.inf, 1.0])}, "row 1: outcome is not a finite number"),
        ({"outcome": np.array([0.0, 5.0, 1.0])}, "row 1: outcome must be a category 0 to 4"),
        ({"outcome": np.array([-1.0, 5.0, 1.0])}, "row 0: outcome must be a category 0 to 4"),
        ({"outcome": np.array([0.5, 4.0, 1.0])}, "row 0: outcome must be a category 0 to 4"),
        ({"person": np.array([0, ABSENT, 0])}, "row 1: person must be named"),
        ({"time": np.array([0.0, np.nan, 0.0])}, "row 1: time is not a finite number"),
        ({"weight": np.array([1.0, 0.0, 1.0])}, "row 1: weight must be a finite number above zero"),
        ({"weight": np.array([1.0, 1.0, np.nan])}, "row 2: weight must be a finite number above zero"),
        ({"level": np.array([0, 6, 0])}, "row 1: level must be a whole number from 0 to 5"),
        ({"numbers": {"x_size": np.array([0.0, np.inf, 0.0])}}, "row 1: x_size is not a finite number"),
    ],
)
def test_what_cannot_be_scored_is_named(changes, complaint):
    with pytest.raises(ScoringError) as refused:
        panel(**changes)
    assert str(refused.value) == complaint


def test_what_is_not_known_is_not_looked_at():
    assert len(panel(outcome=np.array([0.0, 4.0, np.inf]))) == 3


def test_values_may_be_anything_finite():
    assert len(panel(categories=None, outcome=np.array([-1e9, 0.5, np.nan]))) == 3


def test_combinations_get_codes_and_absent_ones_none():
    code, count = coded(np.array([0, 0, 2, 2, ABSENT]), np.array([1, 1, 1, ABSENT, 0]))
    assert (code.tolist(), count) == ([0, 0, 1, ABSENT, ABSENT], 2)


def test_nothing_but_absent_codes_has_no_combinations():
    code, count = coded(np.array([ABSENT, ABSENT]))
    assert (code.tolist(), count) == ([ABSENT, ABSENT], 0)


def test_many_wide_columns_do_not_overflow():
    wide = np.arange(40_000)
    code, count = coded(wide, wide[::-1].copy(), wide, wide, wide)
    assert count == 40_000
    assert sorted(code.tolist()) == wide.tolist()


def test_few_times_stay_and_many_are_gathered_by_rows():
    few = np.array([3.0, 1.0, 1.0, 2.0])
    assert moments(few, most=3).tolist() == few.tolist()
    gathered = moments(np.arange(100.0), most=4)
    assert np.unique(gathered).tolist() == [12.0, 37.0, 62.0, 87.0]


def test_the_present_adds_one_unknown_row_a_person():
    now = panel(
        time=np.array([1.0, 7.0, 3.0]), rater=np.array([0, 0, 0]), contexts={"c": np.array([0, 1, 0])}
    ).and_now()
    assert now.person.tolist() == [0, 1, 0, 0, 1]
    assert now.known.tolist() == [True, True, False, False, False]
    assert now.time.tolist() == [1.0, 7.0, 3.0, 7.0, 7.0]
    assert now.rater.tolist() == [0, 0, 0, ABSENT, ABSENT]
    assert now.contexts["c"].tolist() == [0, 1, 0, ABSENT, ABSENT]


def test_contexts_are_alike_from_three_words_on():
    assert alike(np.array([0, 1, 2, ABSENT]), np.array([2, 1, 0]))
    assert not alike(np.array([0, 1, ABSENT]), np.array([1, 0, 3]))


def test_a_column_of_two_values_has_no_square():
    outcome, known, person = np.zeros(4), np.ones(4, dtype=bool), np.arange(4)
    columns = {"two": np.array([1.0, 3.0, 3.0, 1.0]), "more": np.array([1.0, 2.0, 3.0, 4.0])}
    _, names = numbers(panel(outcome=outcome, known=known, person=person, numbers=columns))
    assert names == ["two", "more", "more squared"]


def test_a_square_is_of_standard_deviations_and_centred():
    outcome, known, person = np.zeros(4), np.ones(4, dtype=bool), np.arange(4)
    columns = {"size": np.array([1.0, 2.0, 3.0, 6.0])}
    found, names = numbers(panel(outcome=outcome, known=known, person=person, numbers=columns))
    scaled = np.array([-2.0, -1.0, 0.0, 3.0]) / np.sqrt(3.5)
    assert names == ["size", "size squared"]
    np.testing.assert_allclose(found, np.column_stack((scaled, scaled**2 - 1.0)), atol=1e-12)


@pytest.mark.parametrize(
    ("home", "there", "named"),
    [
        ([0, 1, 2, 0], [0, 2, 2, 1], True),  # the first and third are at home
        ([0, 1, 2, 0], [0, 1, 2, 0], False),  # everybody is: that tells nobody apart
        ([0, 1, 2, 0], [1, 2, 0, 2], False),  # nobody is
        ([0, 1, 0, 1], [0, 1, 1, 0], False),  # two words each: that both have them says little
    ],
)
def test_being_at_home_is_a_number_where_two_contexts_have_the_same_words(home, there, named):
    contexts = {"c_from": np.array(home), "c_at": np.array(there)}
    outcome, known, person = np.zeros(4), np.ones(4, dtype=bool), np.arange(4)
    columns, names = numbers(panel(outcome=outcome, known=known, person=person, contexts=contexts))
    assert names == (["c_from is c_at"] if named else [])
    if named:
        assert columns[:, 0].tolist() == [1.0, 0.0, 1.0, 0.0]
