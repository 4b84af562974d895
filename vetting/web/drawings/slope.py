"""A result as a small slope: before, the goal as a ring, what was achieved, and what was left of it later.

The result is drawn in the column of its goal, so a result that meets its goal lands in the ring and a miss shows
its distance. Up on the drawing is always a larger number; which way is better is said in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from vetting.web.drawings.ink import across, at, element, finite, frame

Direction = Literal["up", "down"]
Verdict = Literal["met", "missed", "unknown"]

_HEIGHT = 112
_COLUMN = 112  # at most: columns of equal width make the results of a page comparable line by line
_TOP, _BOTTOM = 16.0, 80.0  # where the largest and the smallest value lie
_NOT_KNOWN = 104.0  # below all values, so that it is not read as one


@dataclass(frozen=True, kw_only=True)
class Point:
    """One value: the number that places it (None: not known), its text with the unit, when it was so."""

    value: float | None
    text: str
    when: str = ""

    def __post_init__(self) -> None:
        if self.value is not None:
            finite("value", self.value)


@dataclass(frozen=True, kw_only=True)
class Later(Point):
    """A value some months after the result."""

    months: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.months <= 0:
            msg = "months is not above 0"
            raise ValueError(msg)


@dataclass(frozen=True, kw_only=True)
class Slope:
    """A result: what was moved, which way is better, and its values in the order of time.

    Raises ValueError where baseline or target is not known: without them there is nothing to measure against.
    """

    metric: str
    direction: Direction
    baseline: Point
    target: Point
    achieved: Point
    later: tuple[Later, ...] = ()
    # Why the numbers alone decide nothing: "nobody has confirmed it", "the client says it is wrong".
    unproved: str = ""

    def __post_init__(self) -> None:
        if self.direction not in ("up", "down"):
            msg = "direction is neither up nor down"
            raise ValueError(msg)
        if self.baseline.value is None or self.target.value is None:
            msg = "baseline and target must be known"
            raise ValueError(msg)

    def verdict(self, point: Point) -> Verdict:
        """How a value stands against the goal."""
        if point.value is None or self.target.value is None or self.unproved:
            return "unknown"
        better = (
            point.value >= self.target.value if self.direction == "up" else point.value <= self.target.value
        )
        return "met" if better else "missed"


def slope(result: Slope, *, key: str) -> SafeString:
    """The drawing: one column for the baseline, one for the result with its goal, one for each later value."""
    measured: list[Point] = [result.baseline, result.achieved, *result.later]
    columns = [(index + 0.5) / len(measured) for index in range(len(measured))]
    heights = _heights([point.value for point in [*measured, result.target]])
    goal = heights.pop()
    assert goal is not None
    drawn = [
        element(
            "line",
            x1=across(columns[1]),
            x2="100%",
            y1=goal,
            y2=goal,
            class_="goal",
            stroke_width=1,
            stroke_dasharray="1 4",
        ),
        element(
            "line",
            x1=across(columns[0]),
            x2=across(columns[1]),
            y1=heights[0] or 0,
            y2=goal,
            class_="goal",
            stroke_width=1,
            stroke_dasharray="4 4",
        ),
        *_path(columns, heights),
        at(columns[1], goal, element("circle", r=10, class_="goal", stroke_width=1.5)),
        at(columns[0], heights[0] or 0, element("circle", r=4, class_="start")),
    ]
    for column, height, point in zip(columns[1:], heights[1:], measured[1:], strict=True):
        drawn.append(
            at(column, _NOT_KNOWN if height is None else height, *verdict_mark(result.verdict(point)))
        )
    return frame(
        *drawn,
        key=key,
        title=f"{result.metric}: {verdict_words(result)}",
        description=slope_words(result),
        width=_COLUMN * len(measured),
        height=_HEIGHT,
        kind="slope",
    )


def verdict_mark(verdict: Verdict) -> tuple[SafeString, ...]:
    """A mark round 0,0, of one size whatever it says: filled, open with a bar, dashed."""
    if verdict == "met":
        return (element("circle", r=5, class_="met", stroke_width=2),)
    ground = element("circle", r=5, class_="ground")
    if verdict == "missed":
        return (
            ground,
            element("circle", r=5, class_="missed", stroke_width=2),
            element("line", x1=-5, x2=5, y1=0, y2=0, class_="missed", stroke_width=2),
        )
    return (ground, element("circle", r=5, class_="unknown", stroke_width=2, stroke_dasharray="3 2.24"))


def verdict_alone(verdict: Verdict) -> SafeString:
    """The mark alone, for a line whose words stand beside it: hidden from screen readers."""
    centred = element("svg", *verdict_mark(verdict), x=8, y=8, overflow="visible")
    return element(
        "svg", centred, class_="drawing", width=16, height=16, aria_hidden="true", focusable="false"
    )


def verdict_words(result: Slope) -> str:
    words = {"met": _("goal met"), "missed": _("goal missed"), "unknown": _("result not known yet")}
    return result.unproved or words[result.verdict(result.achieved)]


def slope_words(result: Slope) -> str:
    """The same figures in sentences."""
    is_up = result.direction == "up"
    limit = _("The goal: %(value)s or more.") if is_up else _("The goal: %(value)s or less.")
    said = [_("Before: %(value)s.") % _dated(result.baseline), limit % _dated(result.target)]
    if result.achieved.value is None:
        said.append(_("The result is not known yet."))
    else:
        achieved = _("Achieved: %(value)s, %(verdict)s.")
        said.append(achieved % {**_dated(result.achieved), "verdict": verdict_words(result)})
    for point in result.later:
        known = _dated(point) if point.value is not None else {"value": _("not known")}
        later = ngettext(
            "%(months)s month later: %(value)s.", "%(months)s months later: %(value)s.", point.months
        )
        said.append(later % {**known, "months": point.months})
    return " ".join([*said, _("Higher is better.") if is_up else _("Lower is better.")])


def span(months: int) -> str:
    return ngettext("%(months)s month", "%(months)s months", months) % {"months": months}


def _dated(point: Point) -> dict[str, str]:
    return {"value": f"{point.text} ({point.when})" if point.when else point.text}


def _heights(values: Sequence[float | None]) -> list[float | None]:
    """Where each value lies. Divided by the largest first: the span of two huge floats would overflow."""
    known = [value for value in values if value is not None]
    largest = max(abs(value) for value in known) or 1.0
    low, high = min(known) / largest, max(known) / largest
    if low == high:
        return [None if value is None else (_TOP + _BOTTOM) / 2 for value in values]
    return [
        None if value is None else _BOTTOM - (_BOTTOM - _TOP) * (value / largest - low) / (high - low)
        for value in values
    ]


def _path(columns: Sequence[float], heights: Sequence[float | None]) -> list[SafeString]:
    """The line through what was measured. A value nobody knows leaves a gap; nothing is drawn across it."""
    drawn = []
    for index in range(1, len(columns)):
        start, end = heights[index - 1], heights[index]
        if start is not None and end is not None:
            drawn.append(
                element(
                    "line",
                    x1=across(columns[index - 1]),
                    x2=across(columns[index]),
                    y1=start,
                    y2=end,
                    class_="path",
                    stroke_width=2,
                )
            )
    return drawn
