"""Which factors and numbers a panel has: the same rules for every panel, whatever its columns mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats, Ints
from vetting.scoring.factors import Factor, Groups, Slopes, Wanderers
from vetting.scoring.habits import Ease, Habits, Standing
from vetting.scoring.panel import Panel, alike, coded, moments

PERSON: Final = "person"
MOMENTS: Final = 48  # in which effects may wander
_PAIRED: Final = 6  # contexts beyond these stand alone
_FAR: Final = 6.0  # standard deviations at which a number is cut off


@dataclass(frozen=True, slots=True)
class Design:
    """The person, and then who judged, for whom and when, contexts, numbers."""

    person: Standing
    others: Sequence[Factor]


def design(panel: Panel, counted: Floats | None) -> Design:
    """`counted` is how much each row counts, all of them fully where it is None."""
    time = None if panel.time is None or np.ptp(panel.time) == 0.0 else moments(panel.time, most=MOMENTS)
    found: list[Factor] = []
    if panel.rater is not None and (panel.rater >= 0).any():
        found.append(_effect("rater", panel.rater, None))
    if panel.client is not None and (panel.client >= 0).any():
        found.append(_effect("client", panel.client, time))
    if time is not None:
        everybody = np.zeros(len(panel), dtype=np.int64)
        found.append(Wanderers("cohort", everybody, _entry(panel, time)))
        found.append(Wanderers("period", everybody, time, variance=1e-4))
    found.extend(Groups(name, *coded(code)) for name, code in panel.contexts.items() if (code >= 0).any())
    found.extend(_crossed(panel))
    columns, names = numbers(panel)
    if names:
        found.append(Slopes(columns, names, free=frozenset({"intercept"})))
    return Design(person=_standing(panel, counted, time, found), others=found)


def _effect(name: str, code: Ints, time: Floats | None, *, differing: bool = False) -> Groups:
    dense, count = coded(code)
    if time is None:
        return Groups(name, dense, count, differing=differing)
    return Wanderers(name, dense, time, differing=differing)


def _standing(panel: Panel, counted: Floats | None, time: Floats | None, found: Sequence[Factor]) -> Standing:
    """Habits are told from what keeps its effect: raters and contexts. A client's moves, so it is no such thing."""
    codes = {**panel.contexts} if panel.rater is None else {"rater": panel.rater, **panel.contexts}
    eases = [
        Ease(effect, codes[effect.name], panel.person)
        for effect in found
        if isinstance(effect, Groups) and effect.name in codes
    ]
    heard = panel.known * (np.ones(len(panel)) if counted is None else counted)
    own = _effect(PERSON, panel.person, time, differing=True)
    return Standing(own, panel.person, Habits(eases, panel.person, heard))


def _crossed(panel: Panel) -> Iterator[Groups]:
    """Effects of two things together, where each occurs with several of the other and pairs occur repeatedly."""
    contexts = list(panel.contexts.items())[:_PAIRED]
    pairs = list(combinations(contexts, 2))
    for name, code in ((PERSON, panel.person), ("rater", panel.rater), ("client", panel.client)):
        if code is not None:
            pairs.extend(((name, code), context) for context in contexts)
    for one, other in (("rater", panel.rater), ("client", panel.client)):
        if other is not None:
            pairs.append(((PERSON, panel.person), (one, other)))
    for (left, left_code), (right, right_code) in pairs:
        code, count = coded(left_code, right_code)
        apart = max(coded(left_code)[1], coded(right_code)[1])
        if 1.02 * apart < count <= 0.7 * len(panel):
            yield Groups(f"{left} and {right}", code, count)


def numbers(panel: Panel) -> tuple[Floats, list[str]]:
    """Columns in standard deviations of the known rows, 0 where not known, with a column that says where."""
    found: dict[str, Floats] = {}
    if panel.categories is None:
        found["intercept"] = np.ones(len(panel))
    raw = dict(panel.numbers)
    if panel.baseline is not None:
        raw["baseline"] = panel.baseline
    if panel.weight is not None:
        raw["weight"] = np.log(panel.weight)
    for name, column in raw.items():
        found.update(_standardised(name, column, panel))
    for (left, one), (right, other) in combinations(panel.contexts.items(), 2):
        same = (one == other) & (one >= 0)
        if alike(one, other) and 0 < same[panel.known].sum() < panel.known.sum():
            found[f"{left} is {right}"] = same.astype(float)
    names = list(found)
    return np.column_stack([found[name] for name in names]) if names else np.empty((len(panel), 0)), names


def _standardised(name: str, column: Floats, panel: Panel) -> Iterator[tuple[str, Floats]]:
    there = np.isfinite(column)
    known = column[there & panel.known]
    if len(known) == 0 or np.ptp(known) == 0.0:
        return
    scaled = np.where(there, np.clip((column - known.mean()) / known.std(), -_FAR, _FAR), 0.0)
    yield name, scaled
    if len(np.unique(known)) > 2:
        square = np.where(there, scaled**2 - 1.0, 0.0)
        yield f"{name} squared", square
    if not there[panel.known].all():
        yield f"{name} missing", (~there).astype(float)


def _entry(panel: Panel, time: Floats) -> Floats:
    """When each row's person had a first known outcome; for somebody unknown, the first that is to be foreseen."""
    first = np.full(int(panel.person.max()) + 1, np.inf)
    np.minimum.at(first, panel.person[panel.known], time[panel.known])
    unknown = ~np.isfinite(first)[panel.person]
    np.minimum.at(first, panel.person[unknown], time[unknown])
    entry: Floats = first[panel.person]
    return entry
