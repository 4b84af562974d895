"""Every line of the ledger says what happened and why it counts as much as it does."""

import pytest

from tests.scoring.histories import FIRST, a_claim, by_dimension, told
from vetting.scoring.readings import Place
from vetting.scoring.reasons import reason
from vetting.scoring.weights import MONEY, PERSISTENCE, RESULTS, TRANSFER

LEVEL_3 = "; numbers confirmed or corrected by the client (E3)."


def sentence(claim, dimension, place=FIRST):
    found = by_dimension(told(claim, place=place), dimension)
    first, *later = zip(found.observed, found.category, strict=True)
    return reason(claim, place, dimension, first, *later)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Reached 100 % of a goal set beforehand"),
        ({"preregistered": False}, "Reached 100 % of a goal written down afterwards"),
        ({"achieved": 114.99}, "Reached 99 % of a goal set beforehand"),
        ({"achieved": 115.0 - 1e-10}, "Reached 100 % of a goal set beforehand"),
        ({"achieved": 100.0}, "Reached 0 % of a goal set beforehand"),
        ({"achieved": 99.0}, "Ended worse than it began, against a goal set beforehand"),
        ({"achieved": 100.0 + 15.0 * 100}, "Reached at least 10000 % of a goal set beforehand"),
        ({"achieved": 1e306}, "Reached at least 10000 % of a goal set beforehand"),
        ({"rejected": True}, "The client said the number is wrong"),
    ],
)
def test_results(changes, expected):
    assert sentence(a_claim(**changes), RESULTS) == expected + LEVEL_3


@pytest.mark.parametrize(
    ("money", "expected"),
    [
        (299.9, "Brought 2.9 times the fee"),
        (300.0, "Brought 3 times the fee"),
        (0.0, "Brought 0 times the fee"),
        (9999.0, "Brought 99.9 times the fee"),
        (10_000.0, "Brought at least 100 times the fee"),
        (1e307, "Brought at least 100 times the fee"),
        (-5.0, "Left the client with a loss"),
    ],
)
def test_money(money, expected):
    assert sentence(a_claim(fee=100.0, money=money), MONEY) == expected + LEVEL_3


@pytest.mark.parametrize(
    ("answer", "part"),
    [(0, "none of it"), (1, "little of it"), (2, "half of it"), (3, "most of it"), (4, "all of it")],
)
def test_transfer(answer, part):
    expected = f"The client's people can now do {part} without the consultant{LEVEL_3}"
    assert sentence(a_claim(transfer=answer), TRANSFER) == expected


@pytest.mark.parametrize(
    ("half_year", "year", "expected"),
    [
        (112.0, None, "After 6 months 80 % of the change was left"),
        (None, 118.0, "After 12 months 120 % of the change was left"),
        (
            112.0,
            90.0,
            "After 6 months 80 % of the change was left, after 12 months things were worse than before",
        ),
    ],
)
def test_persistence(half_year, year, expected):
    claim = a_claim(sustained_6m=half_year, sustained_12m=year)
    assert sentence(claim, PERSISTENCE) == expected + LEVEL_3


@pytest.mark.parametrize(
    ("level", "source"),
    [
        (1, "checked in a public source (E1)"),
        (2, "confirmed from a mailbox of the client (E2)"),
        (3, "numbers confirmed or corrected by the client (E3)"),
        (4, "confirmed by the client and by a document or a second person there (E4)"),
        (5, "still confirmed half a year later (E5)"),
    ],
)
def test_the_level_is_named_in_words(level, source):
    assert sentence(a_claim(level=level), RESULTS) == f"Reached 100 % of a goal set beforehand; {source}."


def test_a_discount_is_explained():
    second = Place(rank=2, weight=0.7, weak=False)
    assert sentence(a_claim(), RESULTS, second).endswith(
        "(E3); counts 70 % because it is number 2 of one client."
    )
    weak = Place(rank=1, weight=0.2, weak=True)
    assert sentence(a_claim(level=1), RESULTS, weak).endswith(
        "(E1); counts 20 % because the source vouches for nobody else."
    )
