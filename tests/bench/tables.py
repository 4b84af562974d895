"""Small tracks on disk, and what bench.predict makes of them."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench import predict

Table = Mapping[str, Sequence[object]]


def place(
    folder: Path, train: Table, test: Table, *, levels: int | None = None, good: int | None = None
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "kind": "outcomes",
        "levels": levels,
        "good": good,
        "has": [name for name in train if "_" not in name],
    }
    (folder / "track.json").write_text(json.dumps(about))
    for name, table in (("train", train), ("test", test)):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(table)
            writer.writerows(zip(*table.values(), strict=True))
    return folder


def run(folder: Path, out: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """predictions.csv and people.csv as columns, all of their numbers finite."""
    assert predict.main([str(folder), str(out)]) == 0
    tables = []
    for name in ("predictions", "people"):
        with (out / f"{name}.csv").open(newline="") as file:
            header, *rows = csv.reader(file)
        columns = {key: [row[place] for row in rows] for place, key in enumerate(header)}
        for key in set(columns) - {"row", "person"}:
            assert np.isfinite(np.array(columns[key], dtype=float)).all(), (name, key)
        tables.append(columns)
    return tables[0], tables[1]


def numbers(column: Sequence[str]) -> np.ndarray:
    return np.array(column, dtype=float)


def table(
    rows: int, seed: int, *, levels: int | None = None, start: int = 0, people: int = 12
) -> dict[str, list[object]]:
    """A row of every column there is; rows later than the others where `start` is above 0."""
    dice = np.random.default_rng(seed)
    person = dice.integers(0, people, rows)
    latent = 0.5 * np.sin(person) + dice.normal(size=rows)
    columns: dict[str, list[object]] = {
        "row": (np.arange(rows) + start).tolist(),
        "person": person.tolist(),
        "rater": dice.integers(0, 9, rows).tolist(),
        "client": dice.integers(0, 5, rows).tolist(),
        "time": (2020.0 + np.round(start / 100 + dice.random(rows), 3)).tolist(),
        "level": dice.integers(0, 5, rows).tolist(),
        "weight": dice.integers(1, 50, rows).tolist(),
        "baseline": np.round(dice.normal(size=rows), 3).tolist(),
        "c_field": dice.integers(0, 3, rows).tolist(),
        "c_home": dice.choice(["AT", "CH", "DE"], rows).tolist(),
        "c_away": dice.choice(["AT", "CH", "DE"], rows).tolist(),
        "x_size": np.round(dice.normal(size=rows), 3).tolist(),
    }
    if levels is None:
        columns["value"] = np.round(latent, 4).tolist()
    else:
        columns["category"] = np.clip(np.round((latent + 2) * levels / 4), 0, levels - 1).astype(int).tolist()
    return columns


def only(columns: Mapping[str, Sequence[object]], *names: str) -> dict[str, Sequence[object]]:
    return {name: column for name, column in columns.items() if name in names}


def without(columns: Mapping[str, Sequence[object]], *names: str) -> dict[str, Sequence[object]]:
    return {name: column for name, column in columns.items() if name not in names}
