"""Foreseeing: exact where exact can be written down, sensible where there is little, finite whatever comes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from tests.scoring.histories import properties
from vetting.scoring.foresight import foresee
from vetting.scoring.panel import ABSENT, Panel


def _split(rng, rows, **columns):
    known = rng.random(rows) < 0.7
    return Panel(known=known, **columns)


def _world(seed, *, people=200, each=8, raters=60, spread=0.7, leniency=0.5):
    """Rows of (person, rater, value): who is good, who judges mildly, and noise of 1."""
    rng = np.random.default_rng(seed)
    rows = people * each
    person, rater = np.repeat(np.arange(people), each), rng.integers(0, raters, rows)
    skill, mild = rng.normal(0, spread, people), rng.normal(0, leniency, raters)
    return rng, person, rater, skill, skill[person] + mild[rater], rng.normal(size=rows)


def test_values_are_foreseen_by_person_and_rater():
    rng, person, rater, _skill, expected, noise = _world(1)
    seen = foresee(
        _split(rng, len(person), outcome=expected + noise, categories=None, person=person, rater=rater)
    )
    # Of the variance that could be foreseen, most is.
    assert np.corrcoef(seen.mean, expected)[0, 1] > 0.85


def test_standings_cover_the_truth_four_times_in_five():
    covered = []
    for seed in range(5):
        rng, person, rater, skill, expected, noise = _world(seed)
        category = np.digitize(expected + noise, [-1.3, -0.9, -0.3, 0.0]).astype(float)
        seen = foresee(_split(rng, len(person), outcome=category, categories=5, person=person, rater=rater))
        standing = skill / 0.7
        covered.extend((seen.people[:, 1] < standing) & (standing < seen.people[:, 2]))
    assert 0.77 < np.mean(covered) < 0.83


def test_an_interval_is_wider_than_variances_known_for_certain_would_make_it():
    rng, person, rater, _skill, expected, noise = _world(6, people=40)
    seen = foresee(
        _split(rng, len(person), outcome=expected + noise, categories=None, person=person, rater=rater)
    )
    mean, low, high, reliability = seen.people.T
    certain = norm.ppf(0.9) * np.sqrt(1.0 - reliability)
    np.testing.assert_allclose(high - mean, 1.05 * certain)
    np.testing.assert_allclose(mean - low, 1.05 * certain)


def test_where_people_do_not_differ_nobody_stands_out():
    rng = np.random.default_rng(3)
    person = np.repeat(np.arange(100), 6)
    seen = foresee(
        _split(rng, 600, outcome=rng.integers(0, 2, 600).astype(float), categories=2, person=person), good=1
    )
    assert np.ptp(seen.good) < 0.1
    assert seen.people[:, 3].max() < 0.2


def test_scale_and_unit_of_values_do_not_matter():
    rng, person, rater, _skill, expected, noise = _world(4, people=40)
    known = rng.random(len(person)) < 0.7

    def foreseen(outcome):
        return foresee(Panel(outcome=outcome, known=known, categories=None, person=person, rater=rater))

    plain, other = foreseen(expected + noise), foreseen(5e6 + 1e4 * (expected + noise))
    np.testing.assert_allclose(other.mean, 5e6 + 1e4 * plain.mean, rtol=1e-6)
    np.testing.assert_allclose(other.people, plain.people, atol=1e-5)


def test_a_judge_s_own_country_is_no_merit():
    """Judges of one's own country give more; whoever is judged by them is not the better for it."""
    rng = np.random.default_rng(5)
    rows, people = 3000, 150
    person = rng.integers(0, people, rows)
    home, country = rng.integers(0, 8, people), rng.integers(0, 8, rows)
    same = home[person] == country
    value = rng.normal(0, 1, people)[person] + 0.8 * same + rng.normal(0, 0.5, rows)
    known = rng.random(rows) < 0.6
    seen = foresee(
        Panel(
            outcome=value,
            known=known,
            categories=None,
            person=person,
            contexts={"c_home": home[person], "c_judge": country},
        )
    )
    left = (value - seen.mean)[~known]
    assert abs(left[same[~known]].mean() - left[~same[~known]].mean()) < 0.12


def test_what_only_the_person_says_moves_nothing():
    rng = np.random.default_rng(6)
    person = np.repeat(np.arange(50), 4)
    outcome, level = rng.integers(0, 5, 200).astype(float), np.full(200, 3)
    heard = foresee(
        Panel(outcome=outcome, known=np.arange(200) < 200, categories=5, person=person, level=level)
    )
    said = Panel(
        outcome=np.append(outcome, np.full(30, 4.0)),
        known=np.ones(230, dtype=bool),
        categories=5,
        person=np.append(person, np.zeros(30, dtype=np.int64)),
        level=np.append(level, np.zeros(30, dtype=np.int64)),
    )
    np.testing.assert_array_equal(foresee(said).people, heard.people)


@pytest.mark.parametrize("categories", [None, 2, 10])
@pytest.mark.parametrize("rows", [1, 2, 7])
@pytest.mark.parametrize("alike", [True, False])
def test_little_is_answered_by_what_is_known_beforehand(categories, rows, alike):
    outcome = np.zeros(rows) if alike else np.arange(rows) % 2.0
    panel = Panel(
        outcome=outcome,
        known=np.arange(rows) < rows - 1,
        categories=categories,
        person=np.arange(rows) % 2,
        rater=np.zeros(rows, dtype=np.int64),
        client=np.full(rows, ABSENT),
        time=np.arange(rows) * 1.0,
        weight=1.0 + np.arange(rows),
        level=np.arange(rows) % 5,
        baseline=np.full(rows, np.nan),
        contexts={"c_field": np.arange(rows)},
        numbers={"x_size": np.arange(rows) * 1.0},
    )
    seen = foresee(panel, good=1)
    assert np.isfinite(seen.mean).all()
    assert np.isfinite(seen.people).all()
    assert ((seen.good >= 0) & (seen.good <= 1)).all()


@settings(properties, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(-1, 3), st.integers(0, 2), st.integers(0, 4), st.booleans()),
        min_size=1,
        max_size=40,
    )
)
def test_the_order_of_rows_does_not_matter(drawn):
    person, rater, category, time, known = (np.array(column) for column in zip(*drawn, strict=True))
    columns = {
        "outcome": category * 1.0,
        "known": known,
        "person": person,
        "rater": rater,
        "time": time * 1.0,
    }
    order = np.random.default_rng(0).permutation(len(person))
    plain = foresee(Panel(categories=3, **columns))
    turned = foresee(Panel(categories=3, **{name: column[order] for name, column in columns.items()}))
    np.testing.assert_allclose(turned.mean, plain.mean[order], atol=1e-6)
    assert np.isfinite(plain.people).all()
