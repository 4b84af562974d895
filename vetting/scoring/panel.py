"""Judged outcomes of many people as columns: what calibration reads, and what it is asked to foresee.

A row is one outcome of one `person`, perhaps judged by a `rater`, for a `client`, at a `time`. Rows that are not
`known` are to be foreseen: they carry everything but the outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from vetting.scoring.arrays import Flags, Floats, Ints
from vetting.scoring.evidence import ScoringError
from vetting.scoring.weights import HIGHEST_LEVEL

ABSENT = -1  # in a column of codes: nobody, nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Columns of one length. Codes are 0, 1, ... or ABSENT; numbers are finite, or NaN where not known.

    `outcome` holds a category 0 .. `categories` - 1, or, where `categories` is None, a value of any scale; of rows
    that are not `known` it is not read. `weight` is the information of a row in units of one trial. `level` is the
    evidence level, or None where rows have none. Codes of `contexts` come from one vocabulary, so that two contexts of
    one row can be seen to be the same. Making a panel raises ScoringError on what cannot be scored, with
    the row's number as its key.
    """

    outcome: Floats
    known: Flags
    categories: int | None
    person: Ints
    rater: Ints | None = None
    client: Ints | None = None
    time: Floats | None = None  # years
    weight: Floats | None = None
    level: Ints | None = None
    baseline: Floats | None = None
    contexts: Mapping[str, Ints] = field(default_factory=dict)
    numbers: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.categories is not None and not 2 <= self.categories <= 1_000:
            message = "must be 2 or more, or None for values"
            raise ScoringError(message, "categories", "")
        self._refuse(self.known & ~np.isfinite(self.outcome), "outcome", "is not a finite number")
        if self.categories is not None:
            off = (self.outcome != np.round(self.outcome)) | (self.outcome < 0)
            off |= self.outcome >= self.categories
            self._refuse(self.known & off, "outcome", f"must be a category 0 to {self.categories - 1}")
        self._refuse(self.person < 0, "person", "must be named")
        if self.time is not None:
            self._refuse(~np.isfinite(self.time), "time", "is not a finite number")
        if self.weight is not None:
            bad = ~(np.isfinite(self.weight) & (self.weight > 0))
            self._refuse(bad, "weight", "must be a finite number above zero")
        if self.level is not None:
            bad = (self.level < 0) | (self.level > HIGHEST_LEVEL)
            self._refuse(bad, "level", f"must be a whole number from 0 to {HIGHEST_LEVEL}")
        for name, column in self.numbers.items():
            self._refuse(np.isinf(column), name, "is not a finite number")

    def __len__(self) -> int:
        return len(self.outcome)

    def heard(self) -> "Panel":
        """What people only say of themselves (level 0) is to be foreseen like anything that is not known."""
        return self if self.level is None else replace(self, known=self.known & (self.level > 0))

    def and_now(self) -> "Panel":
        """The panel and one more unknown row for each person code, at the last time, of which nothing else is known."""
        count, rows = int(self.person.max(initial=ABSENT)) + 1, len(self)

        def nobody(column: Ints) -> Ints:
            return np.append(column, np.full(count, ABSENT))

        def nothing(column: Floats) -> Floats:
            return np.append(column, np.full(count, np.nan))

        return (
            replace(
                self,
                outcome=nothing(self.outcome),
                known=np.append(self.known, np.zeros(count, dtype=bool)),
                person=np.append(self.person, np.arange(count)),
                rater=None if self.rater is None else nobody(self.rater),
                client=None if self.client is None else nobody(self.client),
                time=None if self.time is None else np.append(self.time, np.full(count, self.time.max())),
                weight=None if self.weight is None else np.append(self.weight, np.ones(count)),
                level=None if self.level is None else np.append(self.level, np.ones(count, dtype=np.int64)),
                baseline=None if self.baseline is None else nothing(self.baseline),
                contexts={name: nobody(column) for name, column in self.contexts.items()},
                numbers={name: nothing(column) for name, column in self.numbers.items()},
            )
            if rows
            else self
        )

    def _refuse(self, bad: Flags, column: str, message: str) -> None:
        if bad.any():
            raise ScoringError(message, column, f"row {int(np.flatnonzero(bad)[0])}")


def coded(*columns: Ints) -> tuple[Ints, int]:
    """One code for each combination of the columns that occurs, and how many there are; ABSENT where one is."""
    known = np.all([column >= 0 for column in columns], axis=0)
    result = np.full(len(columns[0]), ABSENT)
    if not known.any():
        return result, 0
    joint, count = np.zeros(int(known.sum()), dtype=np.int64), 1
    for column in columns:
        values, place = np.unique(column[known], return_inverse=True)
        joint, count = joint * len(values) + place, count * len(values)
        if count > 2**40:
            joint = np.unique(joint, return_inverse=True)[1]
            count = int(joint.max()) + 1
    values, place = np.unique(joint, return_inverse=True)
    result[known] = place
    return result, len(values)


def moments(time: Floats, *, most: int) -> Floats:
    """The times, gathered into at most so many moments of about equally many rows; each is the mean of its rows."""
    values, place = np.unique(time, return_inverse=True)
    if len(values) > most:
        edges = np.quantile(time, np.linspace(0.0, 1.0, most + 1)[1:-1])
        place = np.unique(np.searchsorted(edges, time, side="right"), return_inverse=True)[1]
        values = np.bincount(place, time) / np.bincount(place)
    gathered: Floats = values[place]
    return gathered


def alike(one: Ints, other: Ints) -> bool:
    """Whether two contexts speak of the same things: they share three words or more."""
    return len(np.intersect1d(one[one >= 0], other[other >= 0])) > 2
