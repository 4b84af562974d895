"""Which language a country is written to in, and how days and values read in each."""

from datetime import date

import pytest
from django.utils.translation import override

from vetting.kernel.languages import (
    LANGUAGES,
    day_words,
    main_language,
    month_words,
    spoken,
    unit_everywhere,
    unit_words,
    value_words,
)

NARROW = "\u202f"


@pytest.mark.parametrize(
    ("country", "language"),
    [("DE", "de"), ("AT", "de"), ("FR", "fr"), ("SN", "fr"), ("MX", "es"), ("LV", "lv"), ("KZ", "ru")]
    + [
        (other, "en")
        for other in ("GB", "US", "CH", "BE", "CA", "LU", "CM", "UA", "EE", "JP", "XX", "", "de")
    ],
)
def test_a_country_is_written_to_in_its_main_language_or_in_english(country, language):
    assert main_language(country) == language


@pytest.mark.parametrize(
    ("language", "day", "first", "month"),
    [
        ("en", "14 May 2026", "1 December 2026", "May 2026"),
        ("de", "14. Mai 2026", "1. Dezember 2026", "Mai 2026"),
        ("fr", "14 mai 2026", "1er décembre 2026", "mai 2026"),
        ("es", "14 de mayo de 2026", "1 de diciembre de 2026", "mayo de 2026"),
        ("lv", "14.05.2026.", "01.12.2026.", "2026. gada maijs"),
        ("ru", "14 мая 2026 г.", "1 декабря 2026 г.", "май 2026 г."),  # noqa: RUF001 - Russian
    ],
)
def test_days_and_months(language, day, first, month):
    with override(language):
        assert (day_words(date(2026, 5, 14)), day_words(date(2026, 12, 1))) == (day, first)
        assert month_words(date(2026, 5, 14)) == month


@pytest.mark.parametrize(
    ("language", "values"),
    [
        ("en", ["9.40 EUR", "1 day", "12.5 days", "−3 percentage points", "12.5 %", "0.5 per 100", "7"]),
        ("de", ["9,40 EUR", "1 Tag", "12,5 Tage", "−3 Prozentpunkte", "12,5 %", "0,5 je 100", "7"]),
        (
            "fr",
            ["9,40 EUR", "1 jour", "12,5 jours", "−3 points de pourcentage", "12,5 %", "0,5 pour 100", "7"],
        ),
        (
            "es",
            ["9,40 EUR", "1 día", "12,5 días", "−3 puntos porcentuales", "12,5 %", "0,5 por cada 100", "7"],
        ),
        ("lv", ["9,40 EUR", "1 diena", "12,5 dienas", "−3 procentpunkti", "12,5 %", "0,5 uz 100", "7"]),
        ("ru", ["9,40 EUR", "1 день", "12,5 дня", "−3 процентных пункта", "12,5 %", "0,5 на 100", "7"]),
    ],
)
def test_values_with_their_units(language, values):
    english = ["9.40 EUR", "1 day", "12.5 days", "−3 percentage points", "12.5 %", "0.5 per 100", "7"]
    with override(language):
        assert [value_words(text) for text in english] == values


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("fr", "1.5 days", "1,5 jour"),  # below two is one
        ("de", "1.5 days", "1,5 Tage"),
        ("ru", "21 hours", "21 час"),
        ("ru", "25 hours", "25 часов"),
        ("lv", "30 minutes", "30 minūšu"),
        ("lv", "21 minutes", "21 minūte"),
        ("es", f"1{NARROW}234{NARROW}567.5 EUR", f"1{NARROW}234{NARROW}567,5 EUR"),
        ("de", "", ""),
        ("de", "no number", "no number"),
        ("de", "3 apples", "3 apples"),
    ],
)
def test_plurals_fractions_and_what_is_no_value(language, text, words):
    with override(language):
        assert value_words(text) == words


def test_a_unit_may_be_typed_in_any_of_them():
    typed = unit_everywhere("days")
    assert {"days", "day", "Tage", "jours", "día", "dienu", "дня", "дней"} <= set(typed)
    assert unit_everywhere("EUR") == ("EUR",)
    with override("ru"):
        assert [unit_words(unit) for unit in ("days", "percentage points", "EUR", "%", "")] == [
            "дней",
            "процентных пунктов",
            "EUR",
            "%",
            "",
        ]


def test_where_nobody_has_chosen_english_is_spoken():
    with override(None):
        assert spoken() == "en"
    assert list(LANGUAGES) == ["en", "de", "fr", "es", "lv", "ru"]
