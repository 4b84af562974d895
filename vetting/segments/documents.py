"""What a segment is built from, and what may be asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

# The facets that are counted, in the order of an answer; the values of each stand together.
FACETS: Final = (
    "metrics",
    "categories",
    "industries",
    "sizes",
    "modes",
    "languages",
    "skills",
    "country",
    "availability",
    "level",
    "preregistered",
    "transfer",
)
TERM: Final = "term"  # what is only searched for, and never counted
STEM: Final = "."  # what a term holds that is the stem of a word, and no word is written with
LARGEST_RATE: Final = 9_000_000_000_000  # above it millionths overflow 64 bits


class SegmentError(Exception):
    """The file is not what was written, or what is asked is beyond the arrays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One listing. `values` are those of each facet; `rate` in millionths of `currency`, 0 for none.

    `standings` holds of each metric the lower bound and the largest change, `niches` the lower bound of each metric
    in an industry.
    """

    id: bytes
    rank: float
    elsewhere: float
    terms: Sequence[str]
    values: Mapping[str, Sequence[str]]
    rate: int
    currency: str
    standings: Mapping[str, tuple[float, float]]
    niches: Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`anyof` holds sets of (facet or TERM, value): a document has one of each set. `metric` and `industry` name the order.

    `after` is the rank and the id behind which a page begins.
    """

    anyof: Sequence[Sequence[tuple[str, str]]] = ()
    metric: str = ""
    industry: str = ""
    level: int = 0
    rate: int | None = None
    currency: str = ""
    change: float | None = None
    after: tuple[float, bytes] | None = None
    size: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """`own` is whether the rank is her own where it was asked for."""

    rank: float
    id: bytes
    own: bool
