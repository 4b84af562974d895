"""The three plots of docs/explanation: shrinkage, calibration of chances, and what a flood gains."""

from pathlib import Path

import numpy as np

from bench import floods, ours
from bench.drawings import Plot, Point, Series
from bench.lines import note
from bench.records import RECORDS, missing
from bench.tracks import Floats

_COUNTS = (0, 1, 3, 10, 30, 100)
_SHOWN = (
    "ours",
    "raw mean",
    "Wilson",
    "empirical Bayes",
    "level-weighted mean",
    "mixed model with covariates",
)


def draw(folder: Path) -> None:
    if missing("batting") or missing("insteval"):
        note("No plots of records: ../shared/data is not there.")
    else:
        shrinkage().save(folder / "scoring-shrinkage.svg")
        reliability().save(folder / "scoring-reliability.svg")
    flooding().save(folder / "scoring-flooding.svg")


def shrinkage() -> Plot:
    """A batter's hits per time at bat so far, and what is foreseen, for those with few trials and with many."""
    track = next(track for track in RECORDS["batting"]() if track.name == "batting_all_2004")
    foreseen = ours.foresee(track)[0].mean
    person, weight = track.train["person"], track.train["weight"]
    size = int(max(person.max(), track.test["person"].max())) + 1
    trials, hits = np.bincount(person, weight, size), np.bincount(person, weight * track.outcome, size)
    known = trials[track.test["person"]]
    raw = hits[track.test["person"]] / np.maximum(known, 1.0)
    few, many = known < 300, known >= 2_000
    ticks = [(value / 100, f".{value}0") for value in (10, 15, 20, 25, 30, 35)]
    return Plot(
        title="Few trials are drawn to the middle, many are believed",
        across="hits per time at bat so far",
        up="foreseen for the next season",
        series=[
            Series("2,000 trials or more", _points(raw[many], foreseen[many]), joined=False, faint=True),
            Series("under 300", _points(raw[few], foreseen[few]), joined=False, faint=True),
            Series("as seen", [(0.1, 0.1), (0.35, 0.35)]),
        ],
        x=(0.1, 0.35),
        y=(0.1, 0.35),
        x_ticks=ticks,
        y_ticks=ticks,
    )


def reliability() -> Plot:
    """Chances that a lecturer is rated good, in tenths of the rows, and how often that came true."""
    track = next(RECORDS["insteval"]())
    chance = ours.foresee(track)[0].good
    good = track.truth >= track.good
    parts = np.array_split(np.argsort(chance, kind="stable"), 10)
    points = [(float(chance[part].mean()), float(good[part].mean())) for part in parts]
    ticks = [(value / 10, f"{10 * value} %") for value in range(0, 11, 2)]
    return Plot(
        title="What was foreseen, and how often it came true",
        across="foreseen chance of a good rating",
        up="good ratings",
        series=[Series("tenths of the rows", points), Series("exactly right", [(0.0, 0.0), (1.0, 1.0)])],
        x=(0.0, 1.0),
        y=(0.0, 1.0),
        x_ticks=ticks,
        y_ticks=ticks,
    )


def flooding() -> Plot:
    """Percentile points that bought claims gain."""
    gained = floods.curve(_COUNTS)
    across = [float(np.log1p(count)) for count in _COUNTS]
    return Plot(
        title="What claims bought from one made-up client gain",
        across="claims bought",
        up="percentile points gained",
        series=[
            Series(name.replace(" with covariates", ""), list(zip(across, gained[name], strict=True)))
            for name in _SHOWN
        ],
        x=(0.0, across[-1]),
        y=(-10.0, 100.0),
        x_ticks=list(zip(across, map(str, _COUNTS), strict=True)),
        y_ticks=[(float(value), str(value)) for value in range(0, 101, 20)],
    )


def _points(across: Floats, up: Floats) -> list[Point]:
    return list(zip(across.tolist(), up.tolist(), strict=True))
