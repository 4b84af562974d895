"""The panel of all consultants' claims, and what is learned from it by type-II likelihood."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from vetting.scoring.arrays import Flags, Floats, Ints
from vetting.scoring.evidence import Claim
from vetting.scoring.factors import Factor, Groups, Slopes, Wanderers
from vetting.scoring.inference import infer
from vetting.scoring.panel import coded, moments
from vetting.scoring.readings import DAYS_A_YEAR, Place, Readings, asked, read
from vetting.scoring.sites import Categories
from vetting.scoring.weights import RESULTS, Constants, Dimension

FOLDS: Final = 5
MOMENTS: Final = 48  # in which people may wander
# What the published constants count, in claims: from as many claims on, more than half of a constant is learned.
PRIOR_CLAIMS: Final = 200.0
REFEREE: Final = "referee"
CLIENT: Final = "client"
YEAR: Final = "year"
LEAST: Final = 1e-4  # variance below which circumstances of a kind are taken not to differ
_ALONE: Final = Place(rank=1, weight=1.0, weak=False)

Effects = Mapping[str, Mapping[str, tuple[float, float]]]


def fold_of(consultant: str) -> int:
    """By the key alone, so that nobody's fold changes when others come or go."""
    return hashlib.sha256(consultant.encode()).digest()[0] % FOLDS


def circumstances(claim: Claim) -> Iterable[tuple[str, str]]:
    """Kind and value of everything that is not the consultant: who judged, for whom, in which field and year."""
    if claim.referee:
        yield REFEREE, claim.referee
    yield CLIENT, claim.cluster
    yield YEAR, str(claim.verified_on.year)
    yield from claim.contexts


@dataclass(frozen=True, slots=True)
class Table:
    """One row a claim: the category of its result and everything it may be due to."""

    category: Ints
    level: Ints  # evidence level; of a goal that was not set beforehand, level + the number of levels
    asked: Floats  # ambition above the typical one
    time: Floats
    person: Ints
    entry: Ints  # the year of the consultant's first claim
    fold: Ints
    circumstances: Mapping[str, tuple[Ints, Sequence[str]]]  # code of each row, and the words of the codes


@dataclass(frozen=True, slots=True)
class Parts:
    """What a result may be due to."""

    person: Wanderers
    entry: Groups
    circumstances: Mapping[str, Groups]
    ambition: Slopes

    @property
    def every(self) -> list[Factor]:
        return [self.person, self.entry, *self.circumstances.values(), self.ambition]


@dataclass(frozen=True, slots=True)
class Fitted:
    """`constants` has the dimension of results alone; `differs` the variance by kind of circumstance."""

    constants: Constants
    differs: Mapping[str, float]
    parts: Parts


def table_of(known: Sequence[tuple[str, Claim]], published: Constants) -> Table:
    """Of consultants' keys and claims, sorted by consultant and then by verification."""
    told = _read(known, published)
    results = told.dimension == _number(RESULTS, published)  # of each claim one, in order
    levels = len(published.fabrication)
    first: dict[str, str] = {}
    for consultant, claim in known:
        first.setdefault(consultant, str(claim.verified_on.year))
    kinds = [dict(circumstances(claim)) for _, claim in known]
    return Table(
        category=told.category[results],
        level=np.array(
            [claim.level + levels * (not claim.preregistered) for _, claim in known], dtype=np.int64
        ),
        asked=_asked([claim for _, claim in known], published),
        time=moments(
            np.array([claim.verified_on.toordinal() / DAYS_A_YEAR for _, claim in known]), most=MOMENTS
        ),
        person=_codes([consultant for consultant, _ in known])[0],
        entry=_codes([first[consultant] for consultant, _ in known])[0],
        fold=np.array([fold_of(consultant) for consultant, _ in known]),
        circumstances={
            kind: _codes([values.get(kind, "") for values in kinds])
            for kind in sorted({kind for values in kinds for kind in values})
        },
    )


def fit(table: Table, published: Constants) -> Fitted:
    """Learn everything from all rows, then draw each constant to the published one by `PRIOR_CLAIMS`."""
    sites, parts = _sites(table, published), _parts(table)
    infer(sites, parts.every)
    found = {name: factor.variance for name, factor in parts.circumstances.items()}
    published_results = published.dimension(RESULTS)
    pull = _Pull(trust=len(table.category) / (len(table.category) + PRIOR_CLAIMS))
    leniency = pull.number(sum(found.values()), published.leniency)
    scale = leniency / max(sum(found.values()), LEAST)
    constants = replace(
        published,
        dimensions=(
            replace(
                published_results,
                thresholds=pull.row(sites.thresholds, published_results.thresholds),
                spread=pull.number(float(np.sqrt(parts.person.variance)), published_results.spread),
            ),
        ),
        fabrication=tuple(float(doubt) for doubt in sites.fabrication[: len(published.fabrication)]),
        leniency=leniency,
        drift=pull.number(parts.person.wandering.drift, published.drift),
        slope=max(pull.number(-float(parts.ambition.slopes[0]), published.slope), 0.0),
    )
    differs = {name: variance * scale for name, variance in found.items() if variance * scale > LEAST}
    return Fitted(constants=constants, differs=differs, parts=parts)


