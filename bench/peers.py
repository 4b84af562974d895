"""What others would do with the same rows: averages, bounds, shrinkage and mixed models, tuned on train rows only.

Each peer foresees one number a row: the outcome, and on tracks of categories also whether it is good. Parameters are
chosen where the latest fifth of the train rows is foreseen from the rest; then all train rows are used.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit

from bench.mixed import Fit, fit
from bench.tracks import Column, Columns, Flags, Floats, Track

NO_MODEL: Final = "no model"
_CLIPS: Final = (0.001, 0.003, 0.01, 0.02, 0.05, 0.1)
_BOUNDS: Final = (0.5, 1.0, 1.2816, 1.6449, 1.96)
_TRIALS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
_LIVES: Final = (3.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.02)  # half-lives, in spans of the train rows' time
_LEVELS: Final = 12  # of a context; one with more is a random effect
_LATER: Final = 0.2


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Train rows with `outcome`, then rows to be foreseen with NaN."""

    outcome: Floats
    person: Column
    people: int
    weight: Floats
    time: Floats
    columns: Columns

    @property
    def known(self) -> Flags:
        return np.isfinite(self.outcome)

    def hidden(self, later: Flags) -> "Rows":
        return self.only(self.known, np.where(later, np.nan, self.outcome))

    def only(self, kept: Flags, outcome: Floats) -> "Rows":
        return Rows(
            outcome=outcome[kept],
            person=self.person[kept],
            people=self.people,
            weight=self.weight[kept],
            time=self.time[kept],
            columns={name: column[kept] for name, column in self.columns.items()},
        )

    def sums(self, weight: Floats) -> tuple[Floats, Floats]:
        """By person: weight, and weight times outcome, of known rows."""
        weight = np.where(self.known, weight, 0.0)
        return (
            np.bincount(self.person, weight, self.people),
            np.bincount(self.person, weight * np.nan_to_num(self.outcome), self.people),
        )

    @property
    def middle(self) -> float:
        known = self.known
        return float(np.average(self.outcome[known], weights=self.weight[known])) if known.any() else 0.0


@dataclass(frozen=True)
class Foreseen:
    """Of the test rows; `good` is empty on tracks of values."""

    mean: Floats
    good: Floats


Method = Callable[[Rows, float], Floats]


def foresee(track: Track) -> Iterator[tuple[str, Foreseen]]:
    """Each peer's name and what it foresees."""
    targets = [rows_of(track, track.outcome)]
    if track.levels is not None and track.levels > 2:
        targets.append(rows_of(track, (track.outcome >= track.good).astype(float)))
    test = ~targets[0].known
    for name, method in _methods(track).items():
        means = [_foresee(method, rows) for rows in targets]
        good = np.empty(0) if track.levels is None else _clipped(means[-1], targets[-1], method)[test]
        yield name, Foreseen(means[0][test], good)
    yield from _mixed_models(track, targets)


def rows_of(track: Track, outcome: Floats) -> Rows:
    size = len(track.truth)
    columns = {name: np.concatenate((column, track.test[name])) for name, column in track.train.items()}
    codes, person = np.unique(columns.pop("person"), return_inverse=True)
    rows = len(outcome) + size
    return Rows(
        outcome=np.append(outcome, np.full(size, np.nan)),
        person=person,
        people=len(codes),
        weight=np.asarray(columns.get("weight", np.ones(rows)), dtype=float),
        time=np.asarray(columns.get("time", np.zeros(rows)), dtype=float),
        columns=columns,
    )


def _methods(track: Track) -> dict[str, tuple[Method, Sequence[float]]]:
    """A method and the parameters to choose from."""
    methods: dict[str, tuple[Method, Sequence[float]]] = {
        NO_MODEL: (lambda rows, _: np.full(len(rows.outcome), rows.middle), (0.0,)),
        "raw mean": (raw_mean, (0.0,)),
        "Wilson": (wilson, _BOUNDS),
        "IMDB": (imdb, _TRIALS),
        "beta": (beta, (0.0,)),
        "empirical Bayes": (empirical_bayes, (0.0,)),
    }
    if "time" in track.train:
        methods["empirical Bayes with decay"] = (decayed, range(len(_TRIALS) * len(_LIVES)))
    if "baseline" in track.train:
        methods["client's baseline"] = (baseline, (0.0,))
    return methods


def raw_mean(rows: Rows, _parameter: float) -> Floats:
    count, total = rows.sums(rows.weight)
    return np.where(count > 0, total / np.maximum(count, 1e-300), rows.middle)[rows.person]


