"""A streak on a scale: where somebody's standing probably lies, drawn as gold rubbed on a stone.

The scale runs from 0 to 100. The same gold over a longer stretch is paler, so a wide interval looks as unsure as
it is. The mark at the lower end is what ranks; the grey band under it is where others of the field lie.
"""

from dataclasses import dataclass, fields
from typing import Literal

from django.utils.safestring import SafeString

from vetting.web.drawings.ink import across, at, element, finite, frame, words

Size = Literal["hit", "large"]

_NOTHING_CONFIRMED = "Nothing confirmed yet"
_DENSE = 14.0  # an interval this short (of 100) or shorter is drawn in full gold
_RUBBED = (
    "M0 5 C2 2 8 .5 20 .5 H80 C92 .5 98 2 100 5 C98 8 92 9.5 80 9.5 H20 C8 9.5 2 8 0 5 Z"  # of 100 by 10
)
_PALEST = 0.2  # paler than this the fill would vanish; the outline keeps its contrast in any case


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A standing on the scale of 0 to 100: its middle, its 80 % interval, the field's spread, how many results.

    With n = 0 the three numbers of the person are not drawn, whatever they are.
    Raises ValueError where the numbers are not finite, not on the scale or not in order.
    """

    mean: float
    low: float
    high: float
    field_low: float
    field_mid: float
    field_high: float
    n: int

    def __post_init__(self) -> None:
        for spot in fields(self)[:-1]:
            if not 0 <= finite(spot.name, getattr(self, spot.name)) <= 100:
                msg = f"{spot.name} is not between 0 and 100"
                raise ValueError(msg)
        if self.n < 0:
            msg = "n is below 0"
            raise ValueError(msg)
        if not self.low <= self.mean <= self.high:
            msg = "low, mean and high are not in order"
            raise ValueError(msg)
        if not self.field_low <= self.field_mid <= self.field_high:
            msg = "field_low, field_mid and field_high are not in order"
            raise ValueError(msg)


def streak(standing: Standing, *, size: Size, key: str) -> SafeString:
    """The drawing. 'hit' is a line of a list, without words in it; 'large' carries its numbers."""
    large = size == "large"
    inset = 0.08 if large else 0.01  # room for a number beyond either end
    line = 44.0 if large else 21.0

    def place(value: float) -> float:
        return inset + (1 - 2 * inset) * value / 100

    marks = [*_scale(place(0), place(100), line), *_field(standing, place(0), place(100), line)]
    if standing.n:
        marks += _gold(standing, place(standing.low), place(standing.mean), place(standing.high), line)
    if large:
        marks += _numbers(standing, place(0), place(100), line)
    return frame(
        *marks,
        key=key,
        title="Standing on a scale of 0 to 100" if standing.n else _NOTHING_CONFIRMED,
        description=streak_words(standing),
        width="100%",
        height=76 if large else 30,
        kind="streak",
    )


def streak_words(standing: Standing) -> str:
    """The sentences that read the drawing aloud."""
    field = (
        f"Others in the field lie between {standing.field_low:.0f} and {standing.field_high:.0f}, "
        f"with {standing.field_mid:.0f} in the middle."
    )
    if not standing.n:
        return f"{_NOTHING_CONFIRMED}, so there is no place on the scale. {field}"
    # A result that its client rejected counts as well, so "confirmed" would say too much.
    results = "1 checked result puts" if standing.n == 1 else f"{standing.n} checked results put"
    return (
        f"{results} this standing between {standing.low:.0f} and {standing.high:.0f} of 100 "
        f"(four chances in five), most likely near {standing.mean:.0f}. "
        f"The lower end, {standing.low:.0f}, is what ranks. {field} {_against_field(standing)}"
    )


def streak_short(standing: Standing) -> str:
    """What stands under the drawing in a list."""
    if not standing.n:
        return "nothing confirmed yet"
    results = "1 result" if standing.n == 1 else f"{standing.n} results"
    return f"{standing.low:.0f} to {standing.high:.0f}, from {results}"


def _against_field(standing: Standing) -> str:
    if standing.low > standing.field_mid:
        return "All of it is above the middle of the field."
    if standing.high < standing.field_mid:
        return "All of it is below the middle of the field."
    return "We cannot tell this standing apart from the middle of the field yet."


def _scale(left: float, right: float, line: float) -> list[SafeString]:
    return [
        element("line", x1=across(left), x2=across(right), y1=line, y2=line, class_="scale", stroke_width=1),
        *(
            element(
                "line", x1=across(x), x2=across(x), y1=line - 4, y2=line + 4, class_="scale", stroke_width=1
            )
            for x in (left, right)
        ),
    ]


def _field(standing: Standing, left: float, right: float, line: float) -> list[SafeString]:
    low, mid, high = (
        left + (right - left) * value / 100
        for value in (standing.field_low, standing.field_mid, standing.field_high)
    )
    return [
        element("rect", x=across(low), width=across(high - low), y=line - 2, height=4, class_="field-band"),
        element(
            "line", x1=across(mid), x2=across(mid), y1=line - 5, y2=line + 5, class_="scale", stroke_width=2
        ),
    ]


def _gold(standing: Standing, low: float, mean: float, high: float, line: float) -> list[SafeString]:
    top = line - 17
    density = min(1.0, max(_PALEST, _DENSE / max(standing.high - standing.low, _DENSE)))
    rubbed = element(
        "path",
        d=_RUBBED,
        class_="gold",
        fill_opacity=density,
        stroke_width=1,
        vector_effect="non-scaling-stroke",
    )
    return [
        element(
            "svg",
            rubbed,
            x=across(low),
            y=top,
            width=across(high - low),
            height=10.0,
            viewBox="0 0 100 10",
            preserveAspectRatio="none",
            overflow="visible",
        ),
        element(
            "line", x1=across(mean), x2=across(mean), y1=top - 3, y2=top + 13, class_="tick", stroke_width=2
        ),
        at(low, line, element("path", d="M0 1 L-5 8 L5 8 Z", class_="rank")),
    ]


def _numbers(standing: Standing, left: float, right: float, line: float) -> list[SafeString]:
    """The numbers of the large drawing: the ends beside the streak and the middle above it, so none can collide."""

    def number(
        value: float, x: float, y: float, anchor: str, *, class_: str = "figure", dx: float = 0
    ) -> SafeString:
        return element(
            "text", words(f"{value:.0f}"), x=across(x), y=y, dx=dx, text_anchor=anchor, class_=class_
        )

    def place(value: float) -> float:
        return left + (right - left) * value / 100

    middle = min(0.7, max(0.3, place(standing.field_mid)))
    below = [
        number(0, left, line + 24, "middle"),
        number(100, right, line + 24, "middle"),
        element("text", words("others in the field"), x=across(middle), y=line + 24, text_anchor="middle"),
    ]
    if not standing.n:
        return [
            *below,
            element("text", words(_NOTHING_CONFIRMED.lower()), x="50%", y=line - 14, text_anchor="middle"),
        ]
    return [
        *below,
        number(standing.low, place(standing.low), line - 8, "end", class_="strong", dx=-6),
        number(standing.high, place(standing.high), line - 8, "start", class_="strong", dx=6),
        number(standing.mean, place(standing.mean), line - 24, "middle"),
    ]
