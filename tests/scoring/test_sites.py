"""What an outcome says beforehand, and what is learned of thresholds, noise, levels and made-up claims."""

import numpy as np
import pytest
from scipy.stats import norm, t

from vetting.scoring.sites import Categories, Values, relative_noise

ALL = np.full(4, fill_value=True)


def categories(outcome, *, count, **told):
    known = np.full(len(outcome), fill_value=True)
    given = {"noise": None, "level": None, "fabrication": (1.0, 0.1)} | told
    return Categories(np.array(outcome), known, count, **given)


def values(outcome, **told):
    known = np.full(len(outcome), fill_value=True)
    return Values(
        np.array(outcome, dtype=float), known, **({"noise": None, "level": None, "levels": 3} | told)
    )


def nothing(rows):
    return np.zeros(rows), np.zeros(rows)


@pytest.mark.parametrize(
    ("weight", "known", "noise"),
    [
        (None, ALL, None),
        (np.full(4, 3.0), ALL, None),
        (np.array([1.0, 2.0, 4.0, 2.0]), ~ALL, None),
        (np.array([1.0, 2.0, 2.0, 1.5]), ALL, [1.75, 0.875, 0.875, 1.75 / 1.5]),
        (np.array([3.0, 3.0, 3.0, 6.0]), np.array([True, True, True, False]), None),
        (np.array([1.0, 2.0, 4.0, 8.0]), np.array([True, True, True, False]), [2.0, 1.0, 0.5, 0.25]),
    ],
)
def test_noise_is_one_over_the_weight_in_units_of_the_median_known_one(weight, known, noise):
    found = relative_noise(weight, known)
    assert (None if found is None else found.tolist()) == noise


def test_thresholds_begin_where_the_known_outcomes_divide():
    site = categories([0, 0, 0, 1, 2, 2], count=3)
    assert site.thresholds == pytest.approx(norm.ppf([3.5 / 7.5, 5.0 / 7.5]), abs=1e-12)


def test_an_unknown_outcome_moves_no_threshold_and_sends_nothing():
    known = np.array([True, True, True, False])
    site = Categories(np.array([0, 1, 2, 2]), known, 3, noise=None, level=None, fabrication=(1.0,))
    site.read(*nothing(4), step=1.0)
    assert site.thresholds == pytest.approx(norm.ppf([1 / 3, 2 / 3]), abs=1e-12)
    assert (site.precision[3], site.pull[3]) == (0.0, 0.0)


def test_half_of_the_noise_goes_with_the_weight_at_first():
    site = categories([0, 1, 1, 0], count=2, noise=np.array([2.0, 1.0, 0.5, 4.0]))
    assert site.noise.tolist() == [1.5, 1.0, 0.75, 2.5]
    assert categories([0, 1], count=2).noise.tolist() == [1.0, 1.0]


def test_a_message_is_the_laplace_step_of_the_probit():
    """By the formula for one outcome in the upper of two categories, at no prior variance."""
    site = categories([1, 0, 1], count=2)
    mean = np.array([0.3, 0.3, -1.0])
    site.read(mean, np.zeros(3), step=1.0)
    edge = site.thresholds[0]
    for row, sign in enumerate((1.0, -1.0, 1.0)):
        z = sign * (mean[row] - edge)
        first = sign * norm.pdf(z) / norm.cdf(z)
        second = -(z * norm.pdf(z) / norm.cdf(z) + (norm.pdf(z) / norm.cdf(z)) ** 2)
        assert site.precision[row] == pytest.approx(-second, abs=1e-10)
        assert site.pull[row] == pytest.approx(first - second * mean[row], abs=1e-10)


def test_half_a_step_goes_half_the_way_and_a_count_of_two_weighs_as_two():
    whole, half, twice = (
        categories([1, 0, 1], count=2, **told) for told in ({}, {}, {"counts": np.full(3, 2.0)})
    )
    for site, step in ((whole, 1.0), (half, 0.5), (twice, 1.0)):
        site.read(np.array([0.2, 0.1, -0.4]), np.zeros(3), step=step)
    assert half.precision == pytest.approx(whole.precision / 2)
    assert half.pull == pytest.approx(whole.pull / 2)
    assert twice.precision == pytest.approx(2 * whole.precision)