def wilson(rows: Rows, bound: float) -> Floats:
    """Lower bound of a rate (E. Wilson 1927), of values between the least and the greatest one seen."""
    least, width = _range(rows)
    count, total = rows.sums(rows.weight)
    rate = (total / np.maximum(count, 1e-300) - least) / width
    square = bound**2 / np.maximum(count, 1e-9)
    spread = np.sqrt(square * np.maximum(rate * (1.0 - rate), 0.0) + square**2 / 4.0)
    low = (rate + square / 2 - spread) / (1.0 + square)
    return np.where(count > 0, least + width * low, rows.middle)[rows.person]


def imdb(rows: Rows, trials: float) -> Floats:
    """The mean of all counts as so many median rows."""
    count, total = rows.sums(rows.weight)
    prior = trials * float(np.median(rows.weight[rows.known]))
    return ((total + prior * rows.middle) / (count + prior))[rows.person]


def beta(rows: Rows, _parameter: float) -> Floats:
    """Beta-binomial, its two parameters by maximum likelihood."""
    least, width = _range(rows)
    count, total = rows.sums(rows.weight)
    hits = np.clip((total - least * count) / width, 0.0, count)
    start = np.clip((rows.middle - least) / width, 0.01, 0.99)

    def loss(point: Floats) -> float:
        rate, size = expit(point[0]), np.exp(point[1])
        a, b = rate * size, (1.0 - rate) * size
        return -float((betaln(a + hits, b + count - hits) - betaln(a, b)).sum())

    found = minimize(
        loss, [np.log(start / (1 - start)), 1.0], method="L-BFGS-B", bounds=[(-9, 9), (-4, 14)]
    ).x
    rate, size = expit(found[0]), np.exp(found[1])
    return (least + width * (hits + rate * size) / (count + size))[rows.person]


def empirical_bayes(rows: Rows, _parameter: float) -> Floats:
    """Normal means, their variance by restricted likelihood."""
    known = rows.known
    ones = np.ones((len(known), 1))
    found = fit(
        rows.outcome[known],
        ones[known],
        [rows.person[known]],
        [rows.people],
        weight=rows.weight[known],
        most=40,
    )
    return found.foresee(ones, [rows.person])


def decayed(rows: Rows, choice: float) -> Floats:
    """As IMDB, and a row of the past counts less by half for each half-life."""
    life, trials = list(product(_LIVES, _TRIALS))[int(choice)]
    known = rows.known
    last, years = rows.time[known].max(), max(float(np.ptp(rows.time[known])), 1e-6)
    halved = np.exp2((rows.time - last) / (life * years))
    count, total = rows.sums(rows.weight * halved)
    now = np.exp2(-np.maximum(rows.time - last, 0.0) / (life * years))
    prior = trials * float(np.median(rows.weight[known]))
    middle = float(np.average(rows.outcome[known], weights=(rows.weight * halved)[known]))
    return (total[rows.person] * now + prior * middle) / (count[rows.person] * now + prior)


def baseline(rows: Rows, _parameter: float) -> Floats:
    before = np.asarray(rows.columns["baseline"], dtype=float)
    return np.where(np.isfinite(before), before, rows.middle)


def _range(rows: Rows) -> tuple[float, float]:
    known = rows.outcome[rows.known]
    least, most = float(known.min()), float(known.max())
    if least >= 0.0 and most <= 1.0:
        return 0.0, 1.0
    return least, max(most - least, 1e-12)


def later_rows(rows: Rows) -> Flags:
    """The latest fifth of the known rows, of people who had one before; where those are few, everybody's last row."""
    known = np.flatnonzero(rows.known)
    order = known[np.lexsort((np.random.default_rng(0).random(len(known)), rows.time[known]))]
    start = len(order) - max(int(_LATER * len(order)), 1)
    seen = np.zeros(rows.people, dtype=bool)
    seen[rows.person[order[:start]]] = True
    chosen = order[start:][seen[rows.person[order[start:]]]]
    if len(chosen) < _LATER * len(order) / 4:
        person = rows.person[order]
        last = len(order) - 1 - np.unique(person[::-1], return_index=True)[1]
        often = np.bincount(person, minlength=rows.people)
        chosen = order[last[often[person[last]] > 1]] if (often > 1).any() else order[start:]
    later = np.zeros(len(rows.outcome), dtype=bool)
    later[chosen] = True
    return later


def _chosen(method: tuple[Method, Sequence[float]], rows: Rows) -> float:
    function, parameters = method
    if len(parameters) == 1:
        return parameters[0]
    inner = rows.hidden(later := later_rows(rows))
    hidden = later[rows.known]
    truth, weight = rows.outcome[rows.known][hidden], inner.weight[hidden]

    def loss(parameter: float) -> float:
        return float(np.average((function(inner, parameter)[hidden] - truth) ** 2, weights=weight))

    return min(parameters, key=loss)


def _foresee(method: tuple[Method, Sequence[float]], rows: Rows) -> Floats:
    return method[0](rows, _chosen(method, rows))


