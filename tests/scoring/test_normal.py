import math

import numpy as np
import pytest

from vetting.scoring.normal import normal_cdf


def test_it_agrees_with_erfc():
    x = np.linspace(-7.0, 7.0, 2801)
    truth = [0.5 * math.erfc(-value / math.sqrt(2.0)) for value in x]
    assert normal_cdf(x) == pytest.approx(np.array(truth), abs=2e-15)


def test_it_never_falls_and_ends_at_exactly_nothing_and_everything():
    x = np.linspace(-9.0, 9.0, 18001)
    assert (np.diff(normal_cdf(x)) >= 0.0).all()
    ends = normal_cdf(np.array([-np.inf, -8.0, 0.0, 8.0, np.inf]))
    assert ends == pytest.approx(np.array([0.0, 0.0, 0.5, 1.0, 1.0]), abs=1e-16)
    assert ends[[0, 1, 3, 4]].tolist() == [0.0, 0.0, 1.0, 1.0]


def test_it_leaves_its_argument_alone():
    x = np.array([-1.0, 0.0, 2.0])
    normal_cdf(x)
    assert x.tolist() == [-1.0, 0.0, 2.0]