@pytest.mark.parametrize("far", [6.0, 12.0, 30.0])
def test_both_tails_are_equally_exact(far):
    """The mirror image of an outcome far from what was expected says the same, mirrored."""
    site = categories([0, 1, 2, 0, 1, 2], count=3)
    middle = site.thresholds.mean()
    site.read(middle + np.array([far, far, far, -far, -far, -far]), np.full(6, 0.1), step=1.0)
    mirrored = [5, 4, 3]
    assert site.precision[:3] == pytest.approx(site.precision[mirrored], rel=1e-9)
    assert (site.pull - site.precision * middle)[:3] == pytest.approx(
        -(site.pull - site.precision * middle)[mirrored], rel=1e-9
    )


def test_chances_add_up_and_a_doubted_claim_is_mostly_a_made_up_top_one():
    site = categories([0, 1, 2, 2], count=3, level=np.array([0, 0, 1, 1]), fabrication=(1.0, 0.25))
    chances = site.foresee(np.zeros(4), np.zeros(4))
    assert chances.sum(axis=1) == pytest.approx(1.0)
    assert chances[0] == pytest.approx(site.made_up)
    assert site.made_up[2] / site.made_up[0] == pytest.approx(np.exp(3.56))
    honest = (chances[2] - 0.25 * site.made_up) / 0.75
    assert honest == pytest.approx(np.diff([0.0, *norm.cdf(site.thresholds), 1.0]))


def test_thresholds_are_found_again():
    random = np.random.default_rng(1)
    mean = random.normal(size=20_000)
    outcome = np.digitize(mean + random.normal(size=20_000), [-0.7, 0.2, 1.5])
    site = categories(outcome, count=4)
    for _ in range(20):
        site.learn(mean, np.zeros(20_000))
    assert site.thresholds == pytest.approx([-0.7, 0.2, 1.5], abs=0.04)


def test_thresholds_never_meet():
    """Nobody ever had the middle category, so that its two thresholds would be one."""
    site = categories([0] * 500 + [2] * 500, count=3)
    for _ in range(200):
        site.learn(*nothing(1000))
    assert np.diff(site.thresholds)[0] >= 1e-3


def test_what_a_level_made_up_is_learned_against_a_belief_of_a_hundred_rows():
    """All 300 top claims come from people of whom the least was expected: nearly all of them are made up."""
    outcome = np.array([2] * 300 + [0] * 300)
    level = np.array([1] * 300 + [2] * 300)
    site = categories(outcome, count=3, level=level, fabrication=(1.0, 0.1, 0.1))
    site.thresholds = np.array([0.0, 1.0])
    site._learn_fabrication(level, np.full(600, -9.0), np.zeros(600))
    top = 0.1 * site._shape[2] / (0.1 * site._shape[2] + 0.9 * norm.sf(10.0))
    low = 0.1 * site._shape[0] / (0.1 * site._shape[0] + 0.9 * norm.cdf(9.0))
    assert site.fabrication == pytest.approx([1.0, (300 * top + 10) / 400, (300 * low + 10) / 400])
    invented = np.array([300 * low, 0.0, 300 * top]) + 20 * site._shape
    assert site.made_up == pytest.approx(invented / invented.sum())


def test_level_zero_is_always_made_up_and_teaches_nothing():
    level = np.zeros(50, dtype=int)
    site = categories([1] * 50, count=2, level=level, fabrication=(0.9, 0.1))
    site.learn(*nothing(50))
    assert site.fabrication == pytest.approx([1.0, 0.1])


def test_how_much_of_the_noise_goes_with_the_weight_is_found():
    random = np.random.default_rng(2)
    trials = random.choice([0.1, 1.0, 6.0], size=20_000)
    mean = random.normal(size=20_000)
    for part in (0.0, 1.0):
        noise = 1.0 - part + part * trials
        outcome = np.digitize(mean + random.normal(size=20_000) * np.sqrt(noise), [0.0])
        site = categories(outcome, count=2, noise=trials)
        for _ in range(20):
            site.learn(mean, np.zeros(20_000))
        assert site._part == pytest.approx(part, abs=0.07)


