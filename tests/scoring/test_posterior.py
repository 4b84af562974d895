"""The arithmetic, against a second implementation without numpy and against closed forms."""

import math
from dataclasses import replace
from datetime import timedelta
from statistics import NormalDist

import numpy as np
import pytest

from tests.scoring.histories import DAY, a_claim
from vetting.scoring.posterior import (
    STANDINGS,
    Posterior,
    blend,
    influence,
    masses,
    posterior,
    quantile,
    rows,
)
from vetting.scoring.readings import Place, read
from vetting.scoring.weights import PUBLISHED

NORMAL = NormalDist()
GRID = [-4.0 + 0.05 * number for number in range(161)]
NOTHING = np.zeros(161)


def reading(claim, weight=1.0):
    return next(read(claim, Place(rank=1, weight=weight, weak=False), on=DAY, constants=PUBLISHED))


def by_hand(category, hardness, phi, weight, age):
    """log P of a category in results, said again in plain Python from the formula of the documentation."""
    thresholds = [-1.3, -0.9, -0.3, 0.0]
    psi = [0.02, 0.03, 0.1, 0.15, 0.7]
    found = []
    for z in GRID:
        noise = math.sqrt(1.08 + 0.1 * age)

        def at_least(c, z=z, noise=noise):
            if c == 0:
                return 1.0
            if c == 5:
                return 0.0
            return (1 - phi) * NORMAL.cdf((0.5 * z - hardness - thresholds[c - 1]) / noise) + phi * sum(
                psi[c:]
            )

        found.append(weight * math.log(at_least(category) - at_least(category + 1)))
    return found


@pytest.mark.parametrize("category", range(5))
@pytest.mark.parametrize(
    ("level", "phi", "weight", "days"), [(1, 0.15, 0.7, 0), (2, 0.05, 1.0, 1461), (4, 0.001, 0.2, 100)]
)
def test_the_likelihood_is_that_of_the_formula(category, level, phi, weight, days):
    achieved = 100.0 + 45.0 * (-0.5, 0.1, 0.5, 0.8, 1.1)[category]
    claim = a_claim(target=145.0, achieved=achieved, level=level, verified_on=DAY - timedelta(days=days))
    expected = by_hand(category, math.asinh(3) - math.asinh(1), phi, weight, days / 365.25)
    found = rows([reading(claim, weight)], PUBLISHED)
    assert found[0] - found[0, 80] == pytest.approx(np.array(expected) - expected[80], abs=1e-10)
    assert found[0] == pytest.approx(np.array(expected), abs=1e-9)


def test_no_readings_make_no_rows():
    assert rows([], PUBLISHED).shape == (0, 161)


def test_mean_and_sd_are_those_of_a_plain_sum():
    log_likelihood = by_hand(4, 0.0, 0.015, 1.0, 0.0)
    weights = [math.exp(-0.5 * z * z + row) for z, row in zip(GRID, log_likelihood, strict=True)]
    mean = math.fsum(w * z for w, z in zip(weights, GRID, strict=True)) / math.fsum(weights)
    square = math.fsum(w * (z - mean) ** 2 for w, z in zip(weights, GRID, strict=True)) / math.fsum(weights)
    found = posterior(rows([reading(a_claim())], PUBLISHED)[0], NOTHING, n=1)
    assert found.mean == pytest.approx(mean, abs=1e-10)
    assert found.sd == pytest.approx(math.sqrt(square), abs=1e-10)


