"""The files of a track as columns of words, and words as numbers; what cannot be read is named by file, row and column."""

import csv
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vetting.scoring.weights import HIGHEST_LEVEL


@dataclass(frozen=True, slots=True)
class Sheet:
    """One csv file; `columns` are of one length, without the blanks around words."""

    name: str
    columns: dict[str, list[str]]
    rows: int

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def words(self, column: str) -> list[str]:
        """Empty ones where there is no such column."""
        return self.columns.get(column, [""] * self.rows)

    def named(self, column: str) -> list[str]:
        """As words; a missing one is an error."""
        return [word or self._fail(row, column, "is missing") for row, word in enumerate(self.words(column))]

    def numbers(
        self, column: str, *, missing: float | None = math.nan, check: Callable[[float], str] | None = None
    ) -> list[float]:
        """A missing cell is the number given for it, or an error where that is None."""
        return [
            self._number(row, column, word, missing, check) for row, word in enumerate(self.words(column))
        ]

    def _number(
        self, row: int, column: str, word: str, missing: float | None, check: Callable[[float], str] | None
    ) -> float:
        if not word:
            return self._fail(row, column, "is missing") if missing is None else missing
        try:
            number = float(word)
        except ValueError:
            return self._fail(row, column, f"is not a number: {word[:40]!r}")
        if not math.isfinite(number):
            return self._fail(row, column, f"is not a finite number: {word[:40]!r}")
        fault = check(number) if check else ""
        return self._fail(row, column, f"{fault}: {word[:40]!r}") if fault else number

    def _fail(self, row: int, column: str, fault: str) -> Any:
        message = f"{self.name}: row {row + 1}: {column} {fault}"
        raise ValueError(message)


def read_about(path: Path) -> dict[str, Any]:
    """What track.json says. Raises ValueError where it says nothing that can be understood."""
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{path.name}: {error}"
        raise ValueError(message) from error
    if not isinstance(about, dict):
        message = f"{path.name}: must be an object"
        raise ValueError(message)  # noqa: TRY004 - told like all that is wrong with a track
    return about


def read_sheet(path: Path, *, required: Iterable[str]) -> Sheet:
    """Raises ValueError where a column is missing or twice, or a row is longer or shorter than the first line."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        lines = csv.reader(file)
        header = [name.strip() for name in next(lines, [])]
        rows = [line for line in lines if line]
    for row, cells in enumerate(rows):
        if len(cells) != len(header):
            message = f"{path.name}: row {row + 1} has {len(cells)} cells in place of {len(header)}"
            raise ValueError(message)
    lacking = [name for name in required if name not in header]
    if lacking or len(set(header)) != len(header):
        fault = f"has no column {', '.join(lacking)}" if lacking else "has two columns of one name"
        message = f"{path.name} {fault}"
        raise ValueError(message)
    columns = {name: [cells[place].strip() for cells in rows] for place, name in enumerate(header)}
    return Sheet(path.name, columns, len(rows))


def is_category(levels: int) -> Callable[[float], str]:
    def fault(number: float) -> str:
        whole = number.is_integer() and 0 <= number < levels
        return "" if whole else f"must be a whole number from 0 to {levels - 1}"

    return fault


def is_level(number: float) -> str:
    whole = number.is_integer() and 0 <= number <= HIGHEST_LEVEL
    return "" if whole else f"must be a whole number from 0 to {HIGHEST_LEVEL}"


def is_weight(number: float) -> str:
    return "" if number > 0 else "must be above zero"
