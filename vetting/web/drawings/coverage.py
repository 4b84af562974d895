"""Coverage: a block for each engagement that was declared, so that silence and misses keep their place.

Each kind has a shape of its own; colour only repeats it.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, get_args

from django.utils.safestring import SafeString

from vetting.web.drawings.ink import element, frame

Block = Literal["confirmed", "corrected", "missed", "rejected", "declined", "silent", "open", "not_asked"]

KINDS: tuple[Block, ...] = get_args(Block)
MEANING: dict[Block, str] = {
    "confirmed": "confirmed, goal met",
    "corrected": "confirmed with corrected numbers",
    "missed": "confirmed, goal missed",
    "rejected": "called wrong by the client",
    "declined": "declined by the client",
    "silent": "asked, never answered",
    "open": "asked, still waiting",
    "not_asked": "declared, nobody asked",
}
_ANSWERED: frozenset[Block] = frozenset({"confirmed", "corrected", "missed", "rejected"})

_STEP = 16  # a block of 12 and a gap of 4
_IN_A_ROW = 18  # 288 px: a row fits a screen of 320 without shrinking
_MOST = 4 * _IN_A_ROW  # a record of hundreds would push the next one off the screen

_SQUARE = {"x": 1.0, "y": 1.0, "width": 10.0, "height": 10.0, "stroke_width": 1.5}
_SHAPES: dict[Block, tuple[SafeString, ...]] = {
    "confirmed": (element("rect", **_SQUARE, class_="met"),),
    "corrected": (  # half filled: the client kept part of what was said
        element("rect", **_SQUARE, class_="met", fill_opacity=0),
        element("path", d="M1 11 L11 1 L11 11 Z", class_="met"),
    ),
    "missed": (
        element("rect", **_SQUARE, class_="missed"),
        element("line", x1=1, x2=11, y1=6, y2=6, class_="missed", stroke_width=2),
    ),
    "rejected": (
        element("rect", **_SQUARE, class_="missed"),
        element("path", d="M2 2 L10 10 M10 2 L2 10", class_="missed", stroke_width=1.5),
    ),
    "declined": (
        element("rect", **_SQUARE, class_="unknown"),
        element("line", x1=2, x2=10, y1=10, y2=2, class_="unknown", stroke_width=1.5),
    ),
    "silent": (element("rect", **_SQUARE, class_="unknown", stroke_dasharray="2.5 2.5"),),
    "open": (
        element("rect", **_SQUARE, class_="unknown"),
        element("circle", cx=6, cy=6, r=2, class_="quiet"),
    ),
    "not_asked": (element("line", x1=1, x2=11, y1=11, y2=11, class_="unknown", stroke_width=1.5),),
}


def coverage(blocks: Sequence[Block], *, key: str) -> SafeString:
    """The bar, in the order given. Raises ValueError for a kind that is not one of KINDS.

    Where they are too many for one block each, a block stands for several of a kind, and none of a kind is lost.
    """
    for kind in blocks:
        if kind not in KINDS:
            msg = f"no such kind of block: {kind!r}"
            raise ValueError(msg)
    shown = _together(blocks)
    rows = max(1, -(-len(shown) // _IN_A_ROW))
    drawn = [
        element(
            "svg",
            *_SHAPES[kind],
            x=index % _IN_A_ROW * _STEP,
            y=index // _IN_A_ROW * _STEP,
            overflow="visible",
        )
        for index, kind in enumerate(shown)
    ]
    return frame(
        *drawn,
        key=key,
        title=f"Coverage: {_scale(len(blocks))}",
        description=coverage_words(blocks),
        width=max(1, min(len(shown), _IN_A_ROW)) * _STEP - 4,
        height=rows * _STEP - 4,
        kind="coverage",
    )


def block(kind: Block) -> SafeString:
    """One block alone, for a key whose words stand beside it: hidden from screen readers."""
    return element(
        "svg", *_SHAPES[kind], class_="drawing", width=12, height=12, aria_hidden="true", focusable="false"
    )


def coverage_words(blocks: Sequence[Block]) -> str:
    """As in: declared 14 · asked 12 · answered 9 · declined 1 · silent 2"""
    return " · ".join(coverage_counts(blocks))


def coverage_counts(blocks: Sequence[Block]) -> list[str]:
    """The parts of that sentence. Those who are still waiting are named only where there are any."""
    counts = Counter(blocks)
    said = [
        f"declared {len(blocks)}",
        f"asked {len(blocks) - counts['not_asked']}",
        f"answered {sum(counts[kind] for kind in _ANSWERED)}",
        f"declined {counts['declined']}",
        f"silent {counts['silent']}",
    ]
    if counts["open"]:
        said.append(f"waiting {counts['open']}")
    if len(blocks) > _MOST:
        said.append(_scale(len(blocks)))
    return said


def _scale(declared: int) -> str:
    if declared <= _MOST:
        return "one block for each engagement declared"
    return f"a block for about {round(declared / _MOST)} engagements"


def _together(blocks: Sequence[Block]) -> Sequence[Block]:
    if len(blocks) <= _MOST:
        return blocks
    counts, each = Counter(blocks), len(blocks) / _MOST
    return [kind for kind in KINDS if counts[kind] for _ in range(max(1, round(counts[kind] / each)))]
