"""Our own foresight of a track, through `bench.predict` and the files it reads and writes."""

import csv
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import predict
from bench.lines import OUT, note
from bench.peers import Foreseen
from bench.tracks import Column, Floats, Track, write


@dataclass(frozen=True)
class Standings:
    """A line a person, in order of the person's number."""

    person: Column
    mean: Floats
    low: Floats
    high: Floats

    def of(self, person: int) -> float:
        return float(self.mean[np.searchsorted(self.person, person)])

    def percentile(self, person: int) -> float:
        return percentile(self.mean, int(np.searchsorted(self.person, person)))


def percentile(score: Floats, place: int) -> float:
    """Of one score among all, 0 to 100; equal ones share."""
    below, alike = (score < score[place]).sum(), (score == score[place]).sum()
    return float(100.0 * (below + alike / 2.0) / len(score))


def foresee(track: Track) -> tuple[Foreseen, Standings]:
    folder, out = OUT / "tracks" / track.name, OUT / "predictions" / track.name
    write(track, folder)
    start, used = time.perf_counter(), time.process_time()
    if predict.main([str(folder), str(out)]) != 0:
        message = f"bench.predict failed on {folder}"
        raise RuntimeError(message)
    rows = len(track.outcome) + len(track.truth)
    spent = time.perf_counter() - start, time.process_time() - used
    note(f"{track.name}: {rows} rows, ours in {spent[0]:.1f} s ({spent[1]:.1f} s of one processor)")
    predictions, people = _read(out / "predictions.csv"), _read(out / "people.csv")
    order = np.argsort(people["person"])
    standings = Standings(
        people["person"][order].astype(np.int64), *(people[key][order] for key in ("mean", "low", "high"))
    )
    return Foreseen(predictions["mean"], predictions.get("p_good", np.empty(0))), standings


def _read(path: Path) -> dict[str, Floats]:
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    table = np.array(rows, dtype=float).reshape(len(rows), len(header))
    return dict(zip(header, table.T, strict=True))
