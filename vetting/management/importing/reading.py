"""Reads the file once, row by row; a bad row becomes a named fault, never a crash."""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path

from vetting.management.importing.mapping import Field, Mapping, MappingError, Names, filled

MIDDAY = time(12, tzinfo=UTC)
_MICRO = Decimal("1e-6")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row. `row` counts lines as an editor does: the header is line 1."""

    row: int
    column: str
    reason: str


class BadRowError(Exception):
    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"row {fault.row}, {fault.column}: {fault.reason}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One row, in the words of the rooms."""

    row: int
    key: str
    person: str
    person_name: str
    client: str
    client_name: str
    work: str
    starts_on: date
    ends_on: date
    baseline: Decimal
    target: Decimal
    achieved: Decimal
    due_on: date
    note: str
    verified_at: datetime
    record: str


@dataclass(slots=True)
class _Sum:
    total: Decimal = Decimal(0)
    count: int = 0


@dataclass(slots=True)
class FieldMeans:
    """Sums by group, gathered in a pass of its own before the first row is loaded: a row needs the rows after it."""

    rule: Field
    near: dict[tuple[str, ...], _Sum] = field(default_factory=lambda: defaultdict(_Sum))
    far: dict[tuple[str, ...], _Sum] = field(default_factory=lambda: defaultdict(_Sum))

    def add(self, row: MappingType[str, str]) -> None:
        """A value that is no number is left out here and named when its own row is read."""
        try:
            value = Decimal(row[self.rule.column])
        except InvalidOperation:
            return
        if value.is_finite():
            for found in self._groups(row):
                found.total += value
                found.count += 1

    def of_others(self, row: MappingType[str, str], own: Decimal) -> Decimal | None:
        """The mean of the other rows of the near group, else of the far one; None where there is no other."""
        for found in self._groups(row):
            if found.count > 1:
                return ((found.total - own) / (found.count - 1)).quantize(_MICRO)
        return None

    def _groups(self, row: MappingType[str, str]) -> tuple[_Sum, _Sum]:
        near = self.near[tuple(row[name] for name in self.rule.within)]
        return near, self.far[tuple(row[name] for name in self.rule.else_within)]


@contextmanager
def opened(path: Path) -> Iterator[tuple[io.TextIOBase, io.BufferedReader]]:
    """The text of a CSV or CSV.gz file, and the raw file whose position tells how far one has read."""
    with path.open("rb") as raw:
        inner = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        yield io.TextIOWrapper(inner, encoding="utf-8-sig", errors="replace", newline=""), raw


def rows(text: io.TextIOBase) -> Iterator[tuple[int, dict[str, str | None] | csv.Error]]:
    """Line number and row, or why that line is no CSV; a missing column is None, one too many is under the key ''."""
    reader = csv.DictReader(text, restkey="")
    while True:
        try:
            yield reader.line_num + 1, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, error


def check_header(path: Path, mapping: Mapping) -> None:
    """Raises MappingError where the file lacks a column that the mapping names."""
    with opened(path) as (text, _):
        header = next(csv.reader(text), [])
    if missing := sorted(mapping.columns() - set(header)):
        message = f"{path.name} has no column {', '.join(missing)}; it has {', '.join(header) or 'none'}."
        raise MappingError(message)


def read_names(beside: Path, names: Names | None) -> MappingType[str, str]:
    if names is None:
        return {}
    with opened(beside.parent / names.file) as (text, _):
        reader = csv.DictReader(text)
        if missing := sorted({names.key, names.value} - set(reader.fieldnames or ())):
            message = f"{names.file} has no column {', '.join(missing)}."
            raise MappingError(message)
        return {row[names.key]: row[names.value] for row in reader}


def field_means(path: Path, mapping: Mapping) -> FieldMeans | None:
    if mapping.field is None:
        return None
    means = FieldMeans(mapping.field)
    with opened(path) as (text, _):
        for row in csv.DictReader(text):
            if None not in row.values():
                means.add(row)
    return means