def fold_effects(table: Table, fitted: Fitted, fold: int) -> Effects:
    """All else being frozen, what the other folds' claims say of each referee, client, field and year."""
    kept = table.fold != fold
    sites, parts = _sites(table, fitted.constants, known=kept), _parts(table)
    sites.thresholds = np.array(fitted.constants.dimension(RESULTS).thresholds)
    parts.person.wandering, parts.person.variance = (
        fitted.parts.person.wandering,
        fitted.parts.person.variance,
    )
    parts.entry.variance = fitted.parts.entry.variance
    parts.ambition.variance = fitted.parts.ambition.variance
    for name, effect in parts.circumstances.items():
        effect.variance = fitted.differs.get(name, LEAST)
    infer(sites, parts.every, learn=False)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for name in fitted.differs:
        code, words = table.circumstances[name]
        heard = np.bincount(code[kept & (code >= 0)], minlength=len(words)).tolist()
        effect = parts.circumstances[name]
        told = zip(words, heard, effect.mean.tolist(), effect.spread.tolist(), strict=True)
        found[name] = {word: (mean, variance) for word, count, mean, variance in told if count}
    return found


def ordinal(dimension: Dimension, known: Sequence[tuple[str, Claim]], published: Constants) -> Dimension:
    """Thresholds and spread of one of the other dimensions, learned from those claims that tell of it."""
    told = _read(known, published)
    here = told.dimension == _number(dimension.name, published)
    rows = [known[number] for number in told.claim[here].tolist()]
    if not rows:
        return dimension
    category = told.category[here]
    level = np.array([claim.level for _, claim in rows], dtype=np.int64)
    everywhere = np.ones(len(rows), dtype=bool)
    sites = Categories(
        category,
        everywhere,
        len(dimension.cuts) + 1,
        noise=None,
        level=level,
        fabrication=published.fabrication,
    )
    person = Groups("person", *_numbered([consultant for consultant, _ in rows]))
    infer(sites, [person, Groups("referee", *_numbered([claim.referee for _, claim in rows]))])
    pull = _Pull(trust=len(rows) / (len(rows) + PRIOR_CLAIMS))
    return replace(
        dimension,
        thresholds=pull.row(sites.thresholds, dimension.thresholds),
        spread=pull.number(float(np.sqrt(person.variance)), dimension.spread),
    )


@dataclass(frozen=True, slots=True)
class _Pull:
    """Between what was learned and what is published, `trust` of the way to what was learned."""

    trust: float

    def number(self, learned: float, published: float) -> float:
        return published + self.trust * (learned - published)

    def row(self, learned: Floats, published: Sequence[float]) -> tuple[float, float, float, float]:
        one, two, three, four = (
            self.number(float(new), old) for new, old in zip(learned, published, strict=True)
        )
        return one, two, three, four


def _read(known: Sequence[tuple[str, Claim]], published: Constants) -> Readings:
    """All that they tell, each on the day on which it was verified."""
    claims = [claim for _, claim in known]
    return read(claims, [_ALONE] * len(claims), [0] * len(claims), constants=published)


def _number(name: str, published: Constants) -> int:
    return [dimension.name for dimension in published.dimensions].index(name)


def _asked(claims: Sequence[Claim], published: Constants) -> Floats:
    baseline, target, usual_change = (
        np.array([getattr(claim, field) for claim in claims], dtype=np.float64)
        for field in ("baseline", "target", "usual_change")
    )
    refused = np.array([claim.rejected for claim in claims])
    beyond = asked(baseline, target, usual_change, published) - published.typical_ambition
    # As in readings: a refused number says nothing of how bold the goal was.
    return np.where(refused, 0.0, beyond)


def _sites(table: Table, constants: Constants, *, known: Flags | None = None) -> Categories:
    doubt = [
        *constants.fabrication,
        *(1.0 - (1.0 - phi) * (1.0 - constants.remembered) for phi in constants.fabrication),
    ]
    return Categories(
        table.category,
        np.ones(len(table.category), dtype=bool) if known is None else known,
        len(constants.made_up),
        noise=None,
        level=table.level,
        fabrication=doubt,
    )


def _parts(table: Table) -> Parts:
    return Parts(
        person=Wanderers("consultant", table.person, table.time),
        entry=Groups("entry", *coded(table.entry)),
        circumstances={
            kind: Groups(kind, code, len(words)) for kind, (code, words) in table.circumstances.items()
        },
        ambition=Slopes(table.asked[:, np.newaxis], ["ambition"]),
    )


def _codes(words: Sequence[str]) -> tuple[Ints, Sequence[str]]:
    """Codes and their words, in order of the words; an absent word is "" and has the code -1."""
    values, place = np.unique(np.array(words, dtype=str), return_inverse=True)
    absent = int(values[0] == "")
    return place.astype(np.int64) - absent, [str(value) for value in values[absent:]]


def _numbered(words: Sequence[str]) -> tuple[Ints, int]:
    code, values = _codes(words)
    return code, len(values)
