"""The constants hang together; each is said twice so that nobody changes one without meaning it."""

import math
from itertools import pairwise

import pytest

from vetting.scoring.weights import GRID_POINTS, GRID_REACH, HIGH, LOW, PUBLISHED, VERSION, Dimension


def test_the_published_version():
    assert VERSION == PUBLISHED.version == "published-1"
    assert (GRID_POINTS, GRID_REACH, LOW, HIGH) == (161, 4.0, 0.1, 0.9)


def test_the_published_constants():
    assert PUBLISHED.fabrication == (1.0, 0.15, 0.05, 0.015, 0.001, 0.001)
    assert PUBLISHED.made_up == (0.02, 0.03, 0.1, 0.15, 0.7)
    assert (PUBLISHED.remembered, PUBLISHED.leniency, PUBLISHED.drift) == (0.1, 0.08, 0.1)
    assert (PUBLISHED.slope, PUBLISHED.boldest, PUBLISHED.typical_ambition) == (1.0, 5.0, math.asinh(1.0))
    assert (PUBLISHED.same_client, PUBLISHED.weak_level) == (0.7, 1)
    assert (PUBLISHED.weak_first, PUBLISHED.weak_source, PUBLISHED.reading) == (0.2, 0.5, 0.5)
    assert (PUBLISHED.referral_shift, PUBLISHED.referral_saturation) == (0.3, 8.0)
    assert (PUBLISHED.referral_budget, PUBLISHED.referral_half) == (5.0, 3.0)


@pytest.mark.parametrize(
    "expected",
    [
        Dimension(
            name="results",
            weight=0.4,
            cuts=(0.0, 0.25, 0.75, 1.0),
            thresholds=(-1.3, -0.9, -0.3, 0.0),
            spread=0.5,
        ),
        Dimension(
            name="money",
            weight=0.25,
            cuts=(0.0, 1.0, 3.0, 10.0),
            thresholds=(-1.7, -0.7, 0.1, 1.1),
            spread=0.5,
        ),
        Dimension(
            name="transfer",
            weight=0.2,
            cuts=(1.0, 2.0, 3.0, 4.0),
            thresholds=(-1.3, -0.5, 0.1, 0.9),
            spread=0.5,
        ),
        Dimension(
            name="persistence",
            weight=0.15,
            cuts=(0.0, 0.25, 0.75, 1.0),
            thresholds=(-1.7, -1.1, -0.4, 0.1),
            spread=0.5,
        ),
    ],
    ids=lambda dimension: dimension.name,
)
def test_the_published_dimensions(expected):
    assert PUBLISHED.dimension(expected.name) == expected


def test_they_hang_together():
    assert sum(dimension.weight for dimension in PUBLISHED.dimensions) == pytest.approx(1.0, abs=1e-15)
    assert sum(PUBLISHED.made_up) == pytest.approx(1.0, abs=1e-15)
    for rising in (*(d.cuts for d in PUBLISHED.dimensions), *(d.thresholds for d in PUBLISHED.dimensions)):
        assert all(before < after for before, after in pairwise(rising))
    assert all(before >= after for before, after in pairwise(PUBLISHED.fabrication))
