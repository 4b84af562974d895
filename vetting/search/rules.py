"""What may be searched for: every field of a search, checked before a row is read."""

from dataclasses import dataclass
from decimal import Decimal

from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.engagements.metrics import METRICS, Category
from vetting.engagements.states import MODES
from vetting.kernel.places import COUNTRIES, CURRENCIES, LANGUAGES
from vetting.kernel.text import check_number, check_text
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.profiles.states import AVAILABILITY

LONGEST_TEXT = 200
HIGHEST_LEVEL = 5
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


def check_query(query: Query) -> list[Verdict]:
    """One verdict a field; each refusal names the value that is not known."""
    named = [_named(field, getattr(query, field)) for field in _KNOWN]
    return [
        check_text(query.text, field="q", most=LONGEST_TEXT, required=False),
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