def test_a_value_says_itself_as_surely_as_its_noise_is_small():
    site = values([1.0, -2.0])
    site.read(*nothing(2), step=1.0)
    assert site.precision.tolist() == [2.0, 2.0]
    assert site.pull.tolist() == [2.0, -4.0]


def test_of_values_with_weights_a_part_of_the_noise_goes_with_them():
    site = values([1.0, 1.0, 1.0], noise=np.array([2.0, 1.0, 0.5]))
    assert site.noise == pytest.approx([0.8, 0.5, 0.35])


def test_counts_weigh_values():
    site = values([1.0, 3.0], counts=np.array([1.0, 3.0]))
    site.read(*nothing(2), step=1.0)
    assert site.precision.tolist() == [2.0, 6.0]
    assert site.pull.tolist() == [2.0, 18.0]


def test_an_unknown_value_sends_nothing_and_teaches_nothing():
    outcome, known = np.array([1.0, -1.0, np.nan]), np.array([True, True, False])
    site = Values(outcome, known, noise=None, level=np.array([0, 0, 1]), levels=2)
    site.learn(*nothing(3))
    site.read(*nothing(3), step=1.0)
    assert (site.precision[2], site.pull[2], site.by_level[1]) == (0.0, 0.0, 1.0)


def test_the_noise_of_values_is_found():
    random = np.random.default_rng(3)
    site = values(random.normal(scale=1.5, size=20_000))
    for _ in range(40):
        site.learn(*nothing(20_000))
    assert site.base == pytest.approx(2.25, rel=0.08)
    assert np.isinf(site.freedom)


def test_noise_that_goes_with_the_weight_is_told_from_noise_that_does_not():
    random = np.random.default_rng(4)
    trials = random.choice([0.1, 1.0, 8.0], size=30_000)
    site = values(random.normal(size=30_000) * np.sqrt(0.3 + 0.6 * trials), noise=trials)
    for _ in range(60):
        site.learn(*nothing(30_000))
    assert (site.base, site.trial) == (pytest.approx(0.3, rel=0.15), pytest.approx(0.6, rel=0.15))


@pytest.mark.parametrize(("missed", "told"), [(2.1, 2 / 0.5), (0.0, 0.05), (0.11, 0.05)])
def test_a_level_is_as_noisy_as_it_misses_drawn_to_one_by_twenty_rows(missed, told):
    """In units of the noise it would have at level 0, .5 here; what its prior explains does not count."""
    level = np.array([1] * 30)
    site = values(np.zeros(30), level=level)
    site.by_level = np.array([1.0, 3.0, 1.0])
    noise = site.noise
    assert noise.tolist() == [1.5] * 30
    site._learn_levels(level, np.full(30, missed), np.full(30, 0.1), noise)
    assert site.by_level == pytest.approx([1.0, (30 * told + 20) / 50, 1.0])


@pytest.mark.parametrize(("missed", "factor"), [(1e9, 10.0), (0.0, 0.1)])
def test_no_level_is_more_than_ten_times_as_noisy_or_as_sure(missed, factor):
    level = np.array([1] * 2000)
    site = values(np.zeros(2000), level=level)
    site._learn_levels(level, np.full(2000, missed), np.zeros(2000), np.full(2000, 0.5))
    assert site.by_level[1] == factor


@pytest.mark.parametrize("freedom", [3.0, 8.0])
def test_tails_are_told_by_likelihood(freedom):
    random = np.random.default_rng(5)
    site = values(random.standard_t(freedom, size=40_000))
    site.base = 1.0
    mean, variance = nothing(40_000)
    site._learn_tails(mean, variance, site.known)
    tried = {each: t.logpdf(site.outcome, each).sum() for each in (3.0, 5.0, 8.0, 15.0, 40.0)}
    assert site.freedom == max(tried, key=tried.get) == freedom
    assert site._robust == pytest.approx((freedom + 1) / (freedom + site.outcome**2))
