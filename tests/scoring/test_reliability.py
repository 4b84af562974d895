"""Forecasts are compared with what happened, and with somebody who knows only the base rate."""

import math

import pytest
from hypothesis import strategies as st

from tests.scoring.histories import promises
from vetting.scoring.reliability import Settled, Tenth, reliability

SETTLED = st.lists(st.builds(Settled, st.floats(0.001, 0.999), st.booleans()), max_size=40)


def test_nothing_settled_says_nothing():
    empty = reliability([])
    assert (empty.n, empty.met, empty.mean, empty.base_rate) == (0, 0, None, None)
    assert (empty.brier, empty.brier_base, empty.log_loss, empty.log_loss_base) == (None,) * 4
    assert [(tenth.n, tenth.met, tenth.mean) for tenth in empty.tenths] == [(0, 0, None)] * 10


def test_four_forecasts_by_hand():
    found = reliability([Settled(0.8, True), Settled(0.6, True), Settled(0.4, False), Settled(0.2, True)])
    assert (found.n, found.met, found.base_rate) == (4, 3, 0.75)
    assert found.mean == pytest.approx(0.5, abs=1e-15)
    assert found.brier == pytest.approx((0.04 + 0.16 + 0.16 + 0.64) / 4, abs=1e-15)
    assert found.brier_base == pytest.approx(0.75 * 0.25, abs=1e-15)
    assert found.log_loss == pytest.approx(-math.log(0.8 * 0.6 * 0.6 * 0.2) / 4, abs=1e-15)
    assert found.log_loss_base == pytest.approx(-(3 * math.log(0.75) + math.log(0.25)) / 4, abs=1e-15)
    assert found.tenths[2] == Tenth(low=0.2, high=0.3, n=1, met=1, mean=0.2)
    assert [tenth.n for tenth in found.tenths] == [0, 0, 1, 0, 1, 0, 1, 0, 1, 0]


def test_certainties_stand_in_the_outer_tenths_and_a_wrong_one_costs_much_but_not_all():
    found = reliability([Settled(1.0, True), Settled(0.0, False), Settled(1.0, False)])
    assert (found.tenths[9].n, found.tenths[0].n) == (2, 1)
    assert found.log_loss == pytest.approx(-math.log(1e-12) / 3, abs=1e-9)


@promises(SETTLED)
def test_the_tenths_hold_every_forecast_once(settled):
    found = reliability(settled)
    assert sum(tenth.n for tenth in found.tenths) == found.n == len(settled)
    assert sum(tenth.met for tenth in found.tenths) == found.met
    for tenth in found.tenths:
        assert tenth.mean is None or tenth.low <= tenth.mean <= tenth.high


@promises(SETTLED.filter(bool), st.floats(0.001, 0.999))
def test_no_constant_beats_the_base_rate_known_in_advance(settled, constant):
    found = reliability([Settled(constant, each.met) for each in settled])
    assert found.brier >= found.brier_base - 1e-12
    assert found.log_loss >= found.log_loss_base - 1e-12
