"""Wandering effects, against the same posterior written out as one Gaussian process."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.scoring.histories import properties
from vetting.scoring.chains import Wandering, evidence, lay_out, smooth

cells = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(0, 6), st.integers(-30, 30), st.sampled_from([0.0, 0.4, 1.0, 5.0])
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda cell: cell[:2],
)
sizes = st.sampled_from([0.01, 0.3, 1.0, 4.0])
wanderings = st.builds(Wandering, stable=sizes, moving=sizes, years=st.sampled_from([0.3, 2.0, 50.0]))


def _columns(drawn):
    group, time, value, precision = (np.array(column) for column in zip(*drawn, strict=True))
    return group, time.astype(float), value / 10.0, precision


# By group: how much more the constant part varies.
extras = st.lists(st.sampled_from([0.0, 0.2, 3.0]), min_size=4, max_size=4).map(np.array)


def _covariance(group, time, wandering, extra):
    apart = np.abs(time[:, None] - time[None, :])
    same = group[:, None] == group[None, :]
    return np.where(
        same, wandering.stable + extra[:, None] + wandering.moving * np.exp(-apart / wandering.years), 0.0
    )


@properties
@given(cells, wanderings, extras)
def test_the_smoother_is_the_posterior_of_the_gaussian_process(drawn, wandering, extras):
    group, time, value, precision = _columns(drawn)
    extra = extras[group]
    mean, variance = smooth(lay_out(group, time), precision, precision * value, wandering, extra)
    prior = _covariance(group, time, wandering, extra)
    gain = prior @ np.linalg.inv(np.eye(len(value)) + np.diag(precision) @ prior)
    np.testing.assert_allclose(mean, gain @ (precision * value), atol=1e-6)
    np.testing.assert_allclose(variance, np.diag(gain), atol=1e-6)


@properties
@given(cells, wanderings, extras)
def test_the_evidence_is_that_of_the_gaussian_process(drawn, wandering, extras):
    group, time, value, precision = _columns(drawn)
    extra = extras[group]
    found = evidence(lay_out(group, time), precision, precision * value, wandering, extra)
    heard = precision > 0
    noise = np.diag(1.0 / precision[heard])
    whole = _covariance(group[heard], time[heard], wandering, extra[heard]) + noise
    told = value[heard]
    logs = np.linalg.slogdet(whole)[1] - np.linalg.slogdet(noise)[1]
    misses = told @ np.linalg.solve(whole, told) - told @ np.linalg.solve(noise, told)
    np.testing.assert_allclose(found, -0.5 * (logs + misses), atol=1e-6)


def test_a_message_of_next_to_no_weight_does_not_swamp_the_evidence():
    """A made-up claim can have a pull and no precision; what it says must not cost the others their digits."""
    layout, nothing = lay_out(np.array([0, 1]), np.array([3.0, 3.0])), np.zeros(2)

    def compared(weight):
        precision, pull = np.array([2.0, weight]), np.array([3.0, 0.1])
        small, large = (
            evidence(layout, precision, pull, Wandering(size, size, 4.0), nothing) for size in (0.1, 0.5)
        )
        return large - small

    # ln N(1.5; 0, 1/2 + v) and half of .1^2 v, at v = 1 and at v = .2.
    expected = 0.5 * (np.log(1.4 / 3.0) + 2.25 * (1 / 0.7 - 1 / 1.5)) + 0.005 * 0.8
    np.testing.assert_allclose([compared(1e-20), compared(0.0)], expected, rtol=1e-9)


def test_a_group_with_one_moment_is_an_ordinary_effect():
    layout = lay_out(np.array([0, 1]), np.array([3.0, 5.0]))
    mean, variance = smooth(
        layout, np.array([2.0, 0.0]), np.array([3.0, 0.0]), Wandering(0.3, 0.2, 4.0), np.zeros(2)
    )
    np.testing.assert_allclose(mean, [1.5 * (0.5 / (0.5 + 0.5)), 0.0])
    np.testing.assert_allclose(variance, [0.25, 0.5])


def test_drift_is_the_variance_of_the_change_within_a_year():
    wandering = Wandering(stable=9.0, moving=0.5, years=2.0)
    np.testing.assert_allclose(wandering.drift, 2 * 0.5 * (1 - np.exp(-0.5)))
