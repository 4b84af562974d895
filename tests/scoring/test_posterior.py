"""The arithmetic, against a second implementation without numpy and against closed forms."""

import math
from dataclasses import replace
from datetime import timedelta
from statistics import NormalDist

import numpy as np
import pytest
from scipy.special import ndtr

from tests.scoring.histories import DAY, a_claim, rows, told
from vetting.scoring.posterior import STANDINGS, figures, influences, log_likelihoods, masses, removed
from vetting.scoring.readings import Place
from vetting.scoring.weights import PUBLISHED

NORMAL = NormalDist()
GRID = [-4.0 + 0.05 * number for number in range(161)]
NOTHING = np.zeros(161)


def row(claim, weight=1.0):
    return rows(told(claim, place=Place(rank=1, weight=weight, weak=False)))[0]


def posterior(row):
    """Mean, sd and the two quantiles."""
    return figures(row[np.newaxis])[:, 0].tolist()


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
    assert row(claim, weight) == pytest.approx(np.array(expected), abs=1e-10)


def test_no_readings_make_no_rows():
    assert log_likelihoods(told(), PUBLISHED).shape == (0, 161)


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.25, 0.5, 1.0, 2.0, 4.0])
def test_however_much_people_differ_the_likelihood_is_exact(spread):
    """Beside Phi itself at every standing; the part that cannot be known keeps the logarithm from magnifying."""
    results, *others = PUBLISHED.dimensions
    constants = replace(
        PUBLISHED, dimensions=(replace(results, spread=spread), *others), fabrication=(1.0,) + (0.5,) * 5
    )
    for achieved, wanted in ((90.0, (-math.inf, -1.3)), (107.0, (-0.9, -0.3)), (140.0, (0.0, math.inf))):
        for ease in (-3.0, 0.0, 3.0):
            claim = a_claim(achieved=achieved, ease=ease, blur=0.0)
            low, high = (ndtr(spread * STANDINGS + ease - kappa) for kappa in wanted)
            category = told(claim).category.item()
            expected = np.log(0.5 * (low - high) + 0.5 * PUBLISHED.made_up[category])
            found = log_likelihoods(told(claim, constants=constants), constants)[0]
            assert found == pytest.approx(expected, abs=2e-13)


def test_where_next_to_nothing_is_made_up_no_likelihood_falls_below_that():
    tiny = replace(PUBLISHED, fabrication=(1.0,) + (1e-14,) * 5)
    worst, best = (a_claim(achieved=achieved, ease=ease) for achieved, ease in ((90.0, 30.0), (140.0, -30.0)))
    for claim, part in ((worst, 0.02), (best, 0.7)):
        seen = told(claim, constants=tiny)
        least = math.log(seen.fabrication.item() * part)
        assert log_likelihoods(seen, tiny)[0] == pytest.approx(np.full(161, least), abs=1e-12)


def test_mean_and_sd_are_those_of_a_plain_sum():
    log_likelihood = by_hand(4, 0.0, 0.015, 1.0, 0.0)
    weights = [math.exp(-0.5 * z * z + row) for z, row in zip(GRID, log_likelihood, strict=True)]
    mean = math.fsum(w * z for w, z in zip(weights, GRID, strict=True)) / math.fsum(weights)
    square = math.fsum(w * (z - mean) ** 2 for w, z in zip(weights, GRID, strict=True)) / math.fsum(weights)
    found = posterior(row(a_claim()))
    assert found[:2] == pytest.approx([mean, math.sqrt(square)], abs=1e-10)


def test_one_success_without_doubt_moves_the_mean_as_theory_says():
    """E[z | tau z + e > 0] = sqrt(2 / pi) tau / sqrt(tau^2 + 1 + v)."""
    sure = replace(PUBLISHED, fabrication=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0))
    found = rows(told(a_claim(), constants=sure), sure)[0]
    assert posterior(found)[0] == pytest.approx(
        math.sqrt(2 / math.pi) * 0.5 / math.sqrt(0.25 + 1.08), abs=3e-4
    )


def test_without_evidence_it_is_the_normal_prior():
    mean, sd, low, high = posterior(NOTHING)
    assert mean == 0.0
    assert sd == pytest.approx(1.0, abs=1e-3)
    assert (low, high) == pytest.approx((NORMAL.inv_cdf(0.1), NORMAL.inv_cdf(0.9)), abs=1e-3)


def test_a_normal_likelihood_gives_the_normal_posterior():
    """Prior N(0, 1), three observations of 1 with variance 1: N(3/4, 1/4)."""
    mean, sd, low, high = posterior(-1.5 * (STANDINGS - 1.0) ** 2)
    assert (mean, sd) == pytest.approx((0.75, 0.5), abs=1e-9)
    assert low == pytest.approx(0.75 + 0.5 * NORMAL.inv_cdf(0.1), abs=1e-3)
    assert high == pytest.approx(0.75 + 0.5 * NORMAL.inv_cdf(0.9), abs=1e-3)


def test_reliability_is_the_part_of_the_variance_that_is_gone_and_never_negative():
    assert removed(np.array([0.5, 1.0, 1.2]), np.array([1.0, 1.0, 1.0])).tolist() == [0.75, 0.0, 0.0]


@pytest.mark.parametrize(("place", "standing"), [(80, 0.0), (160, 4.0), (0, -4.0)])
def test_a_quantile_spreads_the_mass_of_a_point_over_its_cell(place, standing):
    point = np.full(161, -1e4)
    point[place] = 0.0
    _, _, low, high = posterior(point)
    assert (low, high) == pytest.approx((standing - 0.02, standing + 0.02), abs=1e-12)


def test_masses_of_a_stack_are_those_of_its_rows():
    stack = np.stack([NOTHING, STANDINGS])
    assert masses(stack).tolist() == [masses(NOTHING).tolist(), masses(STANDINGS).tolist()]
    assert masses(stack).sum(axis=1) == pytest.approx(np.ones(2), abs=1e-14)


def test_influence_is_the_integral_over_temperature():
    """Against a midpoint sum of 4,000 steps of Cov(z, row) at temperature t."""
    first, second = row(a_claim(level=4)), row(a_claim(achieved=90.0, level=2))
    total = 4.0 * first + second
    by_steps = np.zeros(2)
    for t in (np.arange(4000) + 0.5) / 4000:
        p = masses(t * total)
        off = STANDINGS - p @ STANDINGS
        by_steps += [(p * off) @ (4.0 * first) / 4000, (p * off) @ second / 4000]
    (moves,) = influences(total[np.newaxis])
    assert [4.0 * first @ moves, second @ moves] == pytest.approx(by_steps, abs=1e-7)


@pytest.mark.parametrize("copies", [0.0, 0.01, 0.3, 1.0, 2.0, 3.0, 5.0, 30.0, 1000.0, 20_000.0])
def test_influence_adds_up_from_no_evidence_to_twenty_thousand_claims(copies):
    good, bad = row(a_claim(level=4)), row(a_claim(achieved=90.0, level=4))
    total = copies * (good + 0.7 * bad)
    moved = float(masses(total) @ STANDINGS) - float(masses(NOTHING) @ STANDINGS)
    assert float(total @ influences(total[np.newaxis])[0]) == pytest.approx(moved, abs=1e-10)
