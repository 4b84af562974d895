"""Invented platforms where the truth is known: six years of outcomes, and one person in twenty a shill.

What a platform does is one line of figures below. Everything is in units of the noise of one outcome but for
`skill`, whose standard deviation over the honest is 1.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.tracks import Column, Columns, Floats, Track

YEARS: Final = 6.0
LEVELS: Final = 5
_GOOD: Final = 3
_THRESHOLDS: Final = np.array([-1.2, -0.6, 0.1, 0.8])
_MADE_UP: Final = np.array([0.02, 0.03, 0.1, 0.15, 0.7])
_FALSE: Final = np.array([0.7, 0.2, 0.06, 0.02, 0.003])  # how often a claim is made up, by evidence level
_HONEST_LEVELS: Final = np.array([0.12, 0.28, 0.35, 0.2, 0.05])
_SHILL_LEVELS: Final = np.array([0.55, 0.36, 0.09, 0.0, 0.0])
_SANDBAGGED: Final = 1.5  # by how much less such a person aims at


@dataclass(frozen=True, kw_only=True)
class Platform:
    people: int = 600
    outcomes: float = 8.0  # of an honest person, in the mean
    spread: float = 0.6  # what one unit of skill does
    moving: float = 0.2  # the part of a skill's variance that changes, half of it within two years
    leniency: float = 0.35
    client: float = 0.2
    field: float = 0.3  # how much industries and metrics differ
    slope: float = 0.5  # what one unit of ambition takes away
    tails: float = np.inf  # degrees of freedom of skill and noise
    suited: float = 0.0  # how much strong people meet lenient (or, below 0, strict) raters
    choosy: float = 0.0  # how much strong people choose easy fields
    sandbaggers: float = 0.0
    inflation: float = 0.0  # a year
    bent: float = 0.0  # how much more than in proportion an easy target gives
    colluders: float = 0.3  # the part of the shills with raters of their own
    colluders_level: int = 1
    silent: float = 0.0  # how often a poor outcome at a weak level stays unreported


FAMILIES: Final = {
    "like": Platform(),
    "unlike": Platform(
        tails=4.0, suited=0.8, sandbaggers=0.2, bent=0.3, inflation=0.2, colluders=0.6, colluders_level=3
    ),
    "sparse": Platform(outcomes=2.6, people=900, moving=0.6, client=0.5, field=0.6, choosy=1.0, silent=0.5),
}


def platforms(seeds: int = 3) -> Iterator[Track]:
    for name, platform in FAMILIES.items():
        for seed in range(seeds):
            yield simulate(f"{name}_{seed}", platform, seed)


def simulate(name: str, platform: Platform, seed: int) -> Track:
    world = _World(platform, np.random.default_rng((seed, len(name))), seed)
    past, test = world.past(), world.next()
    outcome = past.pop("category").astype(float)
    truth = test.pop("category").astype(float)
    return Track(
        name=name,
        levels=LEVELS,
        good=_GOOD,
        train=past,
        test=test,
        outcome=outcome,
        truth=truth,
        skill=dict(enumerate(world.skill[:, -1].tolist())),
        shills=frozenset(np.flatnonzero(world.shill).tolist()),
    )


class _World:
    def __init__(self, platform: Platform, dice: np.random.Generator, seed: int) -> None:
        self.platform, self.dice = platform, dice
        people = platform.people
        self.shill = np.zeros(people, dtype=bool)
        self.shill[dice.choice(people, people // 20, replace=False)] = True
        self.skill = self._skills()
        self.clients = people // 4
        self.of_client = dice.integers(0, self.clients, 2 * self.clients)  # a rater's client
        self.of_client[: self.clients] = np.arange(self.clients)
        self.lenient = dice.normal(0.0, platform.leniency, len(self.of_client))
        self.generous = dice.normal(0.0, platform.client, self.clients)
        self.industries, self.metrics = (
            dice.normal(0.0, platform.field, 8),
            dice.normal(0.0, platform.field, 6),
        )
        self.modest = dice.random(people) < platform.sandbaggers
        self.suited = platform.suited if seed % 2 == 0 else -platform.suited
        self.friends = self._friends()

    def _skills(self) -> Floats:
        """By person and half-year: a part that stays and one that wanders."""
        people, moments = self.platform.people, round(2 * YEARS) + 1
        stays = self._draw(people)
        wanders = np.empty((people, moments))
        wanders[:, 0] = self.dice.normal(size=people)
        kept = 0.5**0.25
        for moment in range(1, moments):
            step = self.dice.normal(size=people) * np.sqrt(1.0 - kept**2)
            wanders[:, moment] = kept * wanders[:, moment - 1] + step
        moving = self.platform.moving
        skill = np.sqrt(1.0 - moving) * stays[:, np.newaxis] + np.sqrt(moving) * wanders
        skill[self.shill] = 0.4 * skill[self.shill] - 1.2
        return skill

    def _draw(self, size: int) -> Floats:
        """Of variance 1, with the platform's tails."""
        tails = self.platform.tails
        if np.isinf(tails):
            return self.dice.normal(size=size)
        return self.dice.standard_t(tails, size=size) * np.sqrt((tails - 2.0) / tails)

    def _friends(self) -> Column:
        """The rater who always says the best of a shill, or -1; three shills share one, who rates others as well."""
        friends = np.full(self.platform.people, -1)
        shills = np.flatnonzero(self.shill)
        shills = shills[: round(self.platform.colluders * len(shills))]
        friends[shills] = self.dice.choice(len(self.of_client), len(shills) // 3 + 1, replace=False)[
            np.arange(len(shills)) // 3
        ]
        return friends

    def past(self) -> Columns:
        people = self.platform.people
        mean = np.where(self.shill, 1.5 * self.platform.outcomes, self.platform.outcomes)
        often = 1 + self.dice.poisson(self.dice.gamma(1.5, (mean - 1.0) / 1.5))
        person = np.repeat(np.arange(people), often)
        entry = self.dice.random(people) * 0.7 * YEARS
        when = entry[person] + self.dice.random(len(person)) * (YEARS - entry[person])
        level = self.dice.choice(LEVELS, len(person), p=_HONEST_LEVELS)
        level = np.where(self.shill[person], self.dice.choice(LEVELS, len(person), p=_SHILL_LEVELS), level)
        rows = self._outcomes(person, when, level)
        self._collude(rows)
        poor = (rows["category"] <= 1) & (rows["level"] <= 2)
        return _only(rows, ~(poor & (self.dice.random(len(person)) < self.platform.silent)))

    def next(self) -> Columns:
        """One honest, well verified outcome of each person, a quarter of a year later."""
        person = np.arange(self.platform.people)
        return self._outcomes(person, np.full(len(person), YEARS + 0.25), np.full(len(person), 4))

    def _outcomes(self, person: Column, when: Floats, level: Column) -> Columns:
        platform, rows = self.platform, len(person)
        moment = np.minimum(np.floor(2 * when).astype(int), round(2 * YEARS))
        skill = self.skill[person, moment]
        rater = self._meet(skill, len(self.of_client), self.lenient, self.suited)
        industry = self._meet(skill, len(self.industries), self.industries, platform.choosy)
        metric = self._meet(skill, len(self.metrics), self.metrics, platform.choosy)
        ambition = self.dice.normal(size=rows) - _SANDBAGGED * self.modest[person]
        size = self.dice.integers(1, 6, rows).astype(float)
        client = self.of_client[rater]
        expected = (
            platform.spread * skill + self.lenient[rater] + self.generous[client] + self.industries[industry]
        )
        expected += self.metrics[metric] + platform.inflation * (when - YEARS / 2) - 0.05 * (size - 3.0)
        expected -= platform.slope * ambition - platform.bent * np.maximum(-ambition, 0.0) ** 2
        category = np.searchsorted(_THRESHOLDS, expected + self._draw(rows))
        false = np.where(self.shill[person], np.maximum(_FALSE[level], 0.9 * (level < 2)), _FALSE[level])
        made_up = (self.dice.random(rows) < false) & (when <= YEARS)
        category = np.where(made_up, self.dice.choice(LEVELS, rows, p=_MADE_UP), category)
        return {
            "person": person,
            "rater": rater,
            "client": client,
            "time": np.round(when, 3),
            "level": level,
            "c_industry": industry,
            "c_metric": metric,
            "x_ambition": np.round(ambition, 3),
            "x_size": size,
            "category": category,
        }

    def _meet(self, skill: Floats, count: int, kindness: Floats, suited: float) -> Column:
        """Somebody at random; where people are suited, the best suited of three (strong and kind, weak and strict)."""
        tried = self.dice.integers(0, count, (len(skill), 3))
        likes = suited * skill[:, np.newaxis] * kindness[tried] / max(float(kindness.std()), 1e-9)
        likes += self.dice.gumbel(size=tried.shape)
        return tried[np.arange(len(skill)), likes.argmax(axis=1)]

    def _collude(self, rows: Columns) -> None:
        """Half of the claims of a shill with a friend are the friend's, and are the best there is."""
        friend = self.friends[rows["person"]]
        bought = (friend >= 0) & (self.dice.random(len(friend)) < 0.5)
        rows["rater"] = np.where(bought, friend, rows["rater"])
        rows["client"] = self.of_client[rows["rater"]]
        rows["level"] = np.where(bought, self.platform.colluders_level, rows["level"])
        rows["category"] = np.where(bought, LEVELS - 1, rows["category"])


def _only(rows: Columns, kept: Column) -> Columns:
    return {name: column[kept] for name, column in rows.items()}
