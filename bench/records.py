"""Tracks from published records (../shared/data): what is foreseen always comes after what is known."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from bench.tracks import DATA, Column, Track, codes, read_data, split


def lecturers() -> Iterator[Track]:
    """Students rate lecturers from 1 to 5: good is 4. All but the newest lectures, and three ratings, then the next."""
    data = read_data("insteval")
    columns = {
        "person": data["person"],
        "rater": data["rater"],
        "time": -data["lectage"] / 2.0,
        "c_dept": data["dept"],
        "c_service": data["service"],
        "x_studage": data["studage"],
    }
    category = data["y"] - 1
    yield split("insteval_all_newest", columns, category, data["lectage"] == 1, levels=5, good=3)
    for seed in range(4):
        order, place, count = _by_person(data["person"], columns["time"], seed)
        start = np.random.default_rng(seed).integers(0, 10**6, len(order))[order.argsort()]
        first = _of_first(start, order, place) % np.maximum(count - 3, 1)
        chosen = (count >= 4) & (place >= first) & (place < first + 4)
        later = np.zeros(len(order), dtype=bool)
        later[order] = place == first + 3
        yield split(f"insteval_3_{seed}", columns, category, later, levels=5, good=3, of=order[chosen])


def skaters() -> Iterator[Track]:
    """Judges mark programmes of skaters; three marks and then all of later events, and whole events."""
    data = read_data("skating")
    columns = {
        "person": data["person"],
        "rater": data["rater"],
        "time": data["event"] / 6.0,
        "c_discipline": codes(data["discipline"]),
        "c_junior": data["junior"],
        "c_segment": codes(data["segment"]),
        "c_person_country": data["person_country"],
        "c_rater_country": data["rater_country"],
    }
    for seed in range(3):
        order, place, _count = _by_person(data["person"], data["event"], seed)
        event = data["event"][order]
        chosen = (place < 3) | (event > _of_first(data["event"], order, place))
        later = np.zeros(len(order), dtype=bool)
        later[order] = place >= 3
        yield split(f"skating_3_{seed}", columns, data["pcs"], later, of=order[chosen])
    yield split("skating_events_late", columns, data["pcs"], data["event"] >= 8)


def pollsters() -> Iterator[Track]:
    """Whether a poll missed by less than the other polls of its race did."""
    data = read_data("pollsters")
    race, error = codes(data["race_id"]), data["error"]
    total, count = np.bincount(race, error), np.bincount(race)
    chosen = np.flatnonzero(count[race] > 1)
    others = (total[race] - error) / np.maximum(count[race] - 1, 1)
    columns = {
        "person": data["person"],
        "time": data["year"].astype(float),
        "c_type": codes(data["type_simple"]),
        "c_methodology": codes(data["methodology"]),
    }
    for year in (2004, 2008):
        better = (error < others).astype(np.int64)
        yield split(f"pollsters_{year}", columns, better, data["year"] >= year, levels=2, good=1, of=chosen)


def managers() -> Iterator[Track]:
    """The share of games that a manager's club won, beside its share in the year before."""
    data = read_data("managers")
    games, won = data["W"] + data["L"], data["W"]
    club, year = codes(data["org"]), data["year"]
    season = club * 10_000 + year
    seasons, place = np.unique(season, return_inverse=True)
    share = np.bincount(place, won) / np.maximum(np.bincount(place, games), 1)
    before = np.minimum(np.searchsorted(seasons, season - 1), len(seasons) - 1)
    baseline = np.where(seasons[before] == season - 1, share[before], np.nan)
    columns = {
        "person": data["person"],
        "client": club,
        "time": year.astype(float),
        "weight": games.astype(float),
        "baseline": baseline,
        "c_league": codes(data["lgID"]),
    }
    value = won / np.maximum(games, 1)
    for start, end in ((1960, 1965), (1975, 1980), (1985, 1995)):
        chosen = np.flatnonzero((games >= 20) & (year < end) & np.isfinite(baseline))
        yield split(f"managers_{start}", columns, value, year >= start, of=chosen)


def batters() -> Iterator[Track]:
    """Hits per time at bat in a season, known from thirty years of seasons; and of those with few times at bat."""
    data = read_data("batting")
    tried, year = data["AB"], data["year"]
    columns = {
        "person": data["person"],
        "client": codes(data["team"]),
        "time": year.astype(float),
        "weight": tried.astype(float),
        "c_league": codes(data["lg"]),
    }
    value = data["H"] / np.maximum(tried, 1)
    for season in (1985, 1994, 2004):
        chosen = np.flatnonzero((tried > 0) & (year <= season) & (year > season - 30))
        later = year == season
        known = np.bincount(data["person"][chosen], tried[chosen] * ~later[chosen], data["person"].max() + 1)
        graded = ~later | ((tried >= 100) & (known[data["person"]] > 0))
        chosen = chosen[graded[chosen]]
        yield split(f"batting_all_{season}", columns, value, later, of=chosen)
        few = ~later | (known[data["person"]] < 150)
        yield split(f"batting_few_{season}", columns, value, later, of=chosen[few[chosen]])


def traders() -> Iterator[Track]:
    """Whether a member of a market rates another above zero."""
    data = read_data("otc")
    columns = {"person": data["target"], "rater": data["source"], "time": data["time"] / 31_557_600.0}
    for share in (0.6, 0.8):
        later = data["time"] >= np.quantile(data["time"], share)
        good = (data["rating"] > 0).astype(np.int64)
        yield split(f"otc_{share:.1f}", columns, good, later, levels=2, good=1)


RECORDS: Final[dict[str, Callable[[], Iterator[Track]]]] = {
    "insteval": lecturers,
    "skating": skaters,
    "pollsters": pollsters,
    "managers": managers,
    "batting": batters,
    "otc": traders,
}


def missing(name: str) -> bool:
    return not (DATA / f"{name}.csv.gz").exists()


def _by_person(person: Column, time: Column, seed: int) -> tuple[Column, Column, Column]:
    """Rows in order of person and time (ties by lot), each row's place among its person's, and how many those are."""
    order = np.lexsort((np.random.default_rng(seed).random(len(person)), time, person))
    ordered = person[order]
    start = np.flatnonzero(np.diff(ordered, prepend=ordered[0] - 1))
    count = np.diff(np.append(start, len(ordered)))
    return order, np.arange(len(ordered)) - np.repeat(start, count), np.repeat(count, count)


def _of_first(column: Column, order: Column, place: Column) -> Column:
    """In ordered rows: the column's value in the first row of the same person."""
    ordered = column[order]
    result: Column = ordered[np.arange(len(order)) - place]
    return result
