"""Floods: a person buys a hundred top claims of the weakest level from one made-up client."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from bench import ours
from bench.lines import Line
from bench.simulated import LEVELS, YEARS, Platform, simulate
from bench.standings import peer_scores
from bench.tracks import Floats, Track
from vetting.scoring.evidence import Claim, Direction
from vetting.scoring.score import Score, score

FAKES = 100
_PLATFORM = Platform(people=200, colluders=0.0)
DAY = date(2026, 3, 1)
_USUAL = 0.15


def lines() -> Iterator[Line]:
    yield from _on_scores()
    yield from _on_panels()


def curve(counts: tuple[int, ...]) -> dict[str, list[float]]:
    """Percentile points that so many fakes gain, of ours and of each peer, for somebody of middling standing."""
    track = simulate("attacked", _PLATFORM, 0)
    person = _victims(track)[1]
    found: dict[str, list[float]] = {}
    for count in counts:
        for name, value in _percentiles(flooded(track, person, count), person).items():
            found.setdefault(name, []).append(value)
    return {name: [value - values[0] for value in values] for name, values in found.items()}


def flooded(track: Track, person: int, count: int) -> Track:
    """The track with so many new rows of one new client and its one new rater, in the last half-year."""
    if count == 0:
        return track
    dice = np.random.default_rng(count)
    new = {
        "person": np.full(count, person),
        "rater": np.full(count, track.train["rater"].max() + 1),
        "client": np.full(count, track.train["client"].max() + 1),
        "time": np.round(YEARS - dice.random(count) / 2, 3),
        "level": np.full(count, 1),
    }
    for name, column in track.train.items():
        new.setdefault(name, dice.choice(column, count))
    train = {name: np.append(column, new[name]) for name, column in track.train.items()}
    outcome = np.append(track.outcome, np.full(count, LEVELS - 1.0))
    return replace(track, name=f"{track.name}_{count}", train=train, outcome=outcome)


def _on_panels() -> Iterator[Line]:
    track = simulate("attacked", _PLATFORM, 0)
    plain = ours.foresee(track)[1]
    before = _peer_percentiles(track)
    moved, gained = [], {name: [] for name in ("ours", *before)}
    for person in _victims(track):
        attacked = flooded(track, person, FAKES)
        stand = ours.foresee(attacked)[1]
        moved.append(stand.of(person) - plain.of(person))
        gained["ours"].append(stand.percentile(person) - plain.percentile(person))
        for name, values in _peer_percentiles(attacked).items():
            gained[name].append(values[person] - before[name][person])
    means = {name: float(np.mean(values)) for name, values in gained.items()}
    mine = means.pop("ours")
    peer = min(means, key=lambda name: means[name])
    name = f"{FAKES} weakest-level fakes of one client"
    yield Line(
        track=name,
        metric="percentile points gained, calibrated panel",
        ours=mine,
        best_peer=means[peer],
        peer=peer,
    )
    yield Line(track=name, metric="standard deviations gained at most, calibrated panel", ours=max(moved))
    for peer, value in means.items():
        yield Line(
            track=name, metric=f"percentile points gained: {peer}", ours=mine, best_peer=value, peer=peer
        )


def _victims(track: Track) -> list[int]:
    """Three honest people with a record: of low, lower middling and middling skill."""
    known, often = np.unique(track.train["person"], return_counts=True)
    usual = [person for person in known[often >= 4].tolist() if person not in track.shills]
    ranked = sorted(usual, key=lambda person: track.skill[person])
    return [ranked[int(share * len(ranked))] for share in (0.15, 0.3, 0.5)]


def _percentiles(track: Track, person: int) -> dict[str, float]:
    peers = {name: values[person] for name, values in _peer_percentiles(track).items()}
    return {"ours": ours.foresee(track)[1].percentile(person), **peers}


def _peer_percentiles(track: Track) -> dict[str, Floats]:
    """By person's number; people are 0, 1, ... on invented platforms."""
    people = np.arange(len(track.skill))
    return {
        name: np.array([ours.percentile(values, person) for person in people.tolist()])
        for name, values in peer_scores(track, people).items()
    }


def _on_scores() -> Iterator[Line]:
    """On `score()`: histories of three to eight claims, and what the same hundred fakes move."""
    dice = np.random.default_rng(0)
    histories = [
        [
            claim(
                f"{person}-{number}",
                float(dice.normal(0.9 + 0.3 * skill, 0.5)),
                int(dice.integers(2, 5)),
                number,
            )
            for number in range(int(dice.integers(3, 9)))
        ]
        for person, skill in enumerate(dice.normal(size=200).tolist())
    ]
    plain = [score(claims, [], on=DAY) for claims in histories]
    means = np.array([result.composite.mean for result in plain])
    order = np.argsort(means)
    moved, points = [0.0], []
    for place in (order[30], order[60], order[100], order[160]):
        fakes = [claim(f"fake {number}", 3.0, 1, number, client="one client") for number in range(FAKES)]
        result = score([*histories[place], *fakes], [], on=DAY)
        moved.append(_most(result, plain[place]))
        attacked = means.copy()
        attacked[place] = result.composite.mean
        points.append(ours.percentile(attacked, int(place)) - ours.percentile(means, int(place)))
    empty = score([], [], on=DAY)
    moved.append(_most(score(fakes, [], on=DAY), empty))
    name = f"{FAKES} weakest-level fakes of one client"
    yield Line(track=name, metric="standard deviations gained at most, score()", ours=max(moved))
    yield Line(track=name, metric="percentile points gained, score()", ours=float(np.mean(points)))


def _most(after: Score, before: Score) -> float:
    gains = [after.dimensions[name].mean - before.dimensions[name].mean for name in after.dimensions]
    return max(after.composite.mean - before.composite.mean, *gains)


def claim(key: str, reached: float, level: int, number: int, *, client: str = "") -> Claim:
    weakest = level == 1
    return Claim(
        key=key,
        baseline=100.0,
        target=115.0,
        achieved=100.0 + 15.0 * round(reached, 3),
        direction=Direction.UP,
        usual_change=_USUAL,
        level=level,
        preregistered=not weakest,
        cluster=client or f"client of {key}",
        referee=client or f"referee of {key}",
        vouches_elsewhere=not weakest,
        verified_on=DAY - timedelta(days=30 * number % 700),
        transfer=4 if weakest else None,
    )
