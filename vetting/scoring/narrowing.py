"""What one more confirmed result of each kind would do to the width of the interval, on average.

Exact for the model: what the client may answer is weighed by how likely each answer is, given all that is known of the
person by now, and the interval is computed anew for each. The goal asks for the metric's usual change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats
from vetting.scoring.batch import History, blocks
from vetting.scoring.evidence import Claim, PeerReferral
from vetting.scoring.posterior import figures, log_likelihoods, masses
from vetting.scoring.readings import Place, Readings, category
from vetting.scoring.weights import MONEY, PERSISTENCE, PUBLISHED, RESULTS, TRANSFER, Constants

_LEVELS: Final = (2, 3, 4)
_SOURCES: Final = {
    2: "confirmed from a mailbox of the client",
    3: "numbers confirmed by the client",
    4: "confirmed by the client and by a document or a second person there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One more piece of evidence. `width` is the composite's expected one, `narrower` the part of today's it takes away.

    A follow-up is one about a result that is there already; of it only the level says something.
    """

    same_client: bool
    level: int
    preregistered: bool
    answered: bool  # the questions about money and transfer too
    follow_up: bool
    width: float
    narrower: float

    @property
    def words(self) -> str:
        if self.follow_up:
            return "What is left of a confirmed result after six months, said by its client"
        client = "a client who has confirmed before" if self.same_client else "another client"
        goal = "goal agreed beforehand" if self.preregistered else "goal written down afterwards"
        more = ", with the gain in money and what was learnt answered" if self.answered else ""
        return f"A result at {client}, {_SOURCES[self.level]} (E{self.level}), {goal}{more}"


@dataclass(frozen=True, slots=True)
class _Known:
    """`totals` are the log-likelihoods by dimension, `widths` those of its interval."""

    totals: dict[str, Floats]
    widths: dict[str, float]
    constants: Constants

    def width_after(self, dimension: str, *, doubt: float, weight: float) -> float:
        """Of the interval in that dimension, expected after one more answer of that weight."""
        names = [each.name for each in self.constants.dimensions]
        answers = np.arange(len(self.constants.made_up))
        every = np.ones(len(answers))
        told = Readings(
            claim=answers,
            dimension=np.full(len(answers), names.index(dimension)),
            observed=answers.astype(np.float64),
            category=answers,
            hardness=0.0 * every,
            blur=self.constants.leniency * every,
            fabrication=doubt * every,
            weight=weight * every,
            age=0.0 * every,
        )
        likelihoods = log_likelihoods(told, self.constants)
        total = self.totals[dimension]
        chances = np.exp(likelihoods) @ masses(total)
        return float(chances @ _widths(total + weight * likelihoods))


def narrowing(
    claims: Sequence[Claim],
    referrals: Sequence[PeerReferral],
    *,
    on: date,
    constants: Constants = PUBLISHED,
) -> list[Step]:
    """Every kind of evidence that could come next, what narrows most first. Raises ScoringError as `score` does."""
    (block,) = blocks([History(claims=claims, referrals=referrals, on=on)], constants)
    known, place = block.people[0].known, block.people[0].place
    names = [dimension.name for dimension in constants.dimensions]
    state = _Known(
        totals=dict(zip(names, block.totals, strict=True)),
        widths=dict(zip(names, _widths(block.totals).tolist(), strict=True)),
        constants=constants,
    )
    steps = []
    for again, level, preregistered in product((False, True), _LEVELS, (True, False)):
        weight = _weight(known, place, again=again, constants=constants)
        if weight is not None:
            doubt = constants.fabrication[level]
            remembered = 0.0 if preregistered else constants.remembered
            told = {RESULTS: (1.0 - (1.0 - doubt) * (1.0 - remembered), weight)}
            more = {MONEY: (doubt, weight), TRANSFER: (doubt, weight)}
            shape = Step(
                same_client=again,
                level=level,
                preregistered=preregistered,
                answered=False,
                follow_up=False,
                width=0.0,
                narrower=0.0,
            )
            steps += [_step(shape, state, told), _step(replace(shape, answered=True), state, told | more)]
    awaited = [claim for claim in known if claim.key in place and _may_hold(claim, constants)]
    if awaited:
        best = max(awaited, key=lambda claim: (place[claim.key].weight, claim.level, claim.key))
        shape = Step(
            same_client=True,
            level=best.level,
            preregistered=best.preregistered,
            answered=False,
            follow_up=True,
            width=0.0,
            narrower=0.0,
        )
        told = {PERSISTENCE: (constants.fabrication[best.level], place[best.key].weight * constants.reading)}
        steps.append(_step(shape, state, told))
    return sorted(steps, key=lambda step: (-step.narrower, step.words))


def _widths(totals: Floats) -> Floats:
    """Of the interval of each row."""
    _, _, low, high = figures(totals)
    widths: Floats = high - low
    return widths


def _step(shape: Step, known: _Known, told: dict[str, tuple[float, float]]) -> Step:
    """`told`: by dimension the chance that the answer is worthless, and how much it counts."""
    weights = {dimension.name: dimension.weight for dimension in known.constants.dimensions}
    today = sum(weights[name] * width for name, width in known.widths.items())
    width = today
    for name, (doubt, weight) in told.items():
        width += weights[name] * (known.width_after(name, doubt=doubt, weight=weight) - known.widths[name])
    return replace(shape, width=width, narrower=1.0 - width / today)


def _weight(
    known: Sequence[Claim], place: Mapping[str, Place], *, again: bool, constants: Constants
) -> float | None:
    """Of a further claim: of a new client, or of the one who has confirmed least so far; None where there is none."""
    if not again:
        return 1.0
    last = {
        claim.cluster: place[claim.key].weight
        for claim in known
        if claim.key in place and not place[claim.key].weak
    }
    return constants.same_client * max(last.values()) if last else None


def _may_hold(claim: Claim, constants: Constants) -> bool:
    """Something was reached, and nobody has said yet what is left of it after six months."""
    reached = (claim.achieved - claim.baseline) / (claim.target - claim.baseline)
    enough = bool(category(reached, constants.dimension(RESULTS).cuts) > 1)
    return enough and not claim.rejected and claim.sustained_6m is None
