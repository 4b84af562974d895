"""How numbers, units and dates are worded."""

import datetime as dt
from decimal import Decimal

import pytest

from vetting.web.templatetags.wording import (
    counted,
    day,
    in_words,
    measure,
    month,
    number,
    questions_left,
    signed,
)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (Decimal("9.400000"), "9.4"),
        (1234.5, "1\u202f234.5"),
        (1250000, "1\u202f250\u202f000"),
        (Decimal(1000), "1\u202f000"),
        (-3.25, "\u22123.25"),
        (-0.001, "0"),
        (0, "0"),
        ("12.50", "12.5"),
    ],
)
def test_a_number(value, read):
    assert number(value) == read


@pytest.mark.parametrize(
    "value", [None, "", "six", float("nan"), float("inf"), Decimal("sNaN"), True, "1e309x"]
)
def test_what_is_no_number_is_not_known(value):
    assert [number(value), measure(value, "EUR"), signed(value)] == ["not known"] * 3


@pytest.mark.parametrize(
    ("value", "unit", "read"),
    [
        (9.4, "EUR", "9.40\u00a0EUR"),
        (Decimal("1250000.00"), "EUR", "1\u202f250\u202f000\u00a0EUR"),
        (Decimal("1250000.50"), "EUR", "1\u202f250\u202f000.50\u00a0EUR"),
        (-12, "CHF", "\u221212.00\u00a0CHF"),
        (12.50, "percent", "12.5\u00a0%"),
        (1, "percentage_points", "1\u00a0percentage\u00a0point"),
        (2.5, "percentage_points", "2.5\u00a0percentage\u00a0points"),
        (45, "days", "45\u00a0days"),
        (1, "days", "1\u00a0day"),
        (3.2, "per_million", "3.2\u00a0per\u00a0million"),
        (412, "count", "412"),
        (3.5, "", "3.5"),
        (7, "litres", "7\u00a0litres"),
    ],
)
def test_a_number_with_its_unit(value, unit, read):
    assert measure(value, unit) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (3.25, "+3.2"),
        (-1.44, "\u22121.4"),
        (0.0, "0.0"),
        (-0.04, "0.0"),
        (0.04, "0.0"),
        (214, "+214"),
        (0, "0"),
    ],
)
def test_what_an_entry_adds(value, read):
    assert signed(value) == read


def test_dates():
    date = dt.date(2026, 5, 4)
    assert (day(date), month(date)) == ("4\u00a0May\u00a02026", "May\u00a02026")
    assert (day(None), month(None)) == ("not known", "not known")


def test_counted_nouns():
    assert [counted(n, "result,results") for n in (0, 1, 2, 1200)] == [
        "no results",
        "1\u00a0result",
        "2\u00a0results",
        "1\u202f200\u00a0results",
    ]


def test_small_numbers_read_as_words():
    assert [in_words(n) for n in (0, 2, 10, 11, -1)] == ["no", "two", "ten", "11", "\u22121"]


def test_how_much_is_left():
    assert [questions_left(n) for n in (-1, 0, 1, 2)] == [
        "This is the last question.",
        "This is the last question.",
        "One more question after this.",
        "Two more questions after this.",
    ]
