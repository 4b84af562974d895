"""The languages in which we write to those who are asked, and how days and values read in the one now spoken."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from django.utils import dateformat
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext, ngettext, override

ENGLISH: Final = "en"
# In the order in which they are offered, each by its own name.
LANGUAGES: Final[Mapping[str, str]] = {
    ENGLISH: "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "lv": "Latviešu",
    "ru": "Русский",
}
# Countries where one of the others is what business is written in, by ISO 3166. Where two of the six share a country
# (Belgium, Canada, Cameroon, Switzerland), nobody is taken for one of them by where she works.
_MAIN: Final[Mapping[str, str]] = {
    **dict.fromkeys("AT DE LI".split(), "de"),
    **dict.fromkeys("BF BJ CD CG CI FR GA GF GN GP MC MF ML MQ NC NE PF PM RE SN TG WF YT".split(), "fr"),
    **dict.fromkeys("AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE".split(), "es"),
    "LV": "lv",
    **dict.fromkeys("BY KG KZ RU".split(), "ru"),
}
# Forms that stay as they are after "on", "by" and "until"; a Latvian month in words would change with each of them.
_DAYS: Final[Mapping[str, str]] = {ENGLISH: "j F Y", "lv": "d.m.Y."}
_MONTHS: Final[Mapping[str, str]] = {"lv": r"Y. \g\a\d\a F"}
# The units of the metric catalogue by their one; behind a count, a ratio or a score stands nothing.
_UNITS: Final[Mapping[str, Callable[[int], str]]] = {
    "percentage point": lambda count: ngettext("percentage point", "percentage points", count),
    "minute": lambda count: ngettext("minute", "minutes", count),
    "hour": lambda count: ngettext("hour", "hours", count),
    "day": lambda count: ngettext("day", "days", count),
    "per week": lambda _: gettext("per week"),
    "per 100": lambda _: gettext("per 100"),
    "per million": lambda _: gettext("per million"),
}
_VALUE: Final = re.compile(
    r"(?P<number>[-\N{MINUS SIGN}]?[\d\N{NARROW NO-BREAK SPACE}]+(?:\.\d+)?)(?: (?P<unit>.+))?"
)


def main_language(country: str) -> str:
    """What business there is written in where that is one of the six; else English, which is read nearly everywhere."""
    return _MAIN.get(country, ENGLISH)


def spoken() -> str:
    """The one of the six that is now active."""
    return get_language() or ENGLISH


def day_words(day: date) -> str:
    """14 May 2026"""
    words = dateformat.format(day, _DAYS.get(spoken()) or get_format("DATE_FORMAT"))
    return f"1er{words[1:]}" if spoken() == "fr" and day.day == 1 else words


def month_words(day: date) -> str:
    """May 2026"""
    words = dateformat.format(day, _MONTHS.get(spoken()) or get_format("YEAR_MONTH_FORMAT"))
    return words.lower() if spoken() == "ru" else words  # Django writes the Russian month as a heading


def value_words(text: str) -> str:
    """A value as English writes it ("9.40 EUR", "1 day") in the language now spoken; other text as it is."""
    found = _VALUE.fullmatch(text)
    if found is None or spoken() == ENGLISH:
        return text
    number, unit = found["number"], found["unit"] or ""
    return f"{number.replace('.', ',')} {_unit(unit, _count(number))}".rstrip()


def unit_words(unit: str) -> str:
    """The catalogue's unit, as it stands behind many; a currency or a sign is the same everywhere."""
    return _unit(unit, 5)


def unit_everywhere(unit: str) -> tuple[str, ...]:
    """How that unit may be typed: in each of the languages, since a draft outlives a change of language."""
    known = [unit]
    for language in LANGUAGES:
        with override(language):
            known += [_unit(unit, count) for count in (1, 2, 5, 10)]
    return tuple(dict.fromkeys(known))


def _count(number: str) -> int:
    """By which plural is chosen. A fraction takes the form of a few, in French that of its whole part."""
    whole, _, rest = re.sub(r"[^\d.]", "", number).partition(".")
    return 2 if rest and spoken() != "fr" else int(whole)


def _unit(unit: str, count: int) -> str:
    words = _UNITS.get(unit.removesuffix("s"))
    return words(count) if words else unit
