"""Is a message an automatic answer by its subject, and which day of return does it name. Pure; unknown stays unknown."""

import re
from datetime import date
from typing import Final

from vetting.kernel.keys import fold

# How programs begin the subject of an answer they give by themselves, in the languages of our letters; folded.
_SUBJECTS: Final = re.compile(
    r"(?:(?:re|aw|wg|fw|fwd|tr|rv|sv|atb|ha)\s*:\s*)*\W*(?:"
    r"auto(?:matic)?[ -]?(?:reply|response)|auto:|out of (?:the )?office|ooo\b|on (?:annual leave|vacation|holiday)\b"
    r"|automatische (?:antwort|ruckantwort)|abwesen|nicht im (?:buro|haus)\b"
    r"|reponse automatique|absen(?:ce|te?) du bureau|message d.absence|en conges?\b"
    r"|respuesta automatica|fuera de (?:la )?oficina|mensaje de ausencia"
    r"|automatiska atbilde|prombutn|arpus biroja"
    r"|автоответ|автоматическ|вне офиса|нет на рабочем месте|отсутству"
    r")"
)
_MONTHS: Final = (
    r"jan|january|januar|janvier|janvar(?:is|im|i|a)|enero|ene|январ[яь]|янв",
    r"feb|february|februar(?:is|im|i|a)?|fevrier|febrero|феврал[яь]|фев",
    r"mar|march|marz|mars|marzo|mart(?:s|am|u|a)|марта?|мар",
    r"apr|april(?:is|im|i|a)?|avril|abril|abr|апрел[яь]|апр",
    r"may|mai|mayo|maij(?:s|am|u|a)|ма[ия]",
    r"jun|june|juni|juin|junio|junij(?:s|am|u|a)|июн[яь]",
    r"jul|july|juli|juillet|julio|julij(?:s|am|u|a)|июл[яь]",
    r"aug|august(?:s|am|u|a)?|aout|agosto|ago|августа?|авг",
    r"sept?|september|septembr(?:is|im|i|a|e)|septiembre|setiembre|сентябр[яь]|сен",
    r"oct|october|octobre|octubre|okt|oktober|oktobr(?:is|im|i|a)|октябр[яь]|окт",
    r"nov|november|novembr(?:is|im|i|a|e)|noviembre|ноябр[яь]|ноя",
    r"dec|december|decembr(?:is|im|i|a|e)|dezember|dez|diciembre|dic|декабр[яь]|дек",
)
_DAY: Final = r"(?P<day>\d{1,2})"
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})\b\.?"
_YEAR: Final = r"(?:,?\s+(?:de |del )?(?P<year>20\d\d))?"
# Only a day that such a word leads to: "away from 20 December" names no return.
_UNTIL: Final = (
    r"\b(?:until|till|til|thru|through|to|back|return|returning|bis|zuruck|wieder|ab|jusqu.au|jusqu.a|au|retour|hasta|al|vuelvo"
    r"|vuelta|regreso|lidz|atgriez\w*|до|по|вернусь|буду)\b"
)
_BETWEEN: Final = (
    r"(?:[\s,(]+(?:and|including|incl|on|in|the|office|work|von|am|zum|einschlie\w+|wieder|dem|den|der|le|el|dia|au|bureau"
    r"|de|inclus|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|montag|dienstag"
    r"|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes"
    r"|miercoles|jueves|viernes|sabado|domingo|в|\u0441)\b\.?){0,5}[\s,:(]+"
)
_FORMS: Final = tuple(
    re.compile(_UNTIL + _BETWEEN + form)
    for form in (
        r"(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)",
        rf"{_DAY}\.\s?(?P<month>\d{{1,2}})\.(?:\s?(?P<year>(?:20)?\d\d)(?!\d))?",
        rf"{_DAY}/(?P<month>\d{{1,2}})(?!\d)(?:/(?P<year>(?:20)?\d\d)(?!\d))?",
        rf"{_DAY}(?:st|nd|rd|th|er|\.)?\s+(?:of |de )?{_MONTH}{_YEAR}",
        rf"(?:20\d\d\. gada\s+)?{_DAY}\.\s+{_MONTH}",
        rf"{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?(?!\d){_YEAR}",
    )
)
_MOST = (
    1_000  # an absence is told at the beginning; further down our own letter may stand, with dates of its own
)


def is_absence(subject: str) -> bool:
    return _SUBJECTS.match(fold(subject.strip())) is not None


def back_on(text: str, *, today: date) -> date | None:
    """The last day that a word such as "until" or "back on" leads to; a day without a year is the next such one."""
    words = fold(text[:_MOST])
    found = [_day(match, today) for form in _FORMS for match in form.finditer(words)]
    return max((day for day in found if day is not None), default=None)


def _day(match: re.Match[str], today: date) -> date | None:
    parts = match.groupdict()
    month = int(parts["month"]) if parts["month"].isdigit() else _month(parts["month"])
    day, year = int(parts["day"]), parts.get("year")
    if "/" in match.group() and day <= 12 and month <= 12 and day != month:
        return None  # the fifth of January or the first of May: it depends on who writes
    if "/" in match.group() and month > 12:
        day, month = month, day
    if year:
        return _date(int(year) % 100 + 2000, month, day)
    ahead = (_date(today.year + add, month, day) for add in (0, 1))
    return next((each for each in ahead if each is not None and each >= today), None)


def _month(name: str) -> int:
    return next(number for number, names in enumerate(_MONTHS, start=1) if re.fullmatch(names, name))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
