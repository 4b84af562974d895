"""The business metrics a goal may be set on: what each means, how it is counted, how its values are written.

The entries stand in metrics.toml, where each field is explained; docs/reference/metrics.md is made from them.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from vetting.kernel.languages import value_words
from vetting.kernel.lookup import matching
from vetting.kernel.places import CURRENCIES
from vetting.scoring.evidence import Direction

_LONGEST_KEY: Final = 60  # as the column that holds it
_THIN_SPACE: Final = "\N{NARROW NO-BREAK SPACE}"
_MINUS: Final = "\N{MINUS SIGN}"


class UnknownMetric(KeyError):  # noqa: N818 - says what happened, as its message does
    """No metric has this key. Its text is a sentence for a person, `nearest` the keys most like it."""

    def __init__(self, key: str) -> None:
        self.key = key[:_LONGEST_KEY]
        self.nearest = get_close_matches(self.key.casefold(), METRICS, n=3)
        super().__init__(key)

    def __str__(self) -> str:
        nearest = f" The nearest: {', '.join(self.nearest)}." if self.nearest else ""
        return f'There is no metric "{self.key}".{nearest}'


class Category(StrEnum):
    REVENUE = "revenue"
    COST_TO_SERVE = "cost_to_serve"
    MARGIN = "margin"
    RETENTION = "retention"
    CYCLE_TIME = "cycle_time"
    QUALITY = "quality"
    RISK = "risk"
    CAPABILITY = "capability"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ")


class Unit(StrEnum):
    PERCENT = "percent"
    POINTS = "points"  # percentage points: the difference of two shares
    RATIO = "ratio"
    SCORE = "score"
    COUNT = "count"
    MONEY = "money"
    MONEY_PER_ITEM = "money_per_item"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    PER_WEEK = "per_week"
    PER_HUNDRED = "per_hundred"
    PER_MILLION = "per_million"


_MONEY: Final = frozenset({Unit.MONEY, Unit.MONEY_PER_ITEM})
# What is written after the number, where it is one and where it is another.
_UNIT_WORDS: Final[Mapping[Unit, tuple[str, str]]] = {
    Unit.PERCENT: ("%", "%"),
    Unit.POINTS: ("percentage point", "percentage points"),
    Unit.MINUTES: ("minute", "minutes"),
    Unit.HOURS: ("hour", "hours"),
    Unit.DAYS: ("day", "days"),
    Unit.PER_WEEK: ("per week", "per week"),
    Unit.PER_HUNDRED: ("per 100", "per 100"),
    Unit.PER_MILLION: ("per million", "per million"),
}


class UsualChangeOf(StrEnum):
    """What a usual change is a share of: the baseline, or the way from it to the best; or plain units."""

    BASELINE = "baseline"
    GAP = "gap"
    UNIT = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualChange:
    """What a year of good work usually brings. Not to be read as a bare number: usual_step() applies it."""

    amount: Decimal
    of: UsualChangeOf
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One entry of the catalogue; `key` never changes. Values outside `floor` and `ceiling` cannot be."""

    key: str
    name: str
    category: Category
    unit: Unit
    direction: Direction
    decimals: int
    floor: Decimal | None
    ceiling: Decimal | None
    formula: str
    baseline: str
    usual_change: UsualChange
    source: str
    synonyms: tuple[str, ...]

    @property
    def needs_currency(self) -> bool:
        return self.unit in _MONEY

    @property
    def best(self) -> Decimal | None:
        """The best value there can be, or None where nothing bounds the metric on its good side."""
        return self.ceiling if self.direction is Direction.UP else self.floor


def _read() -> dict[str, Metric]:
    with Path(__file__).with_name("metrics.toml").open("rb") as file:
        rows = tomllib.load(file, parse_float=Decimal)["metric"]
    return {row["key"]: _metric(row) for row in rows}


def _metric(row: Mapping[str, Any]) -> Metric:
    return Metric(
        key=row["key"],
        name=row["name"],
        category=Category(row["category"]),
        unit=Unit(row["unit"]),
        direction=Direction[row["direction"].upper()],
        decimals=row["decimals"],
        floor=Decimal(row["floor"]) if "floor" in row else None,
        ceiling=Decimal(row["ceiling"]) if "ceiling" in row else None,
        formula=row["formula"],
        baseline=row["baseline"],
        usual_change=UsualChange(
            amount=Decimal(row["usual_change"]),
            of=UsualChangeOf(row["usual_change_of"]),
            reason=row["usual_change_reason"],
        ),
        source=row["source"],
        synonyms=tuple(row["synonyms"]),
    )


METRICS: Final[Mapping[str, Metric]] = MappingProxyType(_read())


def metric(key: str) -> Metric:
    """Raises UnknownMetric, which names the nearest known keys."""
    try:
        return METRICS[key]
    except KeyError:
        raise UnknownMetric(key) from None


def by_category() -> dict[Category, list[Metric]]:
    """All eight categories in their order, each with its metrics in theirs."""
    return {category: [m for m in METRICS.values() if m.category is category] for category in Category}


def find(text: str) -> list[Metric]:
    """Metrics whose name or synonyms hold every word typed, best first; none for no words."""
    return matching(text, METRICS.values(), lambda entry: (entry.name, *entry.synonyms))


