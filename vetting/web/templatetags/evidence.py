"""Tags that put the drawings on a page, each with its figures in words beside it.

Every tag takes a mapping or any object with the attributes it names, so that a page passes what a query gave it.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from vetting.web.drawings import bar as bars
from vetting.web.drawings import coverage as blocks_drawn
from vetting.web.drawings import levels as squares
from vetting.web.drawings import slope as slopes
from vetting.web.drawings import streak as streaks

register = template.Library()

_COUNT = "drawings_on_this_page"


@register.inclusion_tag("parts/streak.html", takes_context=True)
def streak(context: Context, card: object, size: streaks.Size = "hit") -> dict[str, object]:
    """{% streak card %} or {% streak card size="large" %}.

    card: mean, low, high, field_low, field_mid, field_high (0 to 100) and n, the number of checked results.
    """
    standing = streaks.Standing(
        mean=_number(card, "mean"),
        low=_number(card, "low"),
        high=_number(card, "high"),
        field_low=_number(card, "field_low"),
        field_mid=_number(card, "field_mid"),
        field_high=_number(card, "field_high"),
        n=int(_number(card, "n")),
    )
    words = streaks.streak_words(standing) if size == "large" else streaks.streak_short(standing)
    return {"size": size, "words": words, "drawing": streaks.streak(standing, size=size, key=_key(context))}


@register.inclusion_tag("parts/streak_key.html")
def streak_key() -> dict[str, object]:
    """{% streak_key %}: how to read a streak, in one line. Once a page, above the first streak."""
    return {}


@register.inclusion_tag("parts/slope.html", takes_context=True)
def slope(context: Context, result: object) -> dict[str, object]:
    """{% slope result %}.

    result: metric, direction ("up" or "down": which way is better), baseline, target, achieved (each with value,
    text and, where known, when), later (each of these with months as well), and unproved where a client has not
    confirmed the result: the words that stand in place of a verdict. A value of None is not known.
    """
    drawn = slopes.Slope(
        metric=str(_read(result, "metric")),
        direction=cast("slopes.Direction", _read(result, "direction")),
        baseline=_point(_read(result, "baseline")),
        target=_point(_read(result, "target")),
        achieved=_point(_read(result, "achieved")),
        later=tuple(
            slopes.Later(months=int(_number(point, "months")), **vars(_point(point)))
            for point in cast("Sequence[object]", _read(result, "later", ()))
        ),
        unproved=str(_read(result, "unproved", "")),
    )
    return {
        "drawing": slopes.slope(drawn, key=_key(context)),
        "result": drawn,
        "later": [(slopes.span(point.months), point) for point in drawn.later],
        "verdict": capfirst(slopes.verdict_words(drawn)),
        "mark": slopes.verdict_alone(drawn.verdict(drawn.achieved)),
        "better": _("higher is better") if drawn.direction == "up" else _("lower is better"),
    }


@register.inclusion_tag("parts/coverage.html", takes_context=True)
def coverage(context: Context, blocks: Sequence[blocks_drawn.Block]) -> dict[str, object]:
    """{% coverage blocks %}: blocks are words of coverage.KINDS, one for each engagement, in order of time."""
    return {
        "drawing": blocks_drawn.coverage(blocks, key=_key(context)),
        "counts": blocks_drawn.coverage_counts(blocks),
    }


@register.inclusion_tag("parts/coverage_key.html")
def coverage_key(blocks: Sequence[blocks_drawn.Block]) -> dict[str, object]:
    """{% coverage_key blocks %}: what each kind of block in this bar means, and how many there are."""
    return {
        "kinds": [
            (blocks_drawn.block(kind), blocks.count(kind), blocks_drawn.MEANING[kind])
            for kind in blocks_drawn.KINDS
            if kind in blocks
        ]
    }


@register.inclusion_tag("parts/level.html")
def levels(level: int) -> dict[str, object]:
    """{% levels 3 %}: the five squares and the word of an evidence level, 0 to 5."""
    return {"drawing": squares.levels(level), "words": squares.level_words(level)}


@register.inclusion_tag("parts/levels_key.html")
def levels_key() -> dict[str, object]:
    """{% levels_key %}: all six evidence levels with their words."""
    return {"levels": range(len(squares.WORDS))}


@register.simple_tag
def verdict(word: slopes.Verdict) -> SafeString:
    """{% verdict "missed" %}: the mark of a result that was met, missed or is unknown, beside words that say so."""
    return slopes.verdict_alone(word)


@register.simple_tag
def bar(value: float, largest: float) -> SafeString:
    """{% bar entry.adds largest %}: the signed bar of a ledger's row. The number stands beside it."""
    return bars.bar(value, largest)


def _read(source: object, name: str, *default: object) -> object:
    if isinstance(source, Mapping):
        return source.get(name, *default) if default else source[name]
    return getattr(source, name, *default)


def _number(source: object, name: str) -> float:
    return float(cast("float", _read(source, name)))


def _point(source: object) -> slopes.Point:
    value = cast("float | None", _read(source, "value"))
    return slopes.Point(
        value=None if value is None else float(value),
        text=str(_read(source, "text")),
        when=str(_read(source, "when", "")).replace("\N{NO-BREAK SPACE}", " "),  # a column may be narrow
    )


def _key(context: Context) -> str:
    """The next unused id of this page.

    The lowest dict of the render context is the one thing that all parts of one rendering share, and no two
    renderings do: ids never collide, and the same page is the same bytes.
    """
    shared = cast("dict[str, int]", context.render_context.dicts[0])
    shared[_COUNT] = shared.get(_COUNT, 0) + 1
    return f"drawing-{shared[_COUNT]}"
