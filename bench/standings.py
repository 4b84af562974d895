"""Invented platforms: how well a ranking of people follows the truth, and how well it hides the shills."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.stats import rankdata

from bench import ours
from bench.lines import Line, note
from bench.peers import MixedModel, Rows, empirical_bayes, raw_mean, rows_of, wilson
from bench.simulated import FAMILIES, simulate
from bench.tracks import Column, Floats, Track

_SEEDS = 3
_DRAWS = 200


def lines() -> Iterator[Line]:
    for family, platform in FAMILIES.items():
        tracks = [simulate(f"{family}_{seed}", platform, seed) for seed in range(_SEEDS)]
        found = [ours.foresee(track)[1] for track in tracks]
        scores = [
            {"ours": stand.mean, **peer_scores(track, stand.person)}
            for track, stand in zip(tracks, found, strict=True)
        ]
        truths = [
            np.array([track.skill[person] for person in stand.person.tolist()])
            for track, stand in zip(tracks, found, strict=True)
        ]
        shills = [
            np.isin(stand.person, list(track.shills)) for track, stand in zip(tracks, found, strict=True)
        ]
        name = f"simulated {family}"
        yield _compared(name, "rank correlation with truth", scores, truths, rank_correlation, high=True)
        yield _compared(name, "shills' percentile", scores, shills, mean_percentile, high=False)
        lows = [mean_percentile(stand.low, shill) for stand, shill in zip(found, shills, strict=True)]
        yield Line(track=name, metric="shills' percentile by the 10 % quantile", ours=float(np.mean(lows)))
        yield Line(
            track=name,
            metric="cover of the 80 % interval",
            ours=float(np.mean([covered(stand, truth) for stand, truth in zip(found, truths, strict=True)])),
        )


def peer_scores(track: Track, person: Column) -> dict[str, Floats]:
    """Each peer's score of those people. A claim of level 0 counts nothing where levels are weights."""
    rows = rows_of(track, track.outcome)
    place = np.searchsorted(np.unique(np.concatenate((track.train["person"], track.test["person"]))), person)
    first = np.zeros(rows.people, dtype=np.int64)
    first[rows.person] = np.arange(len(rows.person))

    def of_people(column: Floats) -> Floats:
        return column[first][place]

    level = np.asarray(rows.columns["level"], dtype=float)
    scores = {
        "raw mean": of_people(raw_mean(rows, 0.0)),
        "Wilson": of_people(wilson(rows, 1.6449)),
        "empirical Bayes": of_people(empirical_bayes(rows, 0.0)),
        "level-weighted mean": of_people(_weighted(rows, level)),
    }
    for covariates in (False, True):
        for rated in (True, False):
            model = MixedModel(rows, covariates=covariates, rated=rated, heard=level)
            name = "mixed model" + " with covariates" * covariates + ", no raters" * (not rated)
            scores[name] = model.people[place]
    note(f"{track.name}: peers done")
    return scores


def _weighted(rows: Rows, level: Floats) -> Floats:
    weight, total = rows.sums(level)
    return np.where(weight > 0, total / np.maximum(weight, 1e-9), rows.middle)[rows.person]


def rank_correlation(score: Floats, truth: Floats) -> float:
    """Spearman's; of a score that tells nobody from anybody it is 0."""
    one, other = rankdata(score), rankdata(truth)
    if one.std() == 0.0 or other.std() == 0.0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


def mean_percentile(score: Floats, chosen: Column) -> float:
    return float(100.0 * ((rankdata(score) - 0.5) / len(score))[chosen].mean())


def covered(stand: ours.Standings, truth: Floats) -> float:
    """Truth in standard deviations of all people of the platform, shills among them, from their mean."""
    scaled = (truth - truth.mean()) / truth.std()
    return float(((scaled >= stand.low) & (scaled <= stand.high)).mean())


def _compared(
    name: str,
    metric: str,
    scores: list[dict[str, Floats]],
    truths: list[Column],
    grade: Callable[[Floats, Column], float],
    *,
    high: bool,
) -> Line:
    """The mean over the seeds; people are redrawn within each."""

    def mean(peer: str, drawn: list[Column]) -> float:
        return float(
            np.mean(
                [
                    grade(score[peer][at], truth[at])
                    for score, truth, at in zip(scores, truths, drawn, strict=True)
                ]
            )
        )

    everybody = [np.arange(len(truth)) for truth in truths]
    values = {peer: mean(peer, everybody) for peer in scores[0]}
    mine = values.pop("ours")
    best = (max if high else min)(values, key=lambda peer: values[peer])
    note(f"{name}, {metric}: " + ", ".join(f"{peer} {value:.4g}" for peer, value in values.items()))
    dice = np.random.default_rng(0)
    apart = []
    for _ in range(_DRAWS):
        drawn = [dice.integers(0, len(truth), len(truth)) for truth in truths]
        apart.append(mean("ours", drawn) - mean(best, drawn))
    low, top = np.quantile(apart, (0.025, 0.975))
    return Line(
        track=name, metric=metric, ours=mine, best_peer=values[best], peer=best, ci=(float(low), float(top))
    )
