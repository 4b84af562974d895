"""How good a foresight was, and how sure that is: each metric as a number that a cluster bootstrap can redraw."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from bench.peers import Foreseen
from bench.tracks import Column, Floats, Track

_DRAWS = 1_000


class Graded(Protocol):
    """A metric of one foresight; `draw` has how often each person is drawn, one line a redraw."""

    def redrawn(self, draw: Floats) -> Floats: ...


@dataclass(frozen=True)
class Ratio:
    """A ratio of sums over people, or its square root: log-loss, RMSE, and the difference of two such means."""

    above: Floats
    below: Floats
    root: bool = False

    def redrawn(self, draw: Floats) -> Floats:
        mean = (draw @ self.above) / (draw @ self.below)
        return np.sqrt(mean) if self.root else mean


@dataclass(frozen=True)
class Difference:
    one: Ratio
    other: Ratio

    def redrawn(self, draw: Floats) -> Floats:
        return np.abs(self.one.redrawn(draw) - self.other.redrawn(draw))


@dataclass(frozen=True)
class Concordance:
    """Of pairs of people, each drawn as often as both of the two are: how many pairs of rows, and how many right."""

    first: Column
    second: Column
    rows: Floats
    right: Floats

    def redrawn(self, draw: Floats) -> Floats:
        return np.array([self._once(line) for line in draw])

    def _once(self, line: Floats) -> float:
        often = line[self.first] * line[self.second]
        return float(often @ self.right / max(float(often @ self.rows), 1e-300))


@dataclass(frozen=True)
class Comparison:
    """`interval` holds 95 % of the redrawn differences: ours less the best peer's."""

    ours: float
    best: float
    peer: str
    interval: tuple[float, float]


def compare(ours: Graded, peers: dict[str, Graded], people: int, *, high: bool) -> Comparison:
    """Against the peer that does best on these very test rows; `high` where a greater value is better."""
    once = np.ones((1, people))
    values = {name: float(graded.redrawn(once)[0]) for name, graded in peers.items()}
    peer = (max if high else min)(values, key=lambda name: values[name])
    generator = np.random.default_rng(0)
    draw = generator.multinomial(people, np.full(people, 1.0 / people), size=_DRAWS).astype(float)
    apart = ours.redrawn(draw) - peers[peer].redrawn(draw)
    low, high_end = np.quantile(apart, (0.025, 0.975))
    return Comparison(float(ours.redrawn(once)[0]), values[peer], peer, (float(low), float(high_end)))


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Test rows of one or more tracks of the same people, joined. A rater of one track is nobody's of another."""

    tracks: list[Track]
    person: Column
    people: int
    truth: Floats
    weight: Floats
    rater: Column | None

    @classmethod
    def of(cls, tracks: list[Track]) -> "Joined":
        codes, person = np.unique(
            np.concatenate([track.test["person"] for track in tracks]), return_inverse=True
        )
        rater = None
        if "rater" in tracks[0].test:
            number = np.repeat(np.arange(len(tracks)), [len(track.truth) for track in tracks])
            raters = np.concatenate([track.test["rater"] for track in tracks])
            rater = np.unique(np.column_stack((number, raters)), axis=0, return_inverse=True)[1].ravel()
        return cls(
            tracks=tracks,
            person=person,
            people=len(codes),
            truth=np.concatenate([track.truth for track in tracks]),
            weight=np.concatenate([track.weight for track in tracks]),
            rater=rater,
        )

    def _summed(self, column: Floats) -> Floats:
        return np.bincount(self.person, column, self.people)

    def log_loss(self, seen: Foreseen) -> Ratio:
        good = self.truth >= self.tracks[0].good
        chance = np.clip(np.where(good, seen.good, 1.0 - seen.good), 1e-12, 1.0)
        return Ratio(self._summed(-np.log(chance)), self._summed(np.ones(len(good))))

    def rmse(self, seen: Foreseen) -> Ratio:
        missed = self.weight * (self.truth - seen.mean) ** 2
        return Ratio(self._summed(missed), self._summed(self.weight), root=True)

    def concordance(self, seen: Foreseen) -> Concordance:
        """How often, of two outcomes judged by one rater, the better one was foreseen as the better one."""
        one, other = pairs(self.rater)
        better = np.where(self.truth[one] > self.truth[other], one, other)
        worse = one + other - better
        kept = (self.truth[one] != self.truth[other]) & (self.person[one] != self.person[other])
        better, worse = better[kept], worse[kept]
        right = np.sign(seen.mean[better] - seen.mean[worse]) / 2.0 + 0.5
        couple, place = np.unique(self.person[better] * self.people + self.person[worse], return_inverse=True)
        return Concordance(
            couple // self.people, couple % self.people, np.bincount(place) * 1.0, np.bincount(place, right)
        )

    def home_bias(self, seen: Foreseen) -> Difference:
        """By how much more the marks from a person's own country exceed what was foreseen."""
        home = np.concatenate([t.test["c_person_country"] == t.test["c_rater_country"] for t in self.tracks])
        missed = self.truth - seen.mean
        return Difference(*(Ratio(self._summed(missed * at), self._summed(at * 1.0)) for at in (home, ~home)))


def pairs(group: Column) -> tuple[Column, Column]:
    """All pairs of rows of one group."""
    order = np.argsort(group, kind="stable")
    first, second = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        one, other = np.triu_indices(len(rows), 1)
        first.append(rows[one])
        second.append(rows[other])
    return np.concatenate(first), np.concatenate(second)
