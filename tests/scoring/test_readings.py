"""What a claim tells in which dimension, and how much it counts."""

import math
from dataclasses import fields
from datetime import timedelta

import numpy as np
import pytest

from tests.scoring.histories import DAY, FIRST, a_claim, by_dimension, told
from vetting.scoring.evidence import Direction, ScoringError
from vetting.scoring.readings import Place, ambition, category, places
from vetting.scoring.weights import MONEY, PERSISTENCE, PUBLISHED, RESULTS, TRANSFER

CUTS = (0.0, 0.25, 0.75, 1.0)
NAMES = [dimension.name for dimension in PUBLISHED.dimensions]


def readings(claim, place=FIRST):
    """By dimension, in the order in which they are told."""
    found = told(claim, place=place)
    return {NAMES[number]: by_dimension(found, NAMES[number]) for number in found.dimension}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-math.inf, 0),
        (-0.01, 0),
        (-1e-8, 0),
        (-1e-10, 1),
        (0.0, 1),
        (0.2499, 1),
        (0.25, 2),
        (0.7499, 2),
        (0.75, 3),
        (0.9999, 3),
        (1.0 - 1e-12, 4),
        (1.0, 4),
        (900.0, 4),
    ],
)
def test_category(value, expected):
    assert category(value, CUTS) == expected


@pytest.mark.parametrize(
    ("baseline", "target", "usual", "ratio"),
    [
        (100.0, 115.0, 0.15, 1.0),
        (100.0, 85.0, 0.15, 1.0),
        (-100.0, -85.0, 0.15, 1.0),
        (100.0, 103.0, 0.15, 0.2),
        (100.0, 145.0, 0.15, 3.0),
        (100.0, 175.0, 0.15, 5.0),
        (100.0, 900.0, 0.15, 5.0),
        (0.0, 900.0, 0.15, 1.0),
        (5e-324, 900.0, 0.15, 5.0),
    ],
)
def test_ambition_is_asinh_of_usual_changes_up_to_five(baseline, target, usual, ratio):
    asked = ambition(baseline=baseline, target=target, usual_change=usual)
    assert asked == pytest.approx(math.asinh(ratio), abs=1e-12)


def test_claims_of_one_client_count_less_and_less_in_order_of_verification():
    claims = [
        a_claim("a", cluster="x"),
        a_claim("b", cluster="y"),
        a_claim("c", cluster="x"),
        a_claim("d", cluster="x"),
    ]
    assert places(claims, PUBLISHED) == {
        "a": Place(rank=1, weight=1.0, weak=False),
        "b": Place(rank=1, weight=1.0, weak=False),
        "c": Place(rank=2, weight=0.7, weak=False),
        "d": Place(rank=3, weight=0.7**2, weak=False),
    }


def test_weak_sources_that_vouch_for_nobody_else_share_one_cluster():
    claims = [
        a_claim("a", level=1, vouches_elsewhere=False),
        a_claim("b", level=1, vouches_elsewhere=False),
        a_claim("c", level=1, vouches_elsewhere=False),
        a_claim("d", level=1, vouches_elsewhere=True),
        a_claim("e", level=2, vouches_elsewhere=False),
    ]
    assert places(claims, PUBLISHED) == {
        "a": Place(rank=1, weight=0.2, weak=True),
        "b": Place(rank=2, weight=0.1, weak=True),
        "c": Place(rank=3, weight=0.05, weak=True),
        "d": Place(rank=1, weight=1.0, weak=False),
        "e": Place(rank=1, weight=1.0, weak=False),
    }


def test_what_the_consultant_says_takes_no_place_in_the_cluster():
    claims = [a_claim("said", level=0, cluster="x"), a_claim("confirmed", cluster="x")]
    assert places(claims, PUBLISHED) == {"confirmed": FIRST}


def test_a_claim_with_every_answer_is_read_in_four_dimensions():
    claim = a_claim(
        achieved=110.0,
        fee=10_000.0,
        money=40_000.0,
        share=0.5,
        transfer=3,
        sustained_6m=109.0,
        sustained_12m=104.0,
        verified_on=DAY - timedelta(days=731),
    )
    found = told(claim, place=Place(rank=2, weight=0.7, weak=False))
    dimensions = [NAMES[number] for number in found.dimension]
    assert list(zip(dimensions, found.observed.round(12), found.category, found.weight, strict=True)) == [
        (RESULTS, round(2 / 3, 12), 2, 0.7),
        (TRANSFER, 3.0, 3, 0.7),
        (MONEY, 2.0, 2, 0.7),
        (PERSISTENCE, 0.9, 3, 0.35),
        (PERSISTENCE, 0.4, 2, 0.35),
    ]
    assert found.age.tolist() == [731 / 365.25] * 5
    assert found.fabrication == pytest.approx(np.full(5, 0.015), abs=1e-15)
    assert found.hardness.tolist() == [0.0] * 5