def test_one_success_without_doubt_moves_the_mean_as_theory_says():
    """E[z | tau z + e > 0] = sqrt(2 / pi) tau / sqrt(tau^2 + 1 + v)."""
    sure = replace(PUBLISHED, fabrication=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    place = Place(rank=1, weight=1.0, weak=False)
    row = rows(list(read(a_claim(), place, on=DAY, constants=sure)), sure)[0]
    assert posterior(row, NOTHING, n=1).mean == pytest.approx(
        math.sqrt(2 / math.pi) * 0.5 / math.sqrt(0.25 + 1.08), abs=3e-4
    )


def test_without_evidence_it_is_the_normal_prior():
    found = posterior(NOTHING, NOTHING, n=0)
    assert found.sd == pytest.approx(1.0, abs=1e-3)
    assert found.low == pytest.approx(NORMAL.inv_cdf(0.1), abs=1e-3)
    assert found.high == pytest.approx(NORMAL.inv_cdf(0.9), abs=1e-3)
    assert (found.mean, found.reliability, found.n) == (0.0, 0.0, 0)


def test_a_normal_likelihood_gives_the_normal_posterior():
    """Prior N(0, 1), three observations of 1 with variance 1: N(3/4, 1/4)."""
    found = posterior(-1.5 * (STANDINGS - 1.0) ** 2, NOTHING, n=3)
    assert found.mean == pytest.approx(0.75, abs=1e-9)
    assert found.sd == pytest.approx(0.5, abs=1e-9)
    assert found.low == pytest.approx(0.75 + 0.5 * NORMAL.inv_cdf(0.1), abs=1e-3)
    assert found.high == pytest.approx(0.75 + 0.5 * NORMAL.inv_cdf(0.9), abs=1e-3)
    assert found.reliability == pytest.approx(0.75, abs=1e-3)


def test_reliability_is_measured_from_where_one_starts_and_is_never_negative():
    start = 0.3 * STANDINGS
    assert posterior(start, start, n=0).reliability == 0.0
    torn = 3.0 * np.abs(STANDINGS)
    assert posterior(torn, NOTHING, n=2).reliability == 0.0


def test_a_quantile_spreads_the_mass_of_a_point_over_its_cell():
    point = np.zeros(161)
    point[80] = 1.0
    assert [quantile(point, at) for at in (0.1, 0.5, 0.9)] == pytest.approx([-0.02, 0.0, 0.02], abs=1e-12)
    last = np.roll(point, 80)
    assert [quantile(last, at) for at in (0.1, 0.5, 0.9)] == pytest.approx([3.98, 4.0, 4.02], abs=1e-12)


def test_masses_of_a_stack_are_those_of_its_rows():
    stack = np.stack([NOTHING, STANDINGS])
    assert masses(stack).tolist() == [masses(NOTHING).tolist(), masses(STANDINGS).tolist()]
    assert masses(stack).sum(axis=1) == pytest.approx(np.ones(2), abs=1e-14)


def test_a_blend_is_the_weighted_sum():
    known = Posterior(mean=1.0, sd=0.5, low=0.4, high=1.6, reliability=0.75, n=3)
    start = Posterior(mean=0.0, sd=1.0, low=-1.28, high=1.28, reliability=0.0, n=0)
    blended = blend([(0.4, known, start), (0.6, start, start)], n=3)
    assert (blended.mean, blended.sd, blended.n) == (pytest.approx(0.4), pytest.approx(0.8), 3)
    assert (blended.low, blended.high) == (pytest.approx(-0.608), pytest.approx(1.408))
    assert blended.reliability == pytest.approx(1.0 - 0.8**2)


def test_influence_is_the_integral_over_temperature():
    """Against a midpoint sum of 4,000 steps of Cov(z, row) at temperature t."""
    first, second = rows([reading(a_claim(level=4)), reading(a_claim(achieved=90.0, level=2))], PUBLISHED)
    total = 4.0 * first + second
    by_steps = np.zeros(2)
    for t in (np.arange(4000) + 0.5) / 4000:
        p = masses(t * total)
        off = STANDINGS - p @ STANDINGS
        by_steps += [(p * off) @ (4.0 * first) / 4000, (p * off) @ second / 4000]
    moves = influence(total)
    assert [4.0 * first @ moves, second @ moves] == pytest.approx(by_steps, abs=1e-7)


@pytest.mark.parametrize("copies", [0.0, 0.01, 1.0, 30.0, 1000.0, 20_000.0])
def test_influence_adds_up_from_no_evidence_to_twenty_thousand_claims(copies):
    good, bad = rows([reading(a_claim(level=4)), reading(a_claim(achieved=90.0, level=4))], PUBLISHED)
    total = copies * (good + 0.7 * bad)
    moved = float(masses(total) @ STANDINGS) - float(masses(NOTHING) @ STANDINGS)
    assert float(total @ influence(total)) == pytest.approx(moved, abs=1e-10)
