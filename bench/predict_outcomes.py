"""Outcome tracks: train.csv and test.csv into predictions.csv and people.csv, by the product's own calibration."""

import csv
from pathlib import Path
from typing import Any

import numpy as np

from vetting.scoring.foresight import foresee
from vetting.scoring.panel import Panel

_CODES = ("person", "rater", "client")


def predict(track: Path, out: Path, about: dict[str, Any]) -> None:
    """Raises ScoringError where a row cannot be scored, FileNotFoundError where a file is missing."""
    train, test = _read(track / "train.csv"), _read(track / "test.csv")
    panel, people = _panel(train, test, about)
    seen = foresee(panel, good=about.get("good"))
    known = len(train["person"])
    with (out / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        ordinal = panel.categories is not None
        writer.writerow(["row", "p_good", "mean"] if ordinal else ["row", "mean"])
        for number, row in enumerate(test["row"], start=known):
            chance = [f"{seen.good[number]:.10g}"] if ordinal else []
            writer.writerow([row, *chance, f"{seen.mean[number]:.10g}"])
    with (out / "people.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["person", "mean", "low", "high", "reliability"])
        for person, standing in zip(people, seen.people, strict=True):
            writer.writerow([person, *(f"{value:.10g}" for value in standing)])


def _read(path: Path) -> dict[str, list[str]]:
    with path.open(newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        columns = list(zip(*reader, strict=True)) or [()] * len(header)
    return {name.strip(): list(column) for name, column in zip(header, columns, strict=True)}


def _panel(
    train: dict[str, list[str]], test: dict[str, list[str]], about: dict[str, Any]
) -> tuple[Panel, list[str]]:
    known = len(train["person"])
    rows = known + len(test["person"])

    def column(name: str) -> list[str] | None:
        if name not in train and name not in test:
            return None
        return train.get(name, [""] * known) + test.get(name, [""] * (rows - known))

    def codes(name: str) -> tuple[Any, list[str]]:
        words = column(name)
        if words is None:
            return None, []
        values, place = np.unique(np.array(words, dtype=str), return_inverse=True)
        absent = int(values[0] == "")
        return place.astype(np.int64) - absent, [str(value) for value in values[absent:]]

    def numbers(name: str) -> Any:
        words = column(name)
        return None if words is None else np.array([float(word) if word else np.nan for word in words])

    person, people = codes("person")
    outcome = train["category" if about.get("levels") else "value"]
    level = numbers("level")
    contexts = _contexts({name: column(name) for name in train if name.startswith("c_")})
    panel = Panel(
        outcome=np.array([float(word) for word in outcome] + [np.nan] * (rows - known)),
        known=np.arange(rows) < known,
        categories=about.get("levels"),
        person=person,
        rater=codes("rater")[0],
        client=codes("client")[0],
        time=numbers("time"),
        weight=numbers("weight"),
        level=None if level is None else level.astype(np.int64),
        baseline=numbers("baseline"),
        contexts=contexts,
        numbers={name: numbers(name) for name in train if name.startswith("x_")},
    )
    return panel, people


def _contexts(columns: dict[str, list[str]]) -> dict[str, Any]:
    """Codes of one vocabulary over all context columns."""
    words = np.array([word for column in columns.values() for word in column], dtype=str)
    if len(words) == 0:
        return {}
    values, place = np.unique(words, return_inverse=True)
    code = place.astype(np.int64) - int(values[0] == "")
    return dict(zip(columns, code.reshape(len(columns), -1), strict=True))
