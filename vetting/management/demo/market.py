"""The demo's market as data: its fields, its countries, its words. The entries stand in the TOML files beside."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vetting.engagements.metrics import METRICS, Metric


@dataclass(frozen=True, slots=True)
class Gauge:
    """A metric of a field, with the range its baseline is drawn from: in EUR where the metric is money.

    `works` is what work on it is called.
    """

    metric: Metric
    low: float
    high: float
    works: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What one kind of consultant does, for whom, and in which words. `roles`: who at a client knows the numbers."""

    key: str
    name: str
    industries: tuple[str, ...]
    roles: tuple[str, ...]
    gauges: tuple[Gauge, ...]
    scopes: tuple[str, ...]
    scopes_in: Mapping[str, Sequence[str]]
    steps: tuple[str, ...]
    paths: tuple[str, ...]
    titles: tuple[str, ...]
    skills: tuple[str, ...]
    saw: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """`euro` units of `currency` make one euro; `day` is the usual fee of a day, in EUR."""

    code: str
    weight: int
    currency: str
    euro: float
    day: int
    languages: tuple[str, ...]
    tongue: str
    towns: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    last: tuple[str, ...]
    stems: tuple[str, ...]
    legal: tuple[str, ...]


def _table(name: str) -> dict[str, Any]:
    with Path(__file__).with_name(f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def _frozen(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


def _field(key: str, row: dict[str, Any]) -> Field:
    gauges = tuple(
        Gauge(METRICS[gauge["metric"]], gauge["low"], gauge["high"], tuple(gauge["works"]))
        for gauge in row.pop("gauges")
    )
    return Field(key=key, gauges=gauges, **_frozen(row))


FIELDS: Final = tuple(_field(key, row) for key, row in _table("fields").items())
COUNTRIES: Final = {code: Country(code=code, **_frozen(row)) for code, row in _table("places").items()}
# industry > tongue > what companies call themselves
COMPANY_WORDS: Final[Mapping[str, Mapping[str, list[str]]]] = _table("companies")
WORDS: Final[Mapping[str, Any]] = _table("words")


def field_of(key: str) -> Field:
    return next(field for field in FIELDS if field.key == key)