def test_several_claims_are_read_as_one_after_the_other():
    one, other = (
        a_claim("a", transfer=2, ease=0.3),
        a_claim("b", achieved=90.0, preregistered=False, blur=0.5),
    )
    both = told(one, other)
    assert both.claim.tolist() == [0, 0, 1]
    for field in fields(both):
        if field.name != "claim":
            apart = [getattr(told(claim), field.name) for claim in (one, other)]
            assert getattr(both, field.name).tolist() == np.concatenate(apart).tolist()


def test_nothing_is_read_of_nothing():
    assert len(told()) == 0


def test_what_is_not_known_is_not_read():
    assert list(readings(a_claim())) == [RESULTS]
    assert list(readings(a_claim(fee=5.0))) == [RESULTS]
    assert list(readings(a_claim(money=5.0))) == [RESULTS]


def test_a_goal_remembered_is_doubted_more_but_not_what_does_not_depend_on_it():
    found = readings(a_claim(preregistered=False, transfer=4))
    assert found[RESULTS].fabrication.item() == pytest.approx(1 - 0.985 * 0.9, abs=1e-15)
    assert found[TRANSFER].fabrication.item() == pytest.approx(0.015, abs=1e-15)


def test_the_hardness_of_a_goal_is_its_ambition_over_a_typical_one():
    assert readings(a_claim())[RESULTS].hardness.item() == pytest.approx(0.0, abs=1e-15)
    bold = readings(a_claim(target=145.0))[RESULTS]
    assert bold.hardness == pytest.approx(math.asinh(3.0) - math.asinh(1.0), abs=1e-12)


def test_a_refused_number_is_the_worst_whatever_was_asked_and_says_nothing_more_but_transfer():
    claim = a_claim(
        target=175.0,
        achieved=200.0,
        preregistered=False,
        rejected=True,
        fee=1.0,
        money=99.0,
        transfer=4,
        sustained_6m=300.0,
    )
    found = readings(claim)
    assert list(found) == [RESULTS, TRANSFER]
    assert (found[RESULTS].category.item(), found[RESULTS].hardness.item()) == (0, 0.0)
    assert found[RESULTS].fabrication.item() == pytest.approx(0.015, abs=1e-15)
    assert found[TRANSFER].category.item() == 4


@pytest.mark.parametrize(
    ("money", "share", "observed", "expected"),
    [
        (-1.0, 0.0, -0.01, 0),
        (-200.0, 0.1, -2.0, 0),
        (0.0, 1.0, 0.0, 1),
        (150.0, 0.5, 0.75, 1),
        (200.0, 0.5, 1.0, 2),
        (600.0, 0.5, 3.0, 3),
        (2000.0, 0.5, 10.0, 4),
        (2000.0, 0.0, 0.0, 1),
    ],
)
def test_money_is_the_share_of_the_gain_in_fees_and_a_loss_is_not_shared(money, share, observed, expected):
    reading = readings(a_claim(fee=100.0, money=money, share=share))[MONEY]
    assert (reading.observed.item(), reading.category.item()) == (observed, expected)


@pytest.mark.parametrize(
    ("achieved", "later", "expected"),
    [
        (103.0, 110.0, None),
        (103.75, 103.75, 4),
        (115.0, 99.0, 0),
        (115.0, 100.0, 1),
        (115.0, 130.0, 4),
        (85.0, 85.0, None),
    ],
)
def test_persistence_is_asked_only_where_something_was_reached_that_can_hold(achieved, later, expected):
    found = readings(a_claim(achieved=achieved, sustained_12m=later))
    assert (found[PERSISTENCE].category.item() if expected is not None else None) == expected
    assert (PERSISTENCE in found) is (expected is not None)


def test_persistence_of_a_metric_that_is_better_when_lower():
    claim = a_claim(direction=Direction.DOWN, target=85.0, achieved=80.0, sustained_6m=84.0)
    assert readings(claim)[PERSISTENCE].observed.item() == pytest.approx(0.8, abs=1e-12)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("money", {"fee": 1e-300, "money": 1e300}),
        ("sustained_6m", {"baseline": 0.0, "target": 1e-200, "achieved": 1e-200, "sustained_6m": 1e200}),
        ("sustained_12m", {"baseline": 0.0, "target": 1e-200, "achieved": 1e-200, "sustained_12m": 1e200}),
    ],
)
def test_numbers_too_far_apart_are_refused(field, changes):
    with pytest.raises(ScoringError) as caught:
        readings(a_claim("bad", **changes))
    assert (caught.value.field, caught.value.key) == (field, "bad")
