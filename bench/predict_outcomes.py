"""Outcome tracks: train.csv and test.csv into predictions.csv and people.csv, by the product's own calibration."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from bench.cells import Sheet, is_category, is_level, is_weight, read_sheet
from vetting.scoring.arrays import Floats, Ints
from vetting.scoring.foresight import foresee
from vetting.scoring.panel import Panel
from vetting.scoring.weights import PUBLISHED


def predict(track: Path, out: Path, about: dict[str, Any]) -> None:
    """Raises ValueError where a cell cannot be read, FileNotFoundError where a file is missing."""
    levels, good = _levels(about)
    train = read_sheet(track / "train.csv", required=["person", "value" if levels is None else "category"])
    test = read_sheet(track / "test.csv", required=["person", "row"])
    panel, people = _panel(train, test, levels)
    seen = foresee(panel, good=good)
    with (out / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "mean"] if levels is None else ["row", "p_good", "mean"])
        for number, row in enumerate(test.words("row"), start=train.rows):
            chance = [] if levels is None else [f"{seen.good[number]:.10g}"]
            writer.writerow([row, *chance, f"{seen.mean[number]:.10g}"])
    with (out / "people.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["person", "mean", "low", "high", "reliability"])
        for person, standing in zip(people, seen.people, strict=True):
            writer.writerow([person, *(f"{value:.10g}" for value in standing)])


def _levels(about: dict[str, Any]) -> tuple[int | None, int | None]:
    levels, good = about.get("levels"), about.get("good")
    if levels is None:
        return None, None
    if not isinstance(levels, int) or levels < 2:
        message = "track.json: levels must be a whole number, 2 or more, or null"
        raise ValueError(message)
    if good is not None and not (isinstance(good, int) and 0 <= good < levels):
        message = f"track.json: good must be a whole number from 0 to {levels - 1}"
        raise ValueError(message)
    return levels, good


def _panel(train: Sheet, test: Sheet, levels: int | None) -> tuple[Panel, list[str]]:
    """Only columns that train.csv has can have taught anything; what test.csv lacks of them is missing there."""

    def codes(name: str) -> Ints | None:
        return _coded([train.words(name) + test.words(name)])[0][0] if name in train else None

    def numbers(name: str) -> Floats | None:
        return np.array(train.numbers(name) + test.numbers(name)) if name in train else None

    check = None if levels is None else is_category(levels)
    outcome = train.numbers("value" if levels is None else "category", missing=None, check=check)
    (person,), people = _coded([train.named("person") + test.named("person")])
    contexts = [name for name in train.columns if name.startswith("c_")]
    coded = _coded([train.words(name) + test.words(name) for name in contexts])[0]
    panel = Panel(
        outcome=np.array(outcome + [np.nan] * test.rows),
        known=np.arange(train.rows + test.rows) < train.rows,
        categories=levels,
        person=person,
        rater=codes("rater"),
        client=codes("client"),
        time=_times(train, test),
        weight=_weights(train, test),
        level=_evidence_levels(train, test),
        baseline=numbers("baseline"),
        contexts=dict(zip(contexts, coded, strict=True)),
        numbers={
            name: column
            for name in train.columns
            if name.startswith("x_") and (column := numbers(name)) is not None
        },
    )
    return panel, people


def _coded(columns: list[list[str]]) -> tuple[list[Ints], list[str]]:
    """Codes of one vocabulary over all of the columns, -1 for an empty cell, and the vocabulary."""
    words = sorted({word for column in columns for word in column if word})
    place = {word: number for number, word in enumerate(words)} | {"": -1}
    return [np.array([place[word] for word in column], dtype=np.int64) for column in columns], words


def _times(train: Sheet, test: Sheet) -> Floats | None:
    """An unknown time is the middle of the known ones; of a row to be foreseen, the last of them."""
    if "time" not in train:
        return None
    known, later = np.array(train.numbers("time")), np.array(test.numbers("time"))
    there = known[np.isfinite(known)]
    if len(there) == 0 and not np.isfinite(later).any():
        return None
    middle, last = (np.median(there), there.max()) if len(there) else (np.nanmin(later), np.nanmax(later))
    return np.append(np.where(np.isfinite(known), known, middle), np.where(np.isfinite(later), later, last))


def _weights(train: Sheet, test: Sheet) -> Floats | None:
    if "weight" not in train:
        return None
    return np.array(
        [
            weight
            for sheet in (train, test)
            for weight in sheet.numbers("weight", missing=1.0, check=is_weight)
        ]
    )


def _evidence_levels(train: Sheet, test: Sheet) -> Ints | None:
    """A row of unknown level is of the weakest that counts; one to be foreseen is as most are."""
    if "level" not in train:
        return None
    known = train.numbers("level", missing=float(PUBLISHED.weak_level), check=is_level)
    usual = (
        max(sorted(Counter(known).items()), key=lambda pair: pair[1])[0]
        if known
        else float(PUBLISHED.weak_level)
    )
    return np.array(known + test.numbers("level", missing=usual, check=is_level), dtype=np.int64)
