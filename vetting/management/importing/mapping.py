"""The mapping: which column of the file means what, read from TOML and checked before a row is read."""

import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from vetting.companies.states import KINDS
from vetting.engagements.metrics import METRICS
from vetting.engagements.states import CONFIDENTIALITY, MODES

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class MappingError(Exception):
    """What is wrong with the mapping, naming its table and key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A second file, beside the first, that tells the name of a key."""

    file: str
    key: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A baseline from the field itself: the mean of `column` over the other rows of the same group.

    `within` names the columns that make a group; a row that is alone there is compared within `else_within`.
    """

    column: str
    within: tuple[str, ...]
    else_within: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Templates hold {column}; dates are ISO 8601. Exactly one of `baseline` and `field` is set; so of the targets."""

    source: str
    key: tuple[str, ...]
    person: str
    person_name: str
    names: Names | None
    person_country: str
    person_languages: tuple[str, ...]
    client: str
    client_name: str
    client_kind: str
    client_country: str
    work: str
    starts_on: str
    ends_on: str
    mode: str
    confidentiality: str
    metric: str
    currency: str
    achieved: str
    baseline: str
    field: Field | None
    target: str
    beat_by: Decimal | None
    due_on: str
    note: str
    verified_on: str
    record: str

    def columns(self) -> set[str]:
        """Every column of the file that is read."""
        plain = [
            *self.key,
            self.person,
            self.client,
            self.starts_on,
            self.ends_on,
            self.achieved,
            self.baseline,
        ]
        plain += [self.target, self.due_on, self.verified_on]
        if self.field is not None:
            plain += [self.field.column, *self.field.within, *self.field.else_within]
        templates = (self.person_name, self.client_name, self.work, self.note, self.record)
        return {name for name in plain if name}.union(*map(placeholders, templates))


def placeholders(template: str) -> set[str]:
    return set(_PLACEHOLDER.findall(template))


def filled(template: str, row: MappingType[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: row[found[1]], template)


def read_mapping(path: Path) -> Mapping:
    """Raises MappingError, and OSError where the file cannot be read."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{path.name} is not TOML: {error}"
        raise MappingError(message) from error
    return _Reader(tables).mapping()


class _Reader:
    """Takes the keys out of the tables one by one; what is left over in the end is a slip of the pen."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._tables = {
            name: dict(table) if isinstance(table, dict) else {} for name, table in tables.items()
        }

    def mapping(self) -> Mapping:
        found = Mapping(
            source=self._text("source", "name"),
            key=self._list("source", "key"),
            person=self._text("person", "id"),
            person_name=self._text("person", "name", ""),
            names=self._names(),
            person_country=self._text("person", "country"),
            person_languages=self._list("person", "languages"),
            client=self._text("client", "id"),
            client_name=self._text("client", "name"),
            client_kind=self._word("client", "kind", KINDS),
            client_country=self._text("client", "country", ""),
            work=self._text("work", "title"),
            starts_on=self._text("work", "starts_on"),
            ends_on=self._text("work", "ends_on"),
            mode=self._word("work", "mode", MODES),
            confidentiality=self._word("work", "confidentiality", CONFIDENTIALITY),
            metric=self._word("goal", "metric", METRICS),
            currency=self._text("goal", "currency", ""),
            achieved=self._text("goal", "achieved"),
            baseline=self._text("goal", "baseline", ""),
            field=self._field(),
            target=self._text("goal", "target", ""),
            beat_by=self._number("goal", "beat_baseline_by"),
            due_on=self._text("goal", "due_on"),
            note=self._text("goal", "note", ""),
            verified_on=self._text("verified", "on"),
            record=self._text("verified", "record"),
        )
        self._one_of(found.baseline, found.field, "baseline", "baseline_of_others")
        self._one_of(found.target, found.beat_by, "target", "beat_baseline_by")
        self._one_of(found.person_name, found.names, "name", "names", table="person")
        if left := sorted(f"[{name}] {key}" for name, table in self._tables.items() for key in table):
            message = f"Not known in a mapping: {', '.join(left)}."
            raise MappingError(message)
        return found

    def _text(self, table: str, key: str, default: str | None = None) -> str:
        value = self._tables.get(table, {}).pop(key, default)
        if value is None:
            message = f"[{table}] {key} is missing."
            raise MappingError(message)
        if not isinstance(value, str):
            message = f"[{table}] {key} must be text in quotation marks."
            raise MappingError(message)
        return value

    def _word(self, table: str, key: str, known: Iterable[str]) -> str:
        value = self._text(table, key)
        if value not in known:
            message = f"[{table}] {key}: {value!r} is not one of {', '.join(known)}."
            raise MappingError(message)
        return value

    def _list(self, table: str, key: str) -> tuple[str, ...]:
        value = self._tables.get(table, {}).pop(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
            message = f"[{table}] {key} must be a list of texts."
            raise MappingError(message)
        return tuple(value)

    def _number(self, table: str, key: str) -> Decimal | None:
        value = self._tables.get(table, {}).pop(key, None)
        try:
            return None if value is None else Decimal(str(value))
        except InvalidOperation:
            message = f"[{table}] {key} must be a number."
            raise MappingError(message) from None

    def _names(self) -> Names | None:
        value = self._tables.get("person", {}).pop("names", None)
        if value is None:
            return None
        wanted = {field.name for field in fields(Names)}
        if not isinstance(value, dict) or set(value) != wanted:
            message = f"[person] names needs exactly {', '.join(sorted(wanted))}."
            raise MappingError(message)
        return Names(**{name: str(value[name]) for name in wanted})

    def _field(self) -> Field | None:
        if "baseline_of_others" not in self._tables.get("goal", {}):
            return None
        column = self._text("goal", "baseline_of_others")
        return Field(
            column=column, within=self._list("goal", "within"), else_within=self._list("goal", "else_within")
        )

    def _one_of(self, first: object, second: object, a: str, b: str, *, table: str = "goal") -> None:
        if (first in ("", None)) == (second is None):
            message = f"[{table}] needs either {a} or {b}."
            raise MappingError(message)
