"""What the circumstances that people usually meet say of the people themselves (Mundlak's device).

Where strong people choose easy fields, the effect of a field and the skill of those who choose it are one to a model
that takes them for independent, and what is the people's is taken off them as ease. Here a person's standing is
expected by how easy her usual circumstances are (Y. Mundlak, "On the pooling of time series and cross section data",
Econometrica 46, 1978), and the effect of a field is what is left: the difference it makes to one and the same person.

How easy a circumstance is, others' rows say: a person's own outcomes have no part in it. A habit is a direction of
ease in which people differ by more than chance and yet vary themselves. Where everybody keeps to one field, field and
people cannot be told apart: it counts as the field's, and nobody gains from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vetting.scoring.arrays import Floats, Ints
from vetting.scoring.factors import Groups, Message
from vetting.scoring.panel import coded

_SETTLING: Final = 5  # sweeps in which effects find their place before habits are looked for
_CHANCE: Final = 2.0  # standard errors by which people must differ more than chance has it
_FIXED: Final = 4.0  # times the variance within people: beyond, they hardly leave their usual circumstances
_PRIOR: Final = 0.1  # variance of what one habit says of a standing, beforehand
_LEAST: Final = 1e-7  # variance of an ease below which it is none
_RIDGE: Final = 1e-6


class Ease:
    """How easy the circumstance of each row is, by the rows of other people alone."""

    def __init__(self, effect: Groups, code: Ints, person: Ints) -> None:
        self._effect, self._there = effect, code >= 0
        self._code, self._codes = np.where(self._there, code, 0), int(code.max(initial=0)) + 1
        pair, self._pairs = coded(person, code)
        self._pair = np.where(self._there, pair, 0)

    def of_rows(self) -> Floats:
        precision, pull = (self._of_others(column) for column in self._effect.told)
        ease: Floats = pull / (1.0 / self._effect.variance + precision)
        return ease

    def _of_others(self, column: Floats) -> Floats:
        column = np.where(self._there, column, 0.0)
        own = np.bincount(self._pair, column, self._pairs)[self._pair]
        every = np.bincount(self._code, column, self._codes)[self._code]
        others: Floats = np.where(self._there, every - own, 0.0)
        return others


@dataclass(frozen=True, slots=True)
class Inclined:
    """What is believed of each person (row) and habit (column): habits are independent and of variance 1."""

    mean: Floats
    variance: Floats


class Habits:
    """`counted` is how much each row counts; 0 for one that is to be foreseen."""

    def __init__(self, eases: Sequence[Ease], person: Ints, counted: Floats) -> None:
        self._eases, self._person, self._counted = eases, person, counted
        self._people = int(person.max(initial=-1)) + 1
        self._number = self._summed(np.ones(len(person)))
        self._rows = float(counted.sum())
        squares = self._summed(counted)
        # Where each row counts 1, these are the number of people heard of, and 1.
        self._freedom = float((squares / np.maximum(self._number, _LEAST)).sum())
        self._lost = float(squares.sum()) / max(self._rows, _LEAST)

    def read(self) -> Inclined:
        """By analysis of variance: the directions in which usual circumstances differ, and where people lie there."""
        among_people, among_rows = self._freedom - self._lost, self._rows - self._freedom
        ease = self._centred()
        if ease.shape[1] == 0 or among_people < 2.0 or among_rows < 2.0:
            return Inclined(np.empty((self._people, 0)), np.empty((self._people, 0)))
        usual = np.column_stack([self._summed(column) for column in ease.T])
        usual = usual / np.maximum(self._number, _LEAST)[:, np.newaxis]
        whole = (ease * self._counted[:, np.newaxis]).T @ ease
        apart = (usual * self._number[:, np.newaxis]).T @ usual
        often = self._rows - float((self._number**2).sum()) / self._rows
        within = (whole - apart) / among_rows
        between = (apart - among_people * within) / often
        chance = np.sqrt(2.0 / among_people + 2.0 / among_rows) * among_people / often
        ridge = _RIDGE / self._rows * np.diag(np.diag(whole))
        root = np.linalg.inv(np.linalg.cholesky(within + ridge))
        size, turn = np.linalg.eigh(root @ between @ root.T)
        habit = (size > _CHANCE * chance) & (size < _FIXED)
        size, turn = size[habit], turn[:, habit]
        heard = self._number[:, np.newaxis] * size
        return Inclined(usual @ root.T @ turn / np.sqrt(size) * heard / (1.0 + heard), 1.0 / (1.0 + heard))

    def _centred(self) -> Floats:
        """A column for each kind of circumstance of which some are easier than others."""
        columns = [each.of_rows() for each in self._eases]
        columns = [column - self._counted @ column / max(self._rows, _LEAST) for column in columns]
        told = [column for column in columns if self._counted @ column**2 > _LEAST * self._rows]
        return np.column_stack(told) if told else np.empty((len(self._person), 0))

    def _summed(self, column: Floats) -> Floats:
        return np.bincount(self._person, self._counted * column, self._people).astype(np.float64)


class Standing:
    """A person's effect, around what her habits let expect."""

    name = "person"

    def __init__(self, own: Groups, person: Ints, habits: Habits) -> None:
        self.own, self.person, self.habits = own, person, habits
        self.slopes: Floats = np.empty(0)
        self.expected: Floats = np.zeros(int(person.max(initial=-1)) + 1)
        self._vague: Floats = np.zeros(len(self.expected))
        self._sweeps = 0

    @property
    def variance(self) -> float:
        """Between people, by habits or not."""
        return self.own.variance + float((self.slopes**2).sum())

    def prior(self, rows: int) -> Message:
        return self.own.prior(rows)

    def tell(self, precision: Floats, pull: Floats, *, learn: bool) -> Message:
        self._sweeps += 1
        if learn and self._sweeps > _SETTLING:
            self._learn(precision, pull)
        expected = self.expected[self.person]
        mean, variance = self.own.tell(precision, pull - precision * expected, learn=learn)
        return mean + expected, variance

    def of_rows(self) -> Message:
        """Posterior mean and variance of the standing in each row."""
        mean, variance = self.own.of_rows()
        return mean + self.expected[self.person], variance

    def _learn(self, precision: Floats, pull: Floats) -> None:
        """Regress what the rows say of each person on her habits; what is not known of these widens her prior."""
        inclined, people = self.habits.read(), len(self.expected)
        heard, told = np.bincount(self.person, precision, people), np.bincount(self.person, pull, people)
        blur = 1.0 + heard * (self.own.variance + self._vague)
        known = (inclined.mean * (heard / blur)[:, np.newaxis]).T @ inclined.mean
        covariance = np.linalg.inv(known + np.eye(len(known)) / _PRIOR)
        self.slopes = covariance @ (inclined.mean.T @ (told / blur))
        self.expected = inclined.mean @ self.slopes
        self._vague = inclined.variance @ self.slopes**2
        self.own.widen(self._vague)
