"""What later results say about how far referrals may move a start."""

import numpy as np
import pytest

from vetting.scoring.evidence import ScoringError
from vetting.scoring.posterior import STANDINGS
from vetting.scoring.referral_effect import _at_level, referral_effect

MOST = 0.3


def world(shift, people, *, level=0.0, referred=0.5, seed=3):
    """People of whom a part is referred, each with one later result seen with as much noise as people differ."""
    random = np.random.default_rng(seed)
    fullness = np.where(random.random(people) < referred, random.random(people), 0.0)
    seen = level + shift * fullness + random.normal(size=people) + random.normal(size=people)
    return fullness, -0.5 * (seen[:, np.newaxis] - STANDINGS) ** 2


def learned(*facts, most=MOST):
    return referral_effect(*facts, most=most)


def test_without_anybody_the_middle_is_left():
    found = learned(np.zeros(0), np.zeros((0, len(STANDINGS))))
    assert (found.shift, found.low, found.high, found.n) == (
        pytest.approx(0.15, abs=1e-12),
        pytest.approx(0.03, abs=1e-3),
        pytest.approx(0.27, abs=1e-3),
        0,
    )


def test_people_nobody_referred_say_nothing_about_referrals():
    found = learned(*world(0.3, 500, referred=0.0))
    assert (found.shift, found.n) == (pytest.approx(0.15, abs=1e-12), 0)


def test_few_people_hardly_move_it():
    assert abs(learned(*world(0.3, 10)).shift - 0.15) < 0.03


def test_many_people_tell_what_is_true():
    assert learned(*world(0.0, 15_000)).shift < 0.06
    assert learned(*world(0.15, 15_000)).shift == pytest.approx(0.15, abs=0.07)
    assert learned(*world(0.3, 15_000)).shift > 0.24


@pytest.mark.parametrize("level", [-0.5, 0.5])
def test_that_all_do_better_or_worse_is_not_put_down_to_referrals(level):
    usual = learned(*world(0.15, 4000)).shift
    assert learned(*world(0.15, 4000, level=level)).shift == pytest.approx(usual, abs=0.01)


@pytest.mark.parametrize("shift", [-3.0, 3.0])
def test_it_never_leaves_its_bounds(shift):
    found = learned(*world(shift, 2000))
    assert 0.0 < found.low <= found.shift <= found.high < MOST
    assert (found.shift < 0.01) == (shift < 0.0)
    assert (found.shift > MOST - 0.01) == (shift > 0.0)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(5)
    truths = random.uniform(0.0, MOST, 60)
    held = [
        found.low <= truth <= found.high
        for seed, truth in enumerate(truths)
        for found in [learned(*world(truth, 300, seed=seed))]
    ]
    assert 42 <= sum(held) <= 55


def test_neither_the_order_of_people_nor_a_constant_in_a_row_matters():
    fullness, later = world(0.2, 1000)
    order = np.random.default_rng(1).permutation(1000)
    plain, turned = learned(fullness, later), learned(fullness[order], later[order] + 700.0)
    assert turned.shift == pytest.approx(plain.shift, abs=1e-9)


@pytest.mark.parametrize(
    ("fullness", "later", "most", "message"),
    [
        ([0.5, 1.5], np.zeros((2, 161)), MOST, "row 1: fullness must lie between 0 and 1"),
        ([np.nan], np.zeros((1, 161)), MOST, "row 0: fullness must lie between 0 and 1"),
        ([0.5], np.full((1, 161), np.nan), MOST, "row 0: later is not finite everywhere on the grid"),
        ([0.5], np.zeros((1, 5)), MOST, "evidence: later must have 161 values for each of 1 people"),
        ([0.5], np.zeros((1, 161)), 0.0, "evidence: most must be above zero and finite"),
        ([0.5], np.zeros((1, 161)), np.inf, "evidence: most must be above zero and finite"),
    ],
)
def test_what_cannot_be_used_is_refused_by_row(fullness, later, most, message):
    with pytest.raises(ScoringError) as refused:
        learned(np.array(fullness), later, most=most)
    assert str(refused.value) == message


@pytest.mark.parametrize("level", [-1.3, 0.0, 0.4])
def test_the_slopes_by_which_the_peak_is_found_are_those_of_the_height(level):
    fullness, logs = world(0.2, 40)
    unseen = np.exp(0.1 * fullness[:, np.newaxis] * STANDINGS)
    seen = np.exp(logs - logs.max(axis=1, keepdims=True)) * unseen
    step = 1e-4
    below, here, above = (_at_level(seen, unseen, level + move) for move in (-step, 0.0, step))
    assert here[1] == pytest.approx((above[0] - below[0]) / (2 * step), rel=1e-5)
    assert here[2] == pytest.approx((above[1] - below[1]) / (2 * step), rel=1e-5)
