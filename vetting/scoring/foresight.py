"""What a panel's known outcomes say of those that are not known yet, and of each person."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats
from vetting.scoring.clusters import counts
from vetting.scoring.design import design
from vetting.scoring.habits import Standing
from vetting.scoring.inference import infer
from vetting.scoring.panel import Panel
from vetting.scoring.sites import Categories, Values, relative_noise
from vetting.scoring.weights import PUBLISHED

_TENTH: Final = 1.2815515655446004  # standard deviations between the middle and the 10 % quantile
# Variances are learned and then held for certain, which leaves an interval too narrow: by five parts in a hundred on
# invented platforms (bench.simulated, seeds 10 to 12), which are not those of the benchmark.
_UNSURE: Final = 1.05


@dataclass(frozen=True, slots=True)
class Foresight:
    """`mean` is the expected category or value of each row, `good` the chance of category `good` or better.

    `people` has a line a person code: mean, 10 % and 90 % quantile and reliability of the standing at the last
    moment of the panel, in between-person standard deviations.
    """

    mean: Floats
    good: Floats
    people: Floats


def foresee(panel: Panel, *, good: int | None = None) -> Foresight:
    """Calibrate on the known rows and foresee all rows, each without its own outcome."""
    rows, count = len(panel), int(panel.person.max(initial=-1)) + 1
    panel = panel.heard().and_now()
    counted = counts(panel, PUBLISHED)
    noise = relative_noise(panel.weight, panel.known)
    parts = design(panel, counted)
    factors = [parts.person, *parts.others]
    if panel.categories is None:
        middle, scale = _scale(panel)
        values = Values(
            (panel.outcome - middle) / scale,
            panel.known,
            noise=noise,
            level=panel.level,
            levels=len(PUBLISHED.fabrication),
            counts=counted,
        )
        belief = infer(values, factors)
        return Foresight(
            mean=middle + scale * belief.mean[:rows], good=np.empty(0), people=_people(parts.person, count)
        )
    outcome = np.where(panel.known, panel.outcome, 0).astype(np.int64)
    sites = Categories(
        outcome,
        panel.known,
        panel.categories,
        noise=noise,
        level=panel.level,
        fabrication=PUBLISHED.fabrication,
        counts=counted,
    )
    belief = infer(sites, factors)
    shares = sites.foresee(belief.mean, belief.variance)
    from_good = panel.categories - 1 if good is None else good
    return Foresight(
        mean=(shares @ np.arange(panel.categories))[:rows],
        good=shares[:rows, from_good:].sum(axis=1),
        people=_people(parts.person, count),
    )


def _scale(panel: Panel) -> tuple[float, float]:
    values = panel.outcome[panel.known]
    if len(values) == 0:
        return 0.0, 1.0
    weight = np.ones(len(values)) if panel.weight is None else panel.weight[panel.known]
    middle = float(np.average(values, weights=weight))
    return middle, float(np.sqrt(np.average((values - middle) ** 2, weights=weight))) or 1.0


def _people(person: Standing, count: int) -> Floats:
    """The standings in the last `count` rows, which are the present of each person."""
    mean, variance = (column[len(column) - count :] for column in person.of_rows())
    between = person.variance
    middle, width = mean / np.sqrt(between), _UNSURE * _TENTH * np.sqrt(variance / between)
    reliability = np.clip(1.0 - variance / between, 0.0, 1.0)
    return np.column_stack((middle, middle - width, middle + width, reliability))