class RowParser:
    """Turns rows into Parsed. `parse` raises BadRowError with every fault of the row at once."""

    def __init__(self, mapping: Mapping, names: MappingType[str, str], means: FieldMeans | None) -> None:
        self._mapping, self._names, self._means = mapping, names, means
        self._seen: dict[tuple[str, ...], int] = defaultdict(int)
        self._faults: list[Fault] = []

    def parse(self, number: int, row: MappingType[str, str | None] | csv.Error) -> Parsed:
        if isinstance(row, csv.Error):
            raise BadRowError([Fault(number, "(the line)", f"cannot be read as CSV: {row}")])
        self._faults = []
        whole = self._whole(number, row)
        mapping = self._mapping
        achieved = self._number(number, whole, mapping.achieved)
        baseline = self._baseline(number, whole, achieved)
        target = self._target(number, whole, baseline)
        days = {name: self._day(number, whole, name) for name in self._day_columns()}
        name = self._name(number, whole)
        if self._faults:
            raise BadRowError(self._faults)
        return Parsed(
            row=number,
            key=self._key(whole),
            person=whole[mapping.person],
            person_name=name,
            client=whole[mapping.client],
            client_name=filled(mapping.client_name, whole),
            work=filled(mapping.work, whole),
            starts_on=days[mapping.starts_on],
            ends_on=days[mapping.ends_on],
            baseline=baseline,
            target=target,
            achieved=achieved,
            due_on=days[mapping.due_on],
            note=filled(mapping.note, whole),
            verified_at=datetime.combine(days[mapping.verified_on], MIDDAY),
            record=filled(mapping.record, whole),
        )

    def _whole(self, number: int, row: MappingType[str, str | None]) -> dict[str, str]:
        if "" in row:
            raise BadRowError([Fault(number, "(the line)", "has more fields than the header")])
        missing = [name for name, value in row.items() if value is None]
        if missing:
            raise BadRowError(
                [Fault(number, missing[0], "is missing: the line has fewer fields than the header")]
            )
        return {name: value.strip() for name, value in row.items() if value is not None}

    def _key(self, row: MappingType[str, str]) -> str:
        """The key columns and, where rows share them, which of those it is: the second equal row is another row."""
        parts = tuple(row[name] for name in self._mapping.key)
        self._seen[parts] += 1
        return "\x1f".join((*parts, str(self._seen[parts])))

    def _day_columns(self) -> set[str]:
        mapping = self._mapping
        return {mapping.starts_on, mapping.ends_on, mapping.due_on, mapping.verified_on}

    def _number(self, number: int, row: MappingType[str, str], column: str) -> Decimal:
        try:
            value = Decimal(row[column])
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            shown = row[column][:40]
            self._fault(
                number, column, f"{shown!r} is not a number" if shown else "is empty; a number is needed"
            )
            return Decimal(0)
        return value

    def _baseline(self, number: int, row: MappingType[str, str], achieved: Decimal) -> Decimal:
        if self._means is None:
            return self._number(number, row, self._mapping.baseline)
        others = self._means.of_others(row, achieved)
        if others is None:
            self._fault(number, self._means.rule.column, "there is no other row to compare with")
            return Decimal(0)
        return others

    def _target(self, number: int, row: MappingType[str, str], baseline: Decimal) -> Decimal:
        if self._mapping.beat_by is None:
            return self._number(number, row, self._mapping.target)
        return baseline + self._mapping.beat_by

    def _day(self, number: int, row: MappingType[str, str], column: str) -> date:
        try:
            return date.fromisoformat(row[column])
        except ValueError:
            self._fault(number, column, f"{row[column][:40]!r} is not a day such as 2024-05-31")
            return date.min

    def _name(self, number: int, row: MappingType[str, str]) -> str:
        if self._mapping.names is None:
            return filled(self._mapping.person_name, row)
        key = row[self._mapping.person]
        if key not in self._names:
            self._fault(
                number, self._mapping.person, f"{key[:40]!r} has no name in {self._mapping.names.file}"
            )
        return self._names.get(key, "")

    def _fault(self, number: int, column: str, reason: str) -> None:
        self._faults.append(Fault(number, column, reason))