def check_value(kind: Metric, value: Decimal) -> str | None:
    """Why the metric cannot have this value, as a sentence, or None where it can."""
    name = pgettext("metric", kind.name)
    if not value.is_finite():
        return _("%(metric)s needs a number.") % {"metric": name}
    if kind.floor is not None and value < kind.floor:
        return _("%(metric)s cannot be below %(value)s.") % {
            "metric": name,
            "value": value_words(_with_unit(kind, kind.floor)),
        }
    if kind.ceiling is not None and value > kind.ceiling:
        return _("%(metric)s cannot be above %(value)s.") % {
            "metric": name,
            "value": value_words(_with_unit(kind, kind.ceiling)),
        }
    return None


def format_value(kind: Metric, value: Decimal, currency: str = "") -> str:
    """A value with its unit as text: "9.40 EUR", "12.5 %", "34 days".

    Thousands are set apart by a narrow no-break space, a minus is a minus sign. Money has all its decimals,
    other numbers none that say nothing. What is not zero never reads as zero. KeyError where money comes
    without a known currency.
    """
    if not kind.needs_currency:
        return _with_unit(kind, value)
    places = min(kind.decimals, CURRENCIES[currency].decimals)
    return f"{_grouped(_rounded(value, places))} {currency}"


def unit_words(kind: Metric, currency: str = "") -> str:
    """What is written after several of this metric, as in EUR, % or days; empty for a count, a ratio or a score."""
    return currency if kind.needs_currency else _UNIT_WORDS.get(kind.unit, ("", ""))[1]


def usual_step(kind: Metric, baseline: Decimal) -> Decimal:
    """What a year of good work usually moves the metric from this baseline, in its unit; always above zero.

    The ambition of a goal is its change divided by this. A share of a tiny baseline would make any goal a
    feat, so the step is never smaller than one of the last digit shown.
    """
    usual = kind.usual_change
    if usual.of is UsualChangeOf.UNIT:
        return usual.amount
    least = Decimal(1).scaleb(-kind.decimals)
    if usual.of is UsualChangeOf.GAP and kind.best is not None:
        return max(usual.amount * abs(kind.best - baseline), least)
    return max(usual.amount * abs(baseline), least)


def reference_page() -> str:
    """docs/reference/metrics.md: every metric of the catalogue, as Markdown."""
    lines = [
        "# Metrics",
        "",
        "<!-- Made by reference_page() from vetting/engagements/metrics.toml: change the entries there. -->",
        "",
        f"The {len(METRICS)} business metrics a goal may be set on, in eight categories. What a client",
        "confirms is a value of the metric as it is defined here. *Usual change* is what a year of good work",
        "brings: a judgement, kept on the low side and given with its reason, by which a goal's ambition is",
        "measured.",
    ]
    for category, kinds in by_category().items():
        lines += ["", f"## {category.label.capitalize()}"]
        for kind in kinds:
            lines += ["", *_entry(kind)]
    return "\n".join(lines) + "\n"


def _entry(kind: Metric) -> list[str]:
    better = "higher" if kind.direction is Direction.UP else "lower"
    return [
        f"### {kind.name}",
        "",
        f"`{kind.key}` · {kind.unit.replace('_', ' ')} · {better} is better{_range(kind)}",
        "",
        f"- **How it is counted:** {kind.formula}",
        f"- **Baseline:** {kind.baseline}",
        f"- **Usual change:** {_usual(kind)}. {kind.usual_change.reason}",
        f"- **Definition:** {kind.source}",
        f"- **Also called:** {', '.join(kind.synonyms)}",
    ]


def _range(kind: Metric) -> str:
    if kind.floor is not None and kind.ceiling is not None:
        return f" · from {_grouped(kind.floor)} to {_grouped(kind.ceiling)}"
    if kind.floor is not None:
        return f" · {_grouped(kind.floor)} or more"
    return "" if kind.ceiling is None else f" · {_grouped(kind.ceiling)} or less"


def _usual(kind: Metric) -> str:
    usual = kind.usual_change
    if usual.of is UsualChangeOf.UNIT:
        unit = "percentage points" if kind.unit is Unit.PERCENT else "points"
        return f"{_grouped(usual.amount)} {unit}"
    share = f"{_grouped(_rounded(usual.amount * 100, 0))} %"
    if usual.of is UsualChangeOf.GAP:
        return f"{share} of the way from the baseline to {_with_unit(kind, kind.best or Decimal(0))}"
    return f"{share} of the baseline"


def _with_unit(kind: Metric, value: Decimal) -> str:
    """For values that are no money, and for bounds, whose currency nobody needs to know."""
    shown = _rounded(value, kind.decimals)
    one, other = _UNIT_WORDS.get(kind.unit, ("", ""))
    return f"{_grouped(shown.normalize())} {one if abs(shown) == 1 else other}".rstrip()


def _rounded(value: Decimal, places: int) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if value and not rounded:
        return value.quantize(Decimal(1).scaleb(value.adjusted()), ROUND_HALF_UP)
    return rounded


def _grouped(value: Decimal) -> str:
    text = f"{value:,f}" if value else f"{abs(value):f}"  # no minus before nothing but zeros
    return text.replace(",", _THIN_SPACE).replace("-", _MINUS)
