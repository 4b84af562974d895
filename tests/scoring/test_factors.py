"""Effects of groups: what is learned of how much they differ."""

import numpy as np
import pytest

from vetting.scoring.factors import SMALLEST, Groups, Wanderers


def _learned(effect, precision):
    for _ in range(60):
        effect.tell(np.full(200, precision), np.zeros(200), learn=True)
    return effect.variance


@pytest.mark.parametrize("differing", [False, True])
def test_that_people_do_not_differ_at_all_is_never_learned_from_two_outcomes_each(differing):
    code = np.repeat(np.arange(100), 2)
    groups = _learned(Groups("person", code, 100, differing=differing), 0.5)
    moving = _learned(Wanderers("person", code, np.arange(200.0) % 7.0, differing=differing), 0.5)
    if differing:
        # Log-density at precision 1 a group: -50 log(1 + v) + log(v) / 2 - log(1 + v), the highest at v = 1 / 101.
        assert groups == pytest.approx(1 / 101, rel=0.1)
        assert 0.5 / 101 < moving < 2.0 / 101
    else:
        assert groups == SMALLEST
        assert moving < 1e-4


def test_an_effect_may_lie_further_off_where_less_is_known_of_it_beforehand():
    effect = Groups("person", np.array([0, 1]), 2, variance=0.25)
    effect.widen(np.array([0.0, 0.75]))
    effect.tell(np.array([1.0, 1.0]), np.array([2.0, 2.0]), learn=False)
    np.testing.assert_allclose(effect.spread, [1 / 5, 1 / 2])
    np.testing.assert_allclose(effect.mean, [2 / 5, 1.0])
