"""Filters that word numbers, units and dates the same way on every page.

Thousands are set apart by a narrow space that does not break, a number and its unit by a space that does not
break, a minus is a minus sign. What is not known, or is no number, reads "not known".
"""

import datetime as dt
from decimal import Decimal, InvalidOperation

from django import template

from vetting.kernel.languages import LANGUAGES, day_words, month_words

register = template.Library()

NOT_KNOWN = "not known"
_THIN = "\u202f"
_FIXED = "\u00a0"
_MINUS = "\u2212"
_CURRENCY_LETTERS = 3
_IN_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_UNITS = {  # the catalogue's units: with one, with any other number
    "percent": ("%", "%"),
    "percentage_points": ("percentage\u00a0point", "percentage\u00a0points"),
    "points": ("point", "points"),
    "days": ("day", "days"),
    "hours": ("hour", "hours"),
    "minutes": ("minute", "minutes"),
    "months": ("month", "months"),
    "per_hundred": ("per\u00a0100", "per\u00a0100"),
    "per_million": ("per\u00a0million", "per\u00a0million"),
    "per_week": ("a\u00a0week", "a\u00a0week"),
    "count": ("", ""),
    "ratio": ("", ""),
    "score": ("", ""),
}


@register.filter
def number(value: object, places: int = 2) -> str:
    """1234.50 reads 1 234.5: at most so many decimals, none that say nothing."""
    exact = _decimal(value)
    if exact is None:
        return NOT_KNOWN
    text = _grouped(exact, places)
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def percent(value: float) -> str:
    """0.314 reads 31 %"""
    return f"{number(100 * value, 0)}{_FIXED}%"


@register.filter
def measure(value: object, unit: str) -> str:
    """A number with its unit: 9.4|measure:"EUR" reads 9.40 EUR, 12.50|measure:"percent" reads 12.5 %.

    unit: a currency's three letters, or a unit of the metric catalogue. One that says nothing more than the
    metric's name (a count, a ratio, a score) leaves the number alone.
    """
    exact = _decimal(value)
    if exact is None:
        return NOT_KNOWN
    if len(unit) == _CURRENCY_LETTERS and unit.isascii() and unit.isupper():
        return f"{_money(exact)}{_FIXED}{unit}"
    written = number(exact)
    one, many = _UNITS.get(unit, (unit, unit))
    return f"{written}{_FIXED}{one if written == '1' else many}".rstrip()


@register.filter
def signed(value: object, places: int | None = None) -> str:
    """What an entry adds: +3.2 and 0.0, and a minus sign where it takes away; a whole number has no decimals.

    Always so many decimals, so that a column lines up.
    """
    exact = _decimal(value)
    if exact is None:
        return NOT_KNOWN
    text = _grouped(exact, places if places is not None else 0 if isinstance(value, int) else 1)
    if text.startswith(_MINUS) or not text.strip("0."):
        return text
    return f"+{text}"


@register.filter
def day(value: dt.date | None) -> str:
    """14 May 2026"""
    return NOT_KNOWN if value is None else day_words(value).replace(" ", _FIXED)


@register.filter
def month(value: dt.date | None) -> str:
    """May 2026"""
    return NOT_KNOWN if value is None else month_words(value).replace(" ", _FIXED)


@register.simple_tag
def languages() -> list[tuple[str, str]]:
    """{% languages as offered %}: those a referee may choose, each by its code and its own name."""
    return list(LANGUAGES.items())


@register.filter
def counted(value: int, nouns: str) -> str:
    """9|counted:"result,results" reads 9 results; 1 reads 1 result; 0 reads no results."""
    one, many = nouns.split(",")
    if value == 0:
        return f"no {many}"
    return f"{number(value)}{_FIXED}{one if value == 1 else many}"


@register.filter
def in_words(value: int) -> str:
    """Two for 2: numbers up to ten read as words, larger ones as figures."""
    return _IN_WORDS[value] if 0 <= value < len(_IN_WORDS) else number(value)


@register.filter
def questions_left(value: int) -> str:
    """How much of a form is still to come, after the question on the screen."""
    if value <= 0:
        return "This is the last question."
    return f"{in_words(value).capitalize()} more {'question' if value == 1 else 'questions'} after this."


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def _grouped(exact: Decimal, places: int) -> str:
    text = f"{exact:,.{places}f}".replace(",", _THIN)
    if not text.strip("-0."):  # a minus before nothing but zeros says something that is not so
        return text.removeprefix("-")
    return text.replace("-", _MINUS)


def _money(exact: Decimal) -> str:
    """Cents below a thousand; above it only where there are any."""
    cents = abs(exact) < 1000 or exact != exact.to_integral_value()
    return _grouped(exact, 2 if cents else 0)