def _clipped(mean: Floats, rows: Rows, method: tuple[Method, Sequence[float]]) -> Floats:
    """Chances, none nearer to 0 or 1 than did best among the latest train rows."""
    inner = rows.hidden(later := later_rows(rows))
    hidden = later[rows.known]
    return clip_best(mean, _foresee(method, inner)[hidden], rows.outcome[rows.known][hidden])


def clip_best(mean: Floats, tried: Floats, truth: Floats) -> Floats:
    def loss(least: float) -> float:
        chance = np.clip(tried, least, 1.0 - least)
        return float(-np.log(np.where(truth > 0.5, chance, 1.0 - chance)).mean())

    least = min(_CLIPS, key=loss)
    clipped: Floats = np.clip(mean, least, 1.0 - least)
    return clipped


def _mixed_models(track: Track, targets: list[Rows]) -> Iterator[tuple[str, Foreseen]]:
    yield from _mixed_model("mixed model", track, targets, covariates=False, dated=False)
    if any(name == "baseline" or name[:2] in {"c_", "x_"} for name in track.train):
        yield from _mixed_model("mixed model with covariates", track, targets, covariates=True, dated=False)
    if np.ptp(targets[0].time) > 0.0:
        name = "mixed model with covariates and year"
        yield from _mixed_model(name, track, targets, covariates=True, dated=True)


def _mixed_model(
    name: str, track: Track, targets: list[Rows], *, covariates: bool, dated: bool
) -> Iterator[tuple[str, Foreseen]]:
    later = later_rows(targets[-1])
    models = [MixedModel(rows, covariates=covariates, dated=dated) for rows in targets]
    test = ~targets[0].known
    inner = models[-1].again(later)
    for rated in (True, False) if "rater" in track.train else (True,):
        means = [model.foresee(rated=rated) for model in models]
        good = np.empty(0)
        if track.levels is not None:
            tried = models[-1].foresee(inner, rated=rated)[later]
            good = clip_best(means[-1], tried, targets[-1].outcome[later])[test]
        yield name if rated else f"{name}, rater left out", Foreseen(means[0][test], good)


class MixedModel:
    """Person, rater, client and large contexts are random; small contexts, numbers and the year are fixed."""

    def __init__(
        self,
        rows: Rows,
        *,
        covariates: bool,
        dated: bool = True,
        rated: bool = True,
        heard: Floats | None = None,
    ) -> None:
        self.rows, self.heard = rows, rows.weight if heard is None else heard
        known = rows.known & (self.heard > 0)
        self.names, self.places, self.counts = ["person"], [rows.person], [rows.people]
        contexts = {name: column for name, column in rows.columns.items() if name.startswith("c_")}
        sizes = {name: len(np.unique(column)) for name, column in contexts.items()}
        judged = ("rater", "client") if rated else ()
        random = [name for name in judged if name in rows.columns]
        random += [name for name in contexts if covariates and sizes[name] > _LEVELS]
        for name in random:
            codes, place = np.unique(rows.columns[name], return_inverse=True)
            self.names.append(name)
            self.places.append(place)
            self.counts.append(len(codes))
        fixed = [np.ones(len(rows.outcome))]
        if covariates:
            told = {"time", "baseline"} if dated else {"baseline"}
            numbers = [name for name in rows.columns if name.startswith("x_") or name in told]
            fixed += [column for name in numbers for column in _number(rows.columns[name], known)]
            small = [contexts[name] for name in contexts if sizes[name] <= _LEVELS]
            small += [rows.columns["level"]] if "level" in rows.columns else []
            fixed += [
                (column == code).astype(float) for column in small for code in np.unique(column[known])[1:]
            ]
        self.fixed = np.column_stack(fixed)
        self.fit = self._fit(known)

    def _fit(self, known: Flags, ratio: Floats | None = None) -> Fit:
        return fit(
            self.rows.outcome[known],
            self.fixed[known],
            [place[known] for place in self.places],
            self.counts,
            weight=self.heard[known],
            ratio=ratio,
        )

    def again(self, hidden: Flags) -> Fit:
        """The effects without the hidden rows, under the same variances."""
        return self._fit(self.rows.known & (self.heard > 0) & ~hidden, self.fit.ratio)

    def foresee(self, found: Fit | None = None, *, rated: bool) -> Floats:
        places = [
            None if name == "rater" and not rated else place
            for name, place in zip(self.names, self.places, strict=True)
        ]
        return (found or self.fit).foresee(self.fixed, places)

    @property
    def people(self) -> Floats:
        """Each person's effect."""
        return self.fit.effects[0]


def _number(column: Column, known: Flags) -> Iterator[Floats]:
    values = np.asarray(column, dtype=float)
    there = np.isfinite(values)
    if not (there & known).any():
        return
    middle, width = values[there & known].mean(), values[there & known].std()
    if width > 0:
        yield np.where(there, (values - middle) / width, 0.0)
    if not there[known].all():
        yield (~there).astype(float)
