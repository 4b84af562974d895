"""Numbers as people type them: 1 234,5 and 1.234,5 and 1'234.5 are one number; what could be two is asked back."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetting.kernel.languages import unit_everywhere

_LONGEST = 40  # digits of no business figure; what is longer would only cost time
_SPACES = re.compile(r"[\s'\u2019\u00a0\u2009\u202f]")
_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?|[+-]?\.\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")

NO_NUMBER = gettext_lazy("Write a number, such as 1234.5 or 1 234,5.")


def read_number(text: str, *, unit: str = "") -> Decimal:
    """The number typed, with or without its unit. ValueError with a sentence for the person where it is none.

    One point or comma before exactly three digits could set apart thousands or decimals: that is not guessed.
    """
    if len(text) > _LONGEST:
        raise ValueError(str(NO_NUMBER))
    digits = _SPACES.sub("", _without(unit, text).translate(_SIGNS))
    if _TWO_WAYS.fullmatch(digits):
        whole, _point, rest = digits.replace(",", ".").partition(".")
        message = _(
            "This could be %(whole)s%(rest)s or %(whole)s.%(rest)s. Write %(whole)s%(rest)s, or %(whole)s.%(rest)s0."
        )
        raise ValueError(message % {"whole": whole, "rest": rest})
    if digits.rfind(",") > digits.rfind(".") and digits.count(",") == 1:
        digits = digits.translate(str.maketrans(",.", ".,"))
    elif digits.count(".") > 1:
        digits = digits.replace(".", ",")
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "")
    if not (digits.isascii() and _PLAIN.fullmatch(digits)):
        raise ValueError(str(NO_NUMBER))
    return Decimal(digits)


def write_number(number: Decimal) -> str:
    """As `read_number` reads it back: exactly three decimals could be read in two ways."""
    text = f"{number.normalize():f}"
    return f"{text}0" if _TWO_WAYS.fullmatch(text) else text


class TypedNumber(forms.CharField):
    """Keeps what was typed; `unit` stands behind the input and may be typed too."""

    def __init__(self, *, unit: str = "", **options: Any) -> None:
        self.unit = unit
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        if text:
            try:
                read_number(text, unit=self.unit)
            except ValueError as no_number:
                raise ValidationError(str(no_number), code="invalid_number") from no_number
        return text


def _without(unit: str, text: str) -> str:
    """The text without the metric's unit, a percent sign or a currency sign at either end."""
    signs = "|".join(re.escape(sign) for sign in (*unit_everywhere(unit), "%", "€", "$", "£") if sign)
    return re.sub(rf"^\s*({signs})|({signs})\s*$", "", text, flags=re.IGNORECASE)
