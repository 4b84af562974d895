"""The world of the speed benches is the one described, and the same each time."""

import numpy as np

from bench.world import INDUSTRIES, WORDS, world

N = 5_000


def test_the_same_seed_gives_the_same_world_and_another_another():
    first, again, other = world(N), world(N), world(N, 2)
    assert np.array_equal(first.words.values, again.words.values)
    assert np.array_equal(first.edges, again.edges)
    assert np.array_equal(first.outcomes.effect, again.outcomes.effect)
    assert not np.array_equal(first.rate, other.rate)
    assert np.array_equal(first.outcomes.effect, world(N, referrals=0).outcomes.effect)


def test_it_is_skewed_as_described():
    found = world(N)
    counts = np.bincount(found.words.values, minlength=WORDS) / N
    assert 0.25 < counts[10] < 0.45
    assert 0.04 < counts[60] < 0.10
    assert (
        np.mean(
            np.isin(
                np.arange(N),
                np.repeat(np.arange(N), np.diff(found.languages.starts))[found.languages.values == 0],
            )
        )
        > 0.75
    )
    assert 115 < np.median(found.rate) < 125
    assert (found.rate.min() >= 15, found.rate.max() <= 2_000) == (True, True)
    assert len(found.outcomes.consultant) == 5 * N
    assert 0.55 < found.outcomes.success.mean() < 0.65


def test_lists_are_distinct_and_ascending_and_an_outcome_lies_in_an_industry_of_its_consultant():
    found = world(N)
    for lists in (found.words, found.skills, found.industries, found.languages):
        assert len(lists.starts) == N + 1
        assert lists.starts[-1] == len(lists.values)
        for consultant in range(0, N, 500):
            own = lists.of(consultant)
            assert len(own) > 0
            assert list(own) == sorted(set(own.tolist()))
    owner = np.repeat(np.arange(N), np.diff(found.industries.starts))
    known = set((owner * INDUSTRIES + found.industries.values).tolist())
    work = found.outcomes.consultant.astype(int) * INDUSTRIES + found.outcomes.industry
    assert set(work.tolist()) <= known


def test_nobody_refers_to_herself():
    source, target = world(N).edges
    assert len(source) > 9.9 * N
    assert not (source == target).any()
