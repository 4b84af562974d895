"""The fields of the desk's forms."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test.html import parse_html

from vetting.kernel.places import COUNTRIES, CURRENCIES
from vetting.web.forms_fields import (
    Day,
    Figure,
    Languages,
    LongSelect,
    Whole,
    countries,
    currencies,
    industries,
    sizes,
)


class OneForm(forms.Form):
    picked = forms.ChoiceField(choices=currencies, widget=LongSelect, help_text="One of them.")


class SameForm(forms.Form):
    picked = forms.ChoiceField(choices=currencies, help_text="One of them.")


@pytest.mark.parametrize("data", [None, {"picked": "EUR"}, {"picked": "ZAR"}, {"picked": "<nothing>"}])
def test_a_long_select_is_the_markup_django_would_write(data):
    own, djangos = OneForm(data)["picked"], SameForm(data)["picked"]
    assert parse_html(str(own)) == parse_html(str(djangos))


def test_every_choice_is_there_once():
    grouped = [code for _, options in currencies()[1:] for code, _ in options]
    assert sorted(grouped) == sorted(CURRENCIES)
    assert grouped[:2] == ["EUR", "USD"]
    assert [code for code, _ in countries()[1:]] == list(COUNTRIES)
    section, divisions = industries()[1]
    assert section == "Agriculture, forestry and fishing"
    assert divisions[0] == ("A", "Agriculture, forestry and fishing (all of it)")
    assert divisions[1][0] == "01"
    assert sizes()[-1] == ("5000+", "5000 or more people")


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("Latvian, English", ["lv", "en"]),
        ("lv; EN / german", ["lv", "en", "de"]),
        ("Norwegian", ["no"]),
        ("greek", ["el"]),
        ("English\nenglish", ["en"]),
    ],
)
def test_languages_are_taken_by_name_and_by_code(typed, codes):
    assert Languages().clean(typed) == codes


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("Klingon", "Klingon: write the English name of the language, such as German."),
        ("Norw", "Norw may be one of several: Norwegian, Norwegian Bokmål, Norwegian Nynorsk."),
        ("x" * 399, f"{'x' * 40}: write the English name of the language, such as German."),
        ("x" * 401, "Name at most 12 languages."),
    ],
)
def test_a_language_that_is_not_known_is_named(typed, says):
    with pytest.raises(ValidationError) as wrong:
        Languages().clean(typed)
    assert wrong.value.messages == [says]


def test_languages_read_as_they_are_typed():
    assert Languages().prepare_value(["lv", "en"]) == "Latvian, English"
    assert Languages().prepare_value("lv, xx") == "lv, xx"


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1 234,5", Decimal("1234.5")), ("−3", Decimal(-3)), ("12 %", Decimal(12)), ("", None)],
)
def test_figures(typed, value):
    assert Figure(required=False).clean(typed) == value


def test_a_figure_reads_without_zeros_that_say_nothing():
    assert Figure().prepare_value(Decimal("900.000000")) == "900"
    assert Figure().prepare_value("9,40") == "9,40"


def test_days_and_whole_numbers():
    assert (Day().clean("2026-05-01"), Day().clean("1.5.2026")) == (date(2026, 5, 1), date(2026, 5, 1))
    assert Whole().clean(" 12 ") == 12
    for field, typed in ((Day(), "05/01/2026"), (Whole(), "1.5")):
        with pytest.raises(ValidationError):
            field.clean(typed)
