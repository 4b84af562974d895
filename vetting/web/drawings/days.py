"""How much there was each day: a row of thin columns, the figures beside it in a table."""

from collections.abc import Mapping
from datetime import date

from django.utils import dateformat
from django.utils.safestring import SafeString

from vetting.web.drawings.ink import across, element, frame, words

_TALL = 72  # pixels of the largest day
_ROOM = 18  # for the words below


def days(counts: Mapping[date, int], *, key: str, title: str) -> SafeString:
    """`counts` holds every day from first to last, quiet ones as 0. Raises ValueError where there is none."""
    if not counts or min(counts.values()) < 0:
        msg = "a chart of days needs days, and no day has less than nothing"
        raise ValueError(msg)
    first, last, most = min(counts), max(counts), max(counts.values())
    described = (
        f"{_in_words(first)} to {_in_words(last)}, {sum(counts.values())} in all, at most {most} a day"
    )
    drawn = [element("line", x1="0%", x2="100%", y1=_TALL + 0.5, y2=_TALL + 0.5, class_="scale")]
    for index, number in enumerate(counts[day] for day in sorted(counts)):
        if number:
            tall = max(1.0, _TALL * number / most)
            left = across((index + 0.15) / len(counts))
            wide = across(0.7 / len(counts))
            drawn.append(element("rect", x=left, y=_TALL - tall, width=wide, height=tall, class_="gold"))
    below = _TALL + 14
    drawn.append(element("text", words(_in_words(first)), x="0%", y=below))
    drawn.append(element("text", words(_in_words(last)), x="100%", y=below, text_anchor="end"))
    return frame(
        *drawn, key=key, title=title, description=described, width="100%", height=_TALL + _ROOM, kind="days"
    )


def _in_words(day: date) -> str:
    return dateformat.format(day, "j F Y")
