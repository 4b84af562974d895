"""The world's consultants as listings: for the tables of the product, and for the peers on the same data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from bench.world import INDUSTRIES as FIELDS
from bench.world import METRICS as KINDS
from bench.world import World
from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.engagements.metrics import METRICS
from vetting.engagements.states import MODES
from vetting.kernel.places import COUNTRIES, LANGUAGES
from vetting.profiles.states import AVAILABILITY

DIVISIONS = [code for code, each in INDUSTRIES.items() if not each.is_section][:FIELDS]
METRIC_KEYS = list(METRICS)[:KINDS]
LANGUAGE_CODES = ["en", *sorted(set(LANGUAGES) - {"en"})]
COUNTRY_CODES = sorted(COUNTRIES)
BANDS = list(SIZE_BANDS)
CURRENCY = "EUR"
_BELOW = 1.2815515655446004  # the 10 % quantile
_PRIOR = 4  # results that everybody is given, none of them good or bad
_LAST = (7 << 76) | (2 << 62)  # a version 7 key is sorted by what stands before it


def word(rank: int) -> str:
    return f"w{rank}x"


def skill(rank: int) -> str:
    return f"skill {rank}"


def key_of(consultant: int) -> UUID:
    return UUID(int=_LAST | (consultant + 1) << 80)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One listing, in plain values; `standings` (metric, bound, change) and `niches` (metric, industry, bound)."""

    id: UUID
    theta_low: float
    theta_elsewhere: float
    words: Sequence[str]
    skills: Sequence[str]
    metrics: Sequence[str]
    categories: Sequence[str]
    industries: Sequence[str]
    sizes: Sequence[str]
    modes: Sequence[str]
    languages: Sequence[str]
    country: str
    rate: float
    availability: str
    level: int
    preregistered: bool
    transfer: bool
    standings: Sequence[tuple[str, float, float]]
    niches: Sequence[tuple[str, str, float]]


def people(world: World) -> Iterator[Person]:
    """In their order by number; a million one after the other."""
    done = world.outcomes
    who, effect = done.consultant.astype(np.int64), done.effect
    overall = _bounds(who, effect, world.n)
    order = np.argsort(who, kind="stable")
    starts = np.searchsorted(who[order], np.arange(world.n + 1))
    number = np.bincount(who, minlength=world.n)
    width = np.sqrt((_BELOW / np.sqrt(number + _PRIOR)) ** 2 + (_BELOW * 0.3) ** 2)
    elsewhere = overall + _BELOW / np.sqrt(number + _PRIOR) - width
    for n, (first, last) in enumerate(pairwise(starts.tolist())):
        yield _person(world, n, order[first:last], float(overall[n]), float(elsewhere[n]))


def _person(world: World, n: int, own: NDArray[np.int64], low: float, elsewhere: float) -> Person:
    done = world.outcomes
    results: dict[tuple[str, str], list[float]] = {}
    for metric, field, effect in zip(
        done.metric[own].tolist(), done.industry[own].tolist(), done.effect[own].tolist(), strict=True
    ):
        code = DIVISIONS[field]
        for where in ("", code, INDUSTRIES[code].section):
            results.setdefault((METRIC_KEYS[metric], where), []).append(effect)
    metrics = sorted({metric for metric, _ in results})
    codes = {DIVISIONS[field] for field in world.industries.of(n).tolist()}
    clients = sorted(set((done.client[own] % len(BANDS)).tolist()))
    return Person(
        id=key_of(n),
        theta_low=low,
        theta_elsewhere=elsewhere,
        words=[word(rank) for rank in world.words.of(n).tolist()],
        skills=[skill(rank) for rank in world.skills.of(n).tolist()],
        metrics=metrics,
        categories=sorted({str(METRICS[metric].category) for metric in metrics}),
        industries=sorted(codes | {INDUSTRIES[code].section for code in codes}),
        sizes=[BANDS[band] for band in clients],
        modes=sorted({MODES[at] for at in (own % len(MODES)).tolist()}),
        languages=[LANGUAGE_CODES[rank] for rank in world.languages.of(n).tolist()],
        country=COUNTRY_CODES[int(world.country[n])],
        rate=float(world.rate[n]),
        availability=AVAILABILITY[int(world.availability[n])],
        level=min(len(own), 5) if len(own) < 3 else 2 + n % 4,
        preregistered=bool(len(own)) and n % 5 == 0,
        transfer=bool(len(own)) and n % 3 == 0,
        standings=[
            (metric, _bound(results[metric, ""]), max(results[metric, ""]) / 10) for metric in metrics
        ],
        niches=[(*key, _bound(effects)) for key, effects in sorted(results.items()) if key[1]],
    )


def _bound(effects: Sequence[float]) -> float:
    number = len(effects) + _PRIOR
    return float(sum(effects) / number - _BELOW / number**0.5)


def _bounds(who: NDArray[np.int64], effect: NDArray[np.float64], n: int) -> NDArray[Any]:
    number = np.bincount(who, minlength=n) + _PRIOR
    return np.asarray(np.bincount(who, weights=effect, minlength=n) / number - _BELOW / np.sqrt(number))
