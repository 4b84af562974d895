"""Fields of the desk's forms: days, figures, languages by name, and choices that say plainly what is wrong."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.kernel.lookup import matching
from vetting.kernel.places import COUNTRIES, CURRENCIES, LANGUAGES
from vetting.web.typed_numbers import TypedNumber, read_number

Choices = list[tuple[str, Any]]

# Where most contracts are counted in; the others follow by their code.
_OFTEN: Final = ("EUR", "USD", "GBP", "CHF", "PLN", "SEK")
_MOST_LANGUAGES: Final = 12
_LONGEST_LANGUAGES: Final = 400


class DeskForm(forms.Form):
    """Says what is missing in the words that the rooms use; what was typed is never part of a message."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.error_messages["required"] = _("Please fill this in.")
            for code in ("invalid_choice", "invalid_list"):
                field.error_messages[code] = "Choose from the list."


class LongSelect(forms.Select):
    """Writes its options itself: two templates for each of some hundred countries take a tenth of a second."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        del renderer  # the options are written here, so none is needed
        widget = self.get_context(name, value, attrs)["widget"]
        groups = format_html_join(
            "", "{}", ((_group(label, found),) for label, found, _ in widget["optgroups"])
        )
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(widget["attrs"]), groups)


def _group(label: str | None, options: list[dict[str, Any]]) -> SafeString:
    found = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (each["value"], SafeString(" selected") if each["selected"] else "", each["label"])
            for each in options
        ),
    )
    return format_html('<optgroup label="{}">{}</optgroup>', label, found) if label else found


class Line(forms.CharField):
    """One line of text. Its length is judged by the action, which says how much is too much."""

    def __init__(self, *, autocomplete: str = "off", **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": autocomplete}), **options)


class Paragraph(forms.CharField):
    def __init__(self, *, rows: int = 4, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)


class Day(forms.DateField):
    """Taken as the browser sends it, or as 14.05.2026."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            input_formats=["%Y-%m-%d", "%d.%m.%Y"],
            error_messages={"invalid": "Write a day of the calendar, such as 2026-05-14."},
            **options,
        )


class Figure(TypedNumber):
    """A number as people type it, cleaned to a Decimal, or to None where nothing was typed."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return read_number(text, unit=self.unit) if text else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class Whole(forms.IntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            error_messages={"invalid": "Write a whole number."},
            **options,
        )


class Languages(forms.CharField):
    """Languages by their English names, separated by commas; cleaned to two-letter codes in the order typed."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(LANGUAGES[code] for code in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        words = [word.strip() for word in re.split(r"[,;/\n]", text) if word.strip()]
        if len(text) > _LONGEST_LANGUAGES or len(words) > _MOST_LANGUAGES:
            message = f"Name at most {_MOST_LANGUAGES} languages."
            raise ValidationError(message, code="too_many")
        if not words:
            raise ValidationError(self.error_messages["required"], code="required")
        return list(dict.fromkeys(map(_language, words)))


def _language(word: str) -> str:
    """The code of the language of that name, or of the only one whose name begins so."""
    if word.lower() in LANGUAGES:
        return word.lower()
    found = matching(word, LANGUAGES.items(), lambda entry: (entry[1],))
    if len(found) == 1 or (found and found[0][1].lower() == word.lower()):
        return found[0][0]
    if found:
        some = ", ".join(name for _, name in found[:3])
        message = f"{word[:40]} may be one of several: {some}."
        raise ValidationError(message, code="ambiguous_language")
    message = f"{word[:40]}: write the English name of the language, such as German."
    raise ValidationError(message, code="unknown_language")


def countries() -> Choices:
    return [("", "Choose a country"), *COUNTRIES.items()]


def industries() -> Choices:
    """A section may be chosen as a whole, or one of its divisions."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for entry in INDUSTRIES.values():
        words = f"{entry.name} (all of it)" if entry.is_section else entry.name
        groups.setdefault(entry.section, []).append((entry.code, words))
    return [
        ("", "Choose an industry"),
        *((INDUSTRIES[section].name, found) for section, found in groups.items()),
    ]


def sizes() -> Choices:
    return [("", "Choose a size"), *((band.key, band.label) for band in SIZE_BANDS.values())]


def currencies() -> Choices:
    return [
        ("", "Choose a currency"),
        ("Often used", _currencies(_OFTEN)),
        ("All others", _currencies(code for code in CURRENCIES if code not in _OFTEN)),
    ]


def _currencies(codes: Iterable[str]) -> Sequence[tuple[str, str]]:
    return [(code, f"{code} – {CURRENCIES[code].name}") for code in codes]
