"""What may be searched for: every field of a search, checked before a row is read."""

from dataclasses import dataclass
from decimal import Decimal

from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.engagements.metrics import METRICS, Category
from vetting.engagements.states import MODES
from vetting.kernel.keys import fold
from vetting.kernel.places import COUNTRIES, CURRENCIES, LANGUAGES
from vetting.kernel.text import check_number, check_text
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.profiles.states import AVAILABILITY

LONGEST_TEXT = 200
LONGEST_SKILL = 80
HIGHEST_LEVEL = 5
ARRAY_FACETS = ("metrics", "categories", "industries", "sizes", "modes", "languages", "skills")
PLAIN_FACETS = ("country", "availability", "level")
FLAG_FACETS = ("preregistered", "transfer")
MOST_OPTIONS = 250  # of one facet: more than any catalogue has, fewer than the skills of a million people
_KNOWN = {
    "metric": METRICS,
    "category": frozenset(Category),
    "industry": INDUSTRIES,
    "size": SIZE_BANDS,
    "country": COUNTRIES,
    "language": LANGUAGES,
    "mode": MODES,
    "availability": AVAILABILITY,
    "currency": CURRENCIES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One search; an empty field filters nothing. `change` is relative (.1 is 10 % better), on `metric` if given."""

    text: str = ""
    skill: str = ""
    metric: str = ""
    category: str = ""
    industry: str = ""
    size: str = ""
    country: str = ""
    language: str = ""
    mode: str = ""
    availability: str = ""
    level: int = 0
    preregistered: bool = False
    transfer: bool = False
    change: Decimal | None = None
    rate: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query as both ways of answering it read it: `forms` holds, of each word, what it may be found by.

    `metric` is the one whose lower bound ranks, or empty; with an industry besides, it is the bound in that niche.
    """

    query: Query
    metric: str
    forms: tuple[tuple[str, ...], ...]

    @property
    def skill(self) -> str:
        return fold(self.query.skill).strip()

    @property
    def ranked_in(self) -> str:
        return self.query.industry if self.metric else ""

    @property
    def finds_nobody(self) -> bool:
        """A text without a letter or a digit is no word of anybody's."""
        return bool(self.query.text.strip()) and not self.forms


def check_query(query: Query) -> list[Verdict]:
    """One verdict a field; each refusal names the value that is not known."""
    named = [_named(field, getattr(query, field)) for field in _KNOWN]
    return [
        check_text(query.text, field="q", most=LONGEST_TEXT, required=False),
        check_text(query.skill, field="skill", most=LONGEST_SKILL, required=False),
        *named,
        _between("level", query.level, 0, HIGHEST_LEVEL),
        check_number(query.change, field="change") if query.change is not None else ALLOWED,
        _rate(query),
    ]


def _named(field: str, value: str) -> Verdict:
    if not value or value in _KNOWN[field]:
        return ALLOWED
    return refuse("unknown_value", f"{value[:60]!r} is not a known {field}.", field=field)


def _between(field: str, value: int, low: int, high: int) -> Verdict:
    if low <= value <= high:
        return ALLOWED
    return refuse("out_of_range", f"A whole number from {low} to {high}.", field=field)


def _rate(query: Query) -> Verdict:
    if query.rate is None:
        return ALLOWED
    if query.rate <= 0:
        return refuse("out_of_range", "A day's rate is above zero.", field="rate")
    if not query.currency:
        return refuse("required", "Name the currency of the rate, such as EUR.", field="currency")
    return check_number(query.rate, field="rate")
