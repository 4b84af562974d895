"""Flooding a panel: what comes again from one source counts less and less."""

import numpy as np
import pytest

from vetting.scoring.clusters import counts
from vetting.scoring.foresight import foresee
from vetting.scoring.panel import ABSENT, Panel
from vetting.scoring.weights import PUBLISHED


def panel(level, **columns):
    rows = len(level)
    facts = {
        "outcome": np.full(rows, 4.0),
        "known": np.ones(rows, dtype=bool),
        "categories": 5,
        "person": np.zeros(rows, dtype=np.int64),
        "level": np.array(level),
    }
    return Panel(**(facts | {name: np.array(column) for name, column in columns.items()}))


def test_without_levels_nobody_is_doubted():
    plain = panel([3, 3])
    assert (
        counts(Panel(outcome=plain.outcome, known=plain.known, categories=5, person=plain.person), PUBLISHED)
        is None
    )


def test_each_further_row_of_one_client_counts_less_in_order_of_time():
    found = counts(panel([3, 3, 3, 3], client=[7, 7, 8, 7], time=[3.0, 1.0, 0.0, 2.0]), PUBLISHED)
    assert found == pytest.approx([0.49, 1.0, 1.0, 0.7])


def test_another_person_s_rows_of_that_client_are_counted_apart():
    found = counts(panel([3, 3], client=[7, 7], person=[0, 1]), PUBLISHED)
    assert found == pytest.approx([1.0, 1.0])


def test_where_no_client_is_named_the_rater_is_the_source_and_where_nobody_is_each_stands_alone():
    assert counts(panel([3, 3], rater=[5, 5]), PUBLISHED) == pytest.approx([1.0, 0.7])
    assert counts(panel([3, 3], rater=[ABSENT, ABSENT]), PUBLISHED) == pytest.approx([1.0, 1.0])
    assert counts(panel([3, 3]), PUBLISHED) == pytest.approx([1.0, 1.0])


def test_weakest_sources_that_vouch_for_nobody_else_are_one_cluster():
    rows = panel([1, 1, 1, 3], rater=[1, 2, 3, 3], client=[1, 2, 3, 4], person=[0, 0, 0, 1])
    assert counts(rows, PUBLISHED) == pytest.approx([0.2, 0.1, 1.0, 1.0])


def test_rows_that_are_to_be_foreseen_push_nobody_back():
    found = counts(panel([3, 3], client=[7, 7], known=[False, True]), PUBLISHED)
    assert found[1] == 1.0


def test_a_hundred_of_the_weakest_fakes_move_nobody_by_more_than_four_tenths():
    rng = np.random.default_rng(2)
    people, each = 120, 6
    person = np.repeat(np.arange(people), each)
    skill = rng.normal(0, 0.7, people)
    outcome = np.digitize(skill[person] + rng.normal(size=len(person)), [-1.3, -0.9, -0.3, 0.0]) * 1.0
    rater = rng.integers(0, 200, len(person))

    def standings(fakes):
        return foresee(
            Panel(
                outcome=np.append(outcome, np.full(fakes, 4.0)),
                known=np.ones(len(person) + fakes, dtype=bool),
                categories=5,
                person=np.append(person, np.full(fakes, 3)),
                rater=np.append(rater, 200 + np.arange(fakes)),
                client=np.append(rater, 200 + np.arange(fakes)),
                level=np.append(np.full(len(person), 3), np.ones(fakes, dtype=np.int64)),
            )
        ).people

    assert abs(standings(100)[3, 0] - standings(0)[3, 0]) <= 0.4
