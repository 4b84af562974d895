"""Numbers that could be true: goals of some ambition, and results that follow from a hidden skill.

The world obeys the scale's own model (docs/explanation/scoring.md), so that whether the scale recovers the skill can
be read off; only people differ somewhat more here than the scale expects, to be told apart sooner.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import floor, log10
from random import Random

import numpy as np

from vetting.engagements.metrics import Metric, Unit, usual_step
from vetting.management.demo.market import Country, Gauge
from vetting.scoring.score import ambition
from vetting.scoring.weights import MONEY, PERSISTENCE, PUBLISHED, RESULTS, TRANSFER

SPREAD = 0.8  # between people, in units of the noise of one result; the scale's prior says .5
_TYPICAL = PUBLISHED.typical_ambition
# Of the way from the baseline to the best there can be: nobody closes the month in no days at all.
_MOST_ASKED = Decimal("0.7")
_MOST_GAINED = Decimal("0.9")
_MOST_LOST = Decimal("0.4")  # of the baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """What nobody sees: standings in between-person standard deviations, and habits.

    `boldness` multiplies how much goals ask; `honesty` is the chance that a result is reported as it was.
    """

    results: float
    money: float
    transfer: float
    boldness: float
    honesty: float


def draw_skill(rng: Random) -> Skill:
    results = rng.gauss(0, 1)
    related = [0.5 * results + 0.87 * rng.gauss(0, 1) for _ in range(2)]
    return Skill(
        results=results,
        money=related[0],
        transfer=related[1],
        boldness=rng.choices([0.35, 1.0, 1.8], weights=[14, 66, 20])[0],
        honesty=rng.choices([0.98, 0.6], weights=[92, 8])[0],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A metric's baseline and target, in `currency` where it is money."""

    metric: Metric
    currency: str
    baseline: Decimal
    target: Decimal

    def at(self, attained: float) -> Decimal:
        """The value where so much of the way to the target is gone; never the very best, never a collapse."""
        change = (self.target - self.baseline) * Decimal(attained)
        most = (
            _MOST_GAINED * _room(self.metric, self.baseline) if attained > 0 else _MOST_LOST * self.baseline
        )
        value = self.baseline + min(abs(change), most).copy_sign(change)
        return tidy(_possible(self.metric, value), self.metric)

    @property
    def hardness(self) -> float:
        step = float(usual_step(self.metric, self.baseline))
        baseline = float(self.baseline)
        asked = ambition(
            baseline=baseline,
            target=float(self.target),
            usual_change=step / abs(baseline) if baseline else step,
        )
        return PUBLISHED.slope * (asked - _TYPICAL)


def draw_goal(rng: Random, gauge: Gauge, country: Country, *, boldness: float) -> Goal:
    metric = gauge.metric
    factor = country.euro if metric.needs_currency else 1.0
    baseline = tidy(Decimal(rng.uniform(gauge.low, gauge.high) * factor), metric)
    asked = boldness * rng.choices([0.45, 1.0, 1.7], weights=[18, 60, 22])[0] * rng.uniform(0.85, 1.2)
    change = usual_step(metric, baseline) * Decimal(asked)
    change = min(change, _MOST_ASKED * _room(metric, baseline))
    target = _round_number(_possible(metric, baseline + int(metric.direction) * change), metric)
    if int(metric.direction) * (target - baseline) <= 0:
        target = baseline + int(metric.direction) * Decimal(1).scaleb(-_places(baseline, metric))
    currency = country.currency if metric.needs_currency else ""
    return Goal(metric=metric, currency=currency, baseline=baseline, target=target)


def attained(rng: Random, skill: float, *, hardness: float) -> float:
    """How much of the way to the target was gone, by the ordinal probit of the scale made continuous."""
    latent = SPREAD * skill - hardness + rng.gauss(0, 1)
    cuts, thresholds = PUBLISHED.dimension(RESULTS).cuts, PUBLISHED.dimension(RESULTS).thresholds
    return _drawn(latent, (-2.6, *thresholds, 1.2, 2.6), (-0.5, *cuts, 1.2, 1.5))


def fees_gained(rng: Random, skill: float) -> float:
    """What the result was worth to the client, in fees."""
    cuts, thresholds = PUBLISHED.dimension(MONEY).cuts, PUBLISHED.dimension(MONEY).thresholds
    return _drawn(SPREAD * skill + rng.gauss(0, 1), (-2.6, *thresholds, 2.6), (-1.5, *cuts, 18.0))


def transferred(rng: Random, skill: float, *, easier: float) -> int:
    """The client's answer, 0 to 4; `easier` where the work was meant to build capability."""
    latent = SPREAD * skill + easier + rng.gauss(0, 1)
    return sum(latent >= threshold for threshold in PUBLISHED.dimension(TRANSFER).thresholds)


def draw_holding(rng: Random, habit: float) -> float:
    """How well one result lasts: by its consultant's habit of making things last, and by what it is."""
    return 0.7 * SPREAD * habit + 0.8 * rng.gauss(0, 1)


def left_of(rng: Random, holding: float) -> float:
    """The part of the change that is left at a wave; most of what is all there is just as it was."""
    latent = holding + 0.5 * rng.gauss(0, 1)
    thresholds = PUBLISHED.dimension(PERSISTENCE).thresholds
    left = _drawn(latent, (-2.6, *thresholds, 1.4, 2.6), (-0.3, 0.0, 0.25, 0.75, 1.0, 1.0, 1.2))
    return 1.0 if left >= 1.0 and rng.random() < 0.6 else left


def tidy(value: Decimal, metric: Metric) -> Decimal:
    """As such a figure is written in a report: three or four digits, no more decimals than the metric has."""
    return value.quantize(Decimal(1).scaleb(-_places(value, metric)), ROUND_HALF_UP)


def round_money(value: float) -> Decimal:
    """To two leading digits and a half: 187,400 is 187,500."""
    step = 10.0 ** max(0, floor(log10(abs(value) or 1.0)) - 1) / 2
    return Decimal(round(value / step) * step).quantize(Decimal(1))


def _places(value: Decimal, metric: Metric) -> int:
    if metric.unit is Unit.COUNT:
        return 0
    digits = 2 - floor(log10(abs(value))) if value else metric.decimals
    return max(0, min(metric.decimals, digits, 2 if metric.needs_currency else 3))


def _round_number(value: Decimal, metric: Metric) -> Decimal:
    """A target is a rounder number than a measurement: two digits where they suffice."""
    places = max(0, _places(value, metric) - 1)
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _room(metric: Metric, baseline: Decimal) -> Decimal:
    """How far the metric can improve; where nothing bounds it, by as much as it is."""
    return abs(baseline if metric.best is None else metric.best - baseline)


def _possible(metric: Metric, value: Decimal) -> Decimal:
    if metric.floor is not None:
        value = max(value, metric.floor)
    return value if metric.ceiling is None else min(value, metric.ceiling)


def _drawn(latent: float, marks: tuple[float, ...], values: tuple[float, ...]) -> float:
    return float(np.interp(latent, marks, values))
