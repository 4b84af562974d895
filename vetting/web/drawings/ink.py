"""The pen every drawing uses: SVG elements whose text and attributes are always escaped.

Positions across a drawing are given in per cent and everything else in pixels, so that a drawing fills the
width it is given while its words, strokes and marks keep their size: at 320 px the figures are as readable as
at 1280. Colours are classes of the stylesheet; a style attribute would be refused by the security policy.
"""

import math

from django.utils.html import conditional_escape, escape, format_html_join
from django.utils.safestring import SafeString


def finite(name: str, value: float) -> float:
    """The value as a float. Raises ValueError, naming the field, for anything that has no place on a scale."""
    number = float(value)
    if not math.isfinite(number):
        msg = f"{name} is not a finite number"
        raise ValueError(msg)
    return number


def length(value: float) -> str:
    """Two decimals at most, no trailing zeros, never a minus zero: equal drawings are equal bytes."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def across(share: float) -> str:
    """A position across the drawing: 0 is its left edge, 1 its right."""
    return f"{length(share * 100)}%"


def element(name: str, *children: SafeString, **attributes: str | float) -> SafeString:
    """One SVG element. `stroke_width=2` becomes stroke-width="2"; `class_` becomes class, a word Python keeps."""
    written = format_html_join(
        "",
        ' {}="{}"',
        (
            (key.rstrip("_").replace("_", "-"), value if isinstance(value, str) else length(value))
            for key, value in attributes.items()
        ),
    )
    inner = "".join(conditional_escape(child) for child in children)
    return SafeString(f"<{name}{written}>{inner}</{name}>")


def words(text: str) -> SafeString:
    """Text to be read, escaped."""
    return SafeString(escape(text))


def at(share: float, y: float, *children: SafeString) -> SafeString:
    """Shapes drawn round their own 0,0, placed at a share of the width: the only way to put a path at a per cent."""
    return element("svg", *children, x=across(share), y=y, overflow="visible")


def frame(
    *children: SafeString,
    key: str,
    title: str,
    description: str,
    width: str | float,
    height: float,
    kind: str,
) -> SafeString:
    """The drawing itself: an image with a name and a description that a screen reader reads.

    `key` must be unique on the page: the ids of title and description are made of it.
    """
    return element(
        "svg",
        element("title", words(title), id=f"{key}-title"),
        element("desc", words(description), id=f"{key}-desc"),
        *children,
        class_=f"drawing drawing-{kind}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        focusable="false",
        width=width,
        height=height,
    )
