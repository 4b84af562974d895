"""Attacks on a graph of referrals, and what they gain in percentile points among those who were there before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.referral_tracks import Track
from vetting.scoring.arrays import Floats, Ints
from vetting.scoring.ratings import RatingGraph, rating_graph

Rows = list[tuple[int, int, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who attacks for whom: accounts made up for it, and people who were there."""

    target: int
    fakes: Ints
    people: Ints  # real accounts that have nothing to do with the target, in random order
    verified: Ints  # those of them whom clients verified
    best: float  # the greatest rating there is
    signed: bool


def ring(scene: Scene, size: int) -> Rows:
    """So many fakes that praise the target, each other in a circle, and are praised by the target."""
    fakes = scene.fakes[:size].tolist()
    circle = list(zip(fakes, [*fakes[1:], fakes[0]], strict=True))
    pairs = [*circle, *((fake, scene.target) for fake in fakes), *((scene.target, fake) for fake in fakes)]
    return [(source, target, scene.best) for source, target in pairs]


def camouflage(scene: Scene) -> Rows:
    """A ring of ten whose members, and the target, praise fifty real people, too."""
    honest = scene.people[:50].tolist()
    praise = [(source, person, scene.best) for source in (scene.target,) for person in honest]
    shared = [(int(scene.fakes[number % 10]), person, scene.best) for number, person in enumerate(honest)]
    return [*ring(scene, 10), *praise, *shared]


def exchange(scene: Scene) -> Rows:
    """The target and five real people praise each other."""
    friends = scene.people[:5].tolist()
    return [
        row
        for friend in friends
        for row in ((friend, scene.target, scene.best), (scene.target, friend, scene.best))
    ]


def slander(scene: Scene) -> Rows:
    """Fifty fakes warn of fifty real people; where nothing bad can be said, they say nothing."""
    if not scene.signed:
        return []
    victims = scene.people[:50].tolist()
    return [(int(fake), person, -scene.best) for fake in scene.fakes[:50] for person in victims]


def bought(scene: Scene, number: int) -> Rows:
    """So many verified people sell the target a referral."""
    return [(int(person), scene.target, scene.best) for person in scene.verified[:number]]


ATTACKS: Final[Mapping[str, Callable[[Scene], Rows]]] = {
    "ring 10": lambda scene: ring(scene, 10),
    "ring 100": lambda scene: ring(scene, 100),
    "camouflage 50": camouflage,
    "reciprocal x5": exchange,
    "slander x50": slander,
}
BOUGHT: Final[Mapping[str, Callable[[Scene], Rows]]] = {
    "bought 1": lambda scene: bought(scene, 1),
    "bought 5": lambda scene: bought(scene, 5),
}


def scenes(track: Track, number: int, seed: int) -> list[Scene]:
    """Unverified accounts drawn by lot, the same for every score."""
    random = np.random.default_rng(seed)
    members = np.unique(np.concatenate((track.source, track.target)))
    fakes = members.max() + 1 + np.arange(100)
    found = []
    for target in random.choice(np.setdiff1d(members, track.verified), number, replace=False):
        linked = np.append(track.target[track.source == target], track.source[track.target == target])
        strangers = random.permutation(np.setdiff1d(members, np.append(linked, target)))
        found.append(
            Scene(
                target=int(target),
                fakes=fakes,
                people=strangers,
                verified=strangers[np.isin(strangers, track.verified)],
                best=float(np.abs(track.weight).max()),
                signed=track.signed,
            )
        )
    return found


def attacked(track: Track, rows: Rows) -> RatingGraph:
    """The graph with these rows in it, said a moment after the last."""
    source, target, weight = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    time = track.time
    if time is not None:
        time = np.append(time, np.full(len(rows), time.max() + 1.0))
    return rating_graph(
        source=np.append(track.source, source.astype(np.int64)),
        target=np.append(track.target, target.astype(np.int64)),
        weight=np.append(track.weight, weight),
        time=time,
        verified=track.verified,
        signed=track.signed,
    )


def percentile(graph: RatingGraph, score: Floats, account: int, among: Ints) -> float:
    """How many percent of these accounts it stands above; one that stands level counts half."""
    others = score[np.searchsorted(graph.nodes, among)]
    own = score[np.searchsorted(graph.nodes, account)]
    return 100.0 * float(np.mean(others < own) + 0.5 * np.mean(others == own))
