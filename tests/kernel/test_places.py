from collections import Counter

import pytest

from vetting.kernel.places import COUNTRIES, CURRENCIES, LANGUAGES, Currency


def test_all_countries_of_iso_3166_have_a_name() -> None:
    assert len(COUNTRIES) == 249
    assert {code: COUNTRIES[code] for code in ("DE", "LV", "CI", "XK") if code in COUNTRIES} == {
        "DE": "Germany",
        "LV": "Latvia",
        "CI": "Côte d'Ivoire",
    }


def test_a_country_goes_by_its_common_name() -> None:
    assert [COUNTRIES[code] for code in ("KR", "VN", "BO", "MD")] == [
        "South Korea",
        "Vietnam",
        "Bolivia",
        "Moldova",
    ]


def test_languages_are_those_with_a_two_letter_code() -> None:
    assert len(LANGUAGES) == 183
    assert [LANGUAGES[code] for code in ("en", "de", "fr", "es", "lv", "ru")] == [
        "English",
        "German",
        "French",
        "Spanish",
        "Latvian",
        "Russian",
    ]


def test_a_language_carries_no_remark_in_brackets() -> None:
    assert (LANGUAGES["el"], LANGUAGES["sw"], LANGUAGES["ia"]) == ("Modern Greek", "Swahili", "Interlingua")
    assert [name for name in LANGUAGES.values() if "(" in name] == []


def test_no_two_codes_share_a_name() -> None:
    assert len(set(COUNTRIES.values())) == len(COUNTRIES)
    assert len(set(LANGUAGES.values())) == len(LANGUAGES)


def test_countries_and_languages_stand_by_name_and_currencies_by_code() -> None:
    assert list(COUNTRIES.values()) == sorted(COUNTRIES.values())
    assert list(LANGUAGES.values()) == sorted(LANGUAGES.values())
    assert list(CURRENCIES) == sorted(CURRENCIES)


def test_currencies_know_their_minor_unit() -> None:
    assert CURRENCIES["EUR"] == Currency("EUR", "Euro", 2)
    assert CURRENCIES["JPY"] == Currency("JPY", "Yen", 0)
    assert CURRENCIES["KWD"] == Currency("KWD", "Kuwaiti Dinar", 3)
    assert Counter(found.decimals for found in CURRENCIES.values()) == {2: 132, 0: 16, 3: 7}


@pytest.mark.parametrize("code", ["XXX", "XAU", "XTS", "CHE", "CLF", "UYW", "USN", "DEM", "eur", "", "EURO"])
def test_what_nobody_is_paid_in_is_no_currency(code: str) -> None:
    assert code not in CURRENCIES


@pytest.mark.parametrize("code", ["UK", "de", "DEU", "EU", "", "D\x00"])
def test_what_is_no_country_code(code: str) -> None:
    assert code not in COUNTRIES


@pytest.mark.parametrize("code", ["EN", "eng", "sh", "bh", "", "en-GB"])
def test_what_is_no_language_code(code: str) -> None:
    assert code not in LANGUAGES


def test_the_registers_cannot_be_changed() -> None:
    for register in (COUNTRIES, LANGUAGES, CURRENCIES):
        with pytest.raises(TypeError):
            register["ZZ"] = "Nowhere"  # type: ignore[index]  # what is tried here
