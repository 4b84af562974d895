"""What others rank accounts by, each in the form its authors gave it, with the knobs they left open."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats, Ints
from vetting.scoring.ratings import RatingGraph, totals

_STEPS: Final = 100

Peer = Callable[[RatingGraph], Floats]


def in_degree(graph: RatingGraph) -> Floats:
    """How many rated the account above zero."""
    return totals(graph.target, (graph.weight > 0.0) * 1.0, len(graph.nodes))


def pagerank(graph: RatingGraph, *, damping: float = 0.85) -> Floats:
    """Brin and Page (1998) on ratings above zero, by their weight."""
    return _walk(graph, np.full(len(graph.nodes), 1.0 / len(graph.nodes)), damping)


def eigentrust(graph: RatingGraph, *, damping: float = 0.85) -> Floats:
    """Kamvar, Schlosser and Garcia-Molina (2003): the walk goes back to the verified."""
    return _walk(graph, graph.verified / graph.verified.sum(), damping)


def sybilrank(graph: RatingGraph, *, steps: int | None = None) -> Floats:
    """Cao, Sirivianos, Yang and Pregueiro (2012): a short walk along friendships, by degree."""
    up = graph.weight > 0.0
    low, high = np.minimum(graph.source[up], graph.target[up]), np.maximum(graph.source[up], graph.target[up])
    low, high = np.divmod(np.unique(low * len(graph.nodes) + high), len(graph.nodes))
    source, target = np.append(low, high), np.append(high, low)
    degree = totals(source, np.ones(len(source)), len(graph.nodes))
    trust = graph.verified / graph.verified.sum()
    for _ in range(int(np.ceil(np.log2(len(graph.nodes)))) if steps is None else steps):
        trust = totals(target, trust[source] / degree[source], len(graph.nodes))
    return trust / np.maximum(degree, 1.0)


def beta(graph: RatingGraph, *, prior: float = 1.0, by_weight: bool = True) -> Floats:
    """Josang and Ismail (2002): the expected part of good ratings, in units of the middle rating's size."""
    size = np.abs(graph.weight) / np.median(np.abs(graph.weight)) if by_weight else np.ones(len(graph.weight))
    good = totals(graph.target, size * (graph.weight > 0.0), len(graph.nodes))
    bad = totals(graph.target, size * (graph.weight < 0.0), len(graph.nodes))
    return (good + prior) / (good + bad + 2.0 * prior)


PEERS: Final[Mapping[str, Peer]] = {
    "in-degree": in_degree,
    "pagerank": pagerank,
    "eigentrust": eigentrust,
    "sybilrank": sybilrank,
    "beta": beta,
}


def _tuned() -> dict[str, dict[str, Peer]]:
    def fixed(peer: Callable[..., Floats], **knobs: float | bool | None) -> Peer:
        return lambda graph: peer(graph, **knobs)

    dampings, lengths = (0.5, 0.7, 0.85, 0.95), (2, 4, 8, None, 20)
    priors = [(prior, by_weight) for prior in (0.2, 0.5, 1.0, 2.0, 5.0) for by_weight in (True, False)]
    return {
        "in-degree": {"": in_degree},
        "pagerank": {f"damping {value}": fixed(pagerank, damping=value) for value in dampings},
        "eigentrust": {f"damping {value}": fixed(eigentrust, damping=value) for value in dampings},
        "sybilrank": {f"steps {value or 'log2 n'}": fixed(sybilrank, steps=value) for value in lengths},
        "beta": {
            f"prior {prior}, {'by weight' if by_weight else 'counts'}": fixed(
                beta, prior=prior, by_weight=by_weight
            )
            for prior, by_weight in priors
        },
    }


# The best of each is taken on the very labels that grade it: an advantage that ours does not have.
TUNED: Final = _tuned()


def _walk(graph: RatingGraph, start: Floats, damping: float) -> Floats:
    up = graph.weight > 0.0
    source: Ints = graph.source[up]
    target: Ints = graph.target[up]
    given = totals(source, graph.weight[up], len(graph.nodes))
    share = graph.weight[up] / given[source]
    rank = start
    for _ in range(_STEPS):
        moved = damping * totals(target, share * rank[source], len(graph.nodes))
        rank = moved + (1.0 - moved.sum()) * start  # who rates nobody starts again
    return rank
