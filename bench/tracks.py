"""Tracks: rows to learn from, rows to foresee, and the truth, which never lies in a directory that is predicted."""

import csv
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Columns = dict[str, Column]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


@dataclass(frozen=True, kw_only=True)
class Track:
    """`levels` categories with `good` and better wanted, or values where both are None.

    `truth` is what came of the test rows. `skill` is the truth of each person on simulated platforms, where some
    are `shills`.
    """

    name: str
    levels: int | None
    good: int | None
    train: Columns
    test: Columns
    outcome: Floats
    truth: Floats
    skill: Mapping[int, float] = field(default_factory=dict)
    shills: frozenset[int] = frozenset()

    @property
    def about(self) -> dict[str, Any]:
        named = [
            name for name in ("rater", "client", "time", "weight", "baseline", "level") if name in self.train
        ]
        return {"kind": "outcomes", "levels": self.levels, "good": self.good, "has": named}

    @property
    def group(self) -> str:
        """The name without its seed, season or share: such tracks are graded together."""
        return self.name.rsplit("_", 1)[0]

    @property
    def weight(self) -> Floats:
        """Of the test rows."""
        return np.asarray(self.test.get("weight", np.ones(len(self.truth))), dtype=float)


def split(
    name: str,
    columns: Mapping[str, Column],
    outcome: Column,
    later: Flags,
    *,
    levels: int | None = None,
    good: int | None = None,
    of: Column | None = None,
) -> Track:
    """The rows (those `of` a choice, where given) that come later are to be foreseen from the others."""
    chosen = np.arange(len(outcome)) if of is None else of
    parts = chosen[~later[chosen]], chosen[later[chosen]]
    train, test = ({key: column[part] for key, column in columns.items()} for part in parts)
    earlier, truth = (np.asarray(outcome, dtype=float)[part] for part in parts)
    return Track(name=name, levels=levels, good=good, train=train, test=test, outcome=earlier, truth=truth)


def write(track: Track, folder: Path) -> None:
    """track.json, train.csv and test.csv: what a scale may see, and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "track.json").write_text(json.dumps(track.about) + "\n", encoding="utf-8")
    outcome = track.outcome if track.levels is None else track.outcome.astype(np.int64)
    wanted = "value" if track.levels is None else "category"
    _write_csv(folder / "train.csv", {**track.train, wanted: outcome})
    _write_csv(folder / "test.csv", {"row": np.arange(len(track.truth)), **track.test})


def _write_csv(path: Path, columns: Mapping[str, Column]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*(map(_cell, column.tolist()) for column in columns.values()), strict=True))


def _cell(value: object) -> str:
    return "" if value != value else str(value)  # noqa: PLR0124 - only NaN is not itself


def read_data(name: str) -> Columns:
    """A file of ../shared/data as columns; numbers where all of a column are numbers, NaN where a cell is empty."""
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        rows = list(zip(*reader, strict=True))
    return {key: _typed(np.array(column)) for key, column in zip(header, rows, strict=True)}


def _typed(words: Column) -> Column:
    try:
        numbers = np.where(words == "", "nan", words).astype(float)
    except ValueError:
        return words
    whole = bool(np.isfinite(numbers).all() and (numbers == np.round(numbers)).all())
    return numbers.astype(np.int64) if whole else numbers


def codes(words: Column) -> Column:
    """Whole numbers in place of words."""
    return np.unique(words, return_inverse=True)[1]
