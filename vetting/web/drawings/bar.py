"""The ledger's small signed bar: right of the line adds, left of it takes away."""

from django.utils.safestring import SafeString

from vetting.web.drawings.ink import element, finite

_HALF = 36


def bar(value: float, largest: float) -> SafeString:
    """The bar of one entry; `largest` is the entry furthest from zero, so that a table shares one scale.

    The number stands beside it, so the drawing is hidden from screen readers.
    Raises ValueError where a number is not finite or the value is larger than `largest`.
    """
    amount, most = finite("value", value), abs(finite("largest", largest))
    if abs(amount) > most:
        msg = "value is larger than largest"
        raise ValueError(msg)
    reach = _HALF * abs(amount) / most if most else 0.0
    drawn = [element("line", x1=_HALF + 1, x2=_HALF + 1, y1=0, y2=12, class_="scale", stroke_width=1)]
    if amount > 0:
        drawn.append(element("rect", x=_HALF + 1, y=2, width=reach, height=8, class_="met"))
    elif amount < 0:  # open, so that the sign is seen without colour
        drawn.append(
            element(
                "rect",
                x=_HALF + 1 - reach,
                y=2.75,
                width=reach,
                height=6.5,
                class_="missed",
                stroke_width=1.5,
            )
        )
    return element(
        "svg", *drawn, class_="drawing", width=2 * _HALF + 2, height=12, aria_hidden="true", focusable="false"
    )
