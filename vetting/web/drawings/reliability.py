"""Forecasts against what happened: a mark for each tenth, and the line on which all of them would lie if all came true.

Across is what was said, upward what was true. The size of a mark tells how many it stands for.
"""

import math
from collections.abc import Sequence

from django.utils.safestring import SafeString

from vetting.scoring.reliability import Reliability, Tenth
from vetting.web.drawings.ink import at, element, finite, frame, words

_HEIGHT, _TOP, _BOTTOM = 280.0, 16.0, 40.0
_LEFT, _RIGHT = 0.12, 0.96
_SMALLEST, _LARGEST = 3.0, 12.0


def reliability(found: Reliability, *, key: str) -> SafeString:
    """The drawing; its figures stand in the table beside it. Raises ValueError where a number is not finite."""
    marks = [*_axes(), *_diagonal()]
    most = max((tenth.n for tenth in found.tenths), default=0)
    marks += [_mark(tenth, most) for tenth in found.tenths if tenth.n]
    if not found.n:
        marks.append(
            element("text", words("nothing is settled yet"), x="54%", y=_up(0.5) - 12, text_anchor="middle")
        )
    return frame(
        *marks,
        key=key,
        title="What was forecast, and how often it came true",
        description=reliability_words(found.tenths),
        width="100%",
        height=_HEIGHT,
        kind="reliability",
    )


def reliability_words(tenths: Sequence[Tenth]) -> str:
    """The drawing read aloud."""
    told = [
        f"Of {tenth.n} forecast at {100 * (tenth.mean or 0):.0f} % on average, {tenth.met} came true."
        for tenth in tenths
        if tenth.n
    ]
    return " ".join(told) or "No forecast is settled yet."


def _along(chance: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * chance


def _up(part: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * part


def _axes() -> list[SafeString]:
    drawn = []
    for percent in (0, 25, 50, 75, 100):
        part = percent / 100
        x, y = f"{100 * _along(part):g}%", _up(part)
        drawn += [
            element(
                "line",
                x1=f"{100 * _LEFT:g}%",
                x2=f"{100 * _RIGHT:g}%",
                y1=y,
                y2=y,
                class_="scale",
                stroke_width=0.5,
            ),
            element("text", words(f"{percent} %"), x=f"{100 * _LEFT:g}%", y=y + 4, dx=-6, text_anchor="end"),
            element("text", words(f"{percent} %"), x=x, y=_HEIGHT - _BOTTOM + 18, text_anchor="middle"),
        ]
    label = element("text", words("said beforehand"), x="54%", y=_HEIGHT - 4, text_anchor="middle")
    return [*drawn, label]


def _diagonal() -> list[SafeString]:
    left, right = f"{100 * _LEFT:g}%", f"{100 * _RIGHT:g}%"
    return [element("line", x1=left, x2=right, y1=_up(0), y2=_up(1), class_="scale", stroke_width=1.5)]


def _mark(tenth: Tenth, most: int) -> SafeString:
    said = finite("mean", tenth.mean if tenth.mean is not None else math.nan)
    size = max(_SMALLEST, _LARGEST * math.sqrt(tenth.n / most))
    circle = element("circle", cx=0, cy=0, r=size, class_="gold", stroke_width=1)
    return at(_along(said), _up(tenth.met / tenth.n), circle)
