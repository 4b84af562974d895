"""The world of the speed benches: how skewed a market of N consultants is, as arrays.

Everything is drawn from Zipf laws, p(rank) ~ (rank + shift) ** -s, so that a few words, skills and people are in
nearly every answer and most in hardly any. The same `n` and `seed` give the same arrays, and each part has a stream
of its own: people without outcomes are the same people.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SKILLS, INDUSTRIES, LANGUAGES, COUNTRIES, WORDS, METRICS = 5_000, 60, 40, 100, 50_000, 24
AVAILABILITY = (0.3, 0.25, 0.25, 0.2)
DAYS = 1_500
_STREAM = 20250101
_CHUNK = 50_000  # consultants drawn at a time, so that a million need no more memory than their result


@dataclass(frozen=True, slots=True)
class Lists:
    """One list a consultant: hers are values[starts[i]:starts[i + 1]], distinct and ascending; 0 is the commonest."""

    starts: NDArray[np.int64]
    values: NDArray[np.uint16]

    def of(self, consultant: int) -> NDArray[np.uint16]:
        return self.values[self.starts[consultant] : self.starts[consultant + 1]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Five a consultant on average: `effect` in units of the scale, `success` whether the goal was reached."""

    consultant: NDArray[np.int32]
    industry: NDArray[np.uint16]
    metric: NDArray[np.uint8]
    client: NDArray[np.int32]
    effect: NDArray[np.float64]
    success: NDArray[np.bool_]
    day: NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """`quality` is the truth nobody sees. `edges` are referrals: row 0 who refers, row 1 whom."""

    n: int
    quality: NDArray[np.float64]
    skills: Lists
    industries: Lists
    languages: Lists
    words: Lists
    country: NDArray[np.uint8]
    rate: NDArray[np.float64]
    availability: NDArray[np.uint8]
    outcomes: Outcomes
    edges: NDArray[np.int32]


def world(n: int, seed: int = 1, *, referrals: int = 10) -> World:
    """`referrals` a consultant; none for those who only search."""
    draw = [np.random.default_rng(each) for each in np.random.SeedSequence([_STREAM, seed]).spawn(9)]
    industries = _lists(draw[1], n, 1 + np.clip(draw[1].poisson(0.8, n), 0, 4), INDUSTRIES, 0.8)
    quality = draw[0].normal(0, 0.6, n)
    return World(
        n=n,
        quality=quality,
        skills=_lists(draw[2], n, np.clip(draw[2].poisson(8, n), 1, 20), SKILLS, 1.0),
        industries=industries,
        languages=_languages(draw[3], n),
        words=_lists(draw[4], n, np.clip(draw[4].gamma(4, 12.5, n), 20, 120).astype(int), WORDS, 1.0),
        country=_zipf(draw[5], n, COUNTRIES, 1.1).astype(np.uint8),
        rate=np.clip(np.exp(draw[6].normal(np.log(120), 0.5, n)), 15, 2_000).round(2),
        availability=draw[6].choice(4, size=n, p=AVAILABILITY).astype(np.uint8),
        outcomes=_outcomes(draw[7], n, quality, industries),
        edges=_edges(draw[8], n, quality, referrals * n),
    )


def _zipf(draw: Any, size: int, values: int, s: float, shift: float = 0.0) -> NDArray[np.int64]:
    """Ranks from 0, the commonest, to `values` - 1."""
    chance = np.cumsum((np.arange(1, values + 1) + shift) ** -s)
    found: NDArray[np.int64] = np.searchsorted(chance, draw.random(size) * chance[-1], side="right")
    return np.minimum(found, values - 1)


def _lists(draw: Any, n: int, counts: NDArray[Any], values: int, s: float) -> Lists:
    parts, lengths = [], []
    for first in range(0, n, _CHUNK):
        some = counts[first : first + _CHUNK]
        owner = np.repeat(np.arange(len(some), dtype=np.int64), some)
        kept = np.unique(owner * values + _zipf(draw, len(owner), values, s))
        parts.append((kept % values).astype(np.uint16))
        lengths.append(np.bincount(kept // values, minlength=len(some)))
    return _joined(lengths, parts)


def _languages(draw: Any, n: int) -> Lists:
    """Three in four speak the commonest besides their own."""
    own = _lists(draw, n, 1 + np.clip(draw.poisson(0.5, n), 0, 3), LANGUAGES, 1.3)
    owner = np.repeat(np.arange(n), np.diff(own.starts))
    first = np.flatnonzero(draw.random(n) < 0.75)
    kept = np.unique(np.concatenate((owner * LANGUAGES + own.values, first * LANGUAGES)))
    return _joined([np.bincount(kept // LANGUAGES, minlength=n)], [(kept % LANGUAGES).astype(np.uint16)])


def _joined(lengths: list[NDArray[Any]], parts: list[NDArray[np.uint16]]) -> Lists:
    return Lists(np.concatenate(([0], np.cumsum(np.concatenate(lengths)))), np.concatenate(parts))


def _outcomes(draw: Any, n: int, quality: NDArray[np.float64], industries: Lists) -> Outcomes:
    size = 5 * n
    who = draw.permutation(n)[_zipf(draw, size, n, 0.9, 5e-4 * n)]
    own = np.diff(industries.starts)[who]
    return Outcomes(
        consultant=who.astype(np.int32),
        industry=industries.values[industries.starts[who] + draw.integers(0, own)],
        metric=_zipf(draw, size, METRICS, 0.8).astype(np.uint8),
        client=_zipf(draw, size, max(n // 5, 1), 0.7).astype(np.int32),
        effect=draw.normal(quality[who], 1),
        success=draw.random(size) < 1 / (1 + np.exp(-0.4 - quality[who])),
        day=draw.integers(0, DAYS, size).astype(np.int16),
    )


def _edges(draw: Any, n: int, quality: NDArray[np.float64], size: int) -> NDArray[np.int32]:
    """The good are referred to more often, with luck; nobody refers to herself."""
    source = draw.permutation(n)[_zipf(draw, size, n, 0.5, 1e-3 * n)]
    by_luck = np.argsort(-(quality + draw.gumbel(size=n)), kind="stable")
    target = by_luck[_zipf(draw, size, n, 0.7, 1e-4 * n)]
    return np.stack((source, target)).astype(np.int32)[:, source != target]
