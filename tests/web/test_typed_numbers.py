from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vetting.web.typed_numbers import NO_NUMBER, read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("9,40", "9.40"),
        ("9.40", "9.40"),
        (" 12 ", "12"),
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1\u2009234.5", "1234.5"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1'234.5", "1234.5"),
        ("1\u2019234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234,567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("12345.678", "12345.678"),
        ("0,125", "0.125"),
        ("-0.125", "-0.125"),
        ("1.2340", "1.2340"),
        (".5", "0.5"),
        ("\u22123,5", "-3.5"),
        ("+3", "3"),
        ("12,5 %", "12.5"),
        ("9.40 EUR", "9.40"),
        ("eur 9.40", "9.40"),
        ("\u20ac9,40", "9.40"),
    ],
)
def test_one_number_in_many_hands(typed, number):
    assert read_number(typed, unit="EUR") == Decimal(number)


@pytest.mark.parametrize("typed", ["1,234", "1.234", "-12,345", "123.456"])
def test_what_could_be_two_numbers_is_asked_back(typed):
    with pytest.raises(
        ValueError, match=r"This could be -?\d+ or -?\d+\.\d+\. Write -?\d+, or -?\d+\.\d+0\."
    ):
        read_number(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "-", ",", "5.", "six", "1e309", "nan", "inf", "0x10", "1,23,4", "1.2.3", "1,234.567,8"),
        *("\u0661\u0662", "9" * 41, "9.40 USD", "9 EUR 40", "1..2", "--1", "1\x002"),
    ],
)
def test_what_is_no_number(typed):
    with pytest.raises(ValueError, match="Write a number"):
        read_number(typed, unit="EUR")
    assert NO_NUMBER.startswith("Write a number")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_any_house_style_reads_the_same(number):
    plain = f"{number:.2f}"
    english, german = f"{number:,.2f}", f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
    spaced = english.replace(",", "\u202f")
    assert {read_number(text) for text in (plain, english, german, spaced)} == {number}


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_a_sentence(text):
    try:
        said = f"{read_number(text, unit='days')}"
    except ValueError as refused:
        said = str(refused)
    assert said.startswith(("Write a number", "This could be")) or Decimal(said).is_finite()
