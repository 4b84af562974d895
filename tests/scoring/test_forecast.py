"""The chance that the next goal is reached, and the scale that pages show."""

import math
from statistics import NormalDist

import pytest
from scipy.special import ndtr

from tests.scoring.histories import DAY, a_claim, rows, told
from vetting.scoring.posterior import STANDINGS, Posterior, masses
from vetting.scoring.score import on_scale, probability_met, score

PHI = NormalDist().cdf


def known(mean=0.0, sd=1.0, low=-1.0, high=1.0):
    return Posterior(mean=mean, sd=sd, low=low, high=high, reliability=0.0, n=0)


def test_the_person_of_middle_standing_reaches_half_of_the_typical_goals():
    assert probability_met(known()) == 0.5
    assert on_scale(known()).mean == 50.0


@pytest.mark.parametrize(("mean", "sd"), [(1.0, 0.0), (1.0, 1.0), (-2.0, 0.3)])
def test_uncertainty_about_the_person_pulls_the_forecast_to_the_middle(mean, sd):
    expected = PHI(0.5 * mean / math.sqrt(1.08 + 0.25 * sd**2))
    assert probability_met(known(mean=mean, sd=sd)) == pytest.approx(expected, abs=1e-14)


def test_a_bolder_goal_is_reached_less_often():
    asked = math.asinh(3.0)
    expected = PHI((0.5 - (asked - math.asinh(1.0))) / math.sqrt(1.33))
    assert probability_met(known(mean=1.0), ambition=asked) == pytest.approx(expected, abs=1e-14)


def test_the_scale_is_the_chance_at_each_point_in_percent():
    shown = on_scale(known(mean=0.5, low=-1.0, high=2.0))
    expected = [100 * PHI(0.5 * z / math.sqrt(1.08)) for z in (0.5, -1.0, 2.0)]
    assert [shown.mean, shown.low, shown.high] == pytest.approx(expected, abs=1e-12)


def test_an_empty_history_is_a_wide_scale_around_the_middle():
    shown = on_scale(score([], [], on=DAY).composite)
    assert [round(value, 1) for value in (shown.low, shown.mean, shown.high)] == [26.9, 50.0, 73.1]


@pytest.mark.parametrize("number", [1, 5, 40])
def test_the_forecast_agrees_with_the_exact_average_over_the_posterior(number):
    claims = [a_claim(str(one)) for one in range(number)]
    exact = masses(rows(told(*claims)).sum(axis=0)) @ ndtr(0.5 * STANDINGS / math.sqrt(1.08))
    found = probability_met(score(claims, [], on=DAY).dimensions["results"])
    assert found == pytest.approx(float(exact), abs=1e-3)
