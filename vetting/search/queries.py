"""Find consultants: filter by what was verified, rank by the lower bound, count the facets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.core import signing
from django.db import connection, transaction
from django.db.models import Count, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Collate

from vetting.engagements.metrics import METRICS
from vetting.kernel.keys import fold
from vetting.kernel.verdict import InvalidError, require_all
from vetting.profiles.models import Profile
from vetting.scorecards.models import Scorecard
from vetting.search.models import EDITION, Listing, ListingMetric, ListingNiche
from vetting.search.rules import (
    ARRAY_FACETS,
    FLAG_FACETS,
    MOST_OPTIONS,
    PLAIN_FACETS,
    Asked,
    Query,
    check_query,
)
from vetting.words.queries import Forms, Known, corrected, forms_of, near

PAGE = 20
LARGEST_PAGE = 100
_SALT = "search-cursor"
_COLUMNS = ("profile_id", "rank", "own", "hit", "industries", "languages", "country", "rate", "rate_currency")

Facets = Mapping[str, Mapping[str, int]]

_INDEX_OF_TERMS = "SELECT set_config('enable_seqscan', %s, true), set_config('enable_indexscan', %s, true), set_config('jit', %s, true)"
_NO_COUNTS: Facets = {name: {} for name in (*ARRAY_FACETS, *PLAIN_FACETS)} | {
    name: {"true": 0} for name in FLAG_FACETS
}


class Hit(NamedTuple):
    """One consultant found: what a list shows of her. `rank` is the lower bound that orders.

    `own` is whether that is her own standing where it was asked for; `shown` is `Listing.hit`.
    """

    profile_id: UUID
    rank: float
    own: bool
    shown: Mapping[str, Any]
    industries: Sequence[str]
    languages: Sequence[str]
    country: str
    rate: Decimal | None
    rate_currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of hits; `way` is how it was found, which changes nothing in it.

    `ranked_by` is the metric whose own lower bound orders them, or empty for the overall one, and `ranked_in` the
    industry besides. `corrected` tells which words found nobody, and which were looked for instead. `known` are the
    words of those among whom was looked.
    """

    way: str
    hits: Sequence[Hit]
    total: int
    ranked_by: str
    ranked_in: str
    corrected: Mapping[str, str]
    next_cursor: str
    facets: Callable[[], Facets] = field(repr=False)
    known: Known = field(repr=False)


# Answers one page: what is asked, the rank and the profile behind which it begins, and how many hits it has.
Answering = Callable[[Asked, tuple[float, UUID] | None, int], Page]


def plainly(asked: Asked, after: tuple[float, UUID] | None, size: int) -> Page:
    """As SQL that can be read: what an answer is."""
    with _by_words(asked.forms):
        rows = [Hit(*row) for row in _ordered(asked, after).values_list(*_COLUMNS)[: size + 1]]
        total = _matching(asked).count()
    hits = rows[:size]
    return Page(
        way="postgresql",
        hits=hits,
        total=total,
        ranked_by=asked.metric,
        ranked_in=asked.ranked_in,
        corrected={},
        next_cursor=cursor_of(hits[-1]) if len(rows) > size else "",
        facets=lambda: _facets(asked) if total else _NO_COUNTS,
        known=_Listed(),
    )


def find(query: Query, *, cursor: str = "", size: int = PAGE, answering: Answering = plainly) -> Page:
    """Best lower bound first. InvalidError names each wrong field, `cursor` and `size` among them."""
    require_all(*check_query(query))
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidError({"size": ("out_of_range", f"A page has 1 to {LARGEST_PAGE} hits.")})
    after = _read(cursor) if cursor else None
    asked = Asked(query=query, metric=asked_metric(query), forms=tuple(forms_of(query.text)))
    page = answering(asked, after, size)
    if page.total or not asked.forms:
        return page
    meant = corrected(query.text, page.known)
    return replace(answering(_instead(asked, meant), after, size), corrected=meant) if meant else page


def facets(query: Query) -> Facets:
    """How many hits each further filter would leave, most first."""
    return find(query).facets()


def metrics_listed() -> list[str]:
    """The metrics somebody listed has a confirmed result on, the most common first."""
    listings = Listing.objects.filter(profile__status="listed").order_by()
    keys = listings.annotate(key=Func(F("metrics"), function="unnest")).values_list("key")
    return [key for key, _ in keys.annotate(n=Count("id")).order_by("-n", "key")]


def asked_metric(query: Query) -> str:
    """The metric named as a filter, or the only one whose name or synonym the text is."""
    if query.metric or not query.text:
        return query.metric
    found = _called().get(fold(query.text).strip(), ())
    return found[0] if len(found) == 1 else ""


@cache
def _called() -> Mapping[str, Sequence[str]]:
    """The metrics that have a name or a synonym, by it."""
    found: dict[str, list[str]] = {}
    for each in METRICS.values():
        for name in {fold(each.name), *map(fold, each.synonyms)}:
            found.setdefault(name, []).append(each.key)
    return found


def stale(*, most: int) -> list[UUID]:
    """Profiles whose listing does not match their card, or stands although they are not listed.

    Those whose evidence changed come first: they must not wait for all whose card only is of another night.
    """
    as_told = Scorecard.objects.filter(
        profile=OuterRef("profile"), evidence_version=OuterRef("evidence_version")
    )
    same_card = as_told.filter(computed_at=OuterRef("card_computed_at"))
    listings = Listing.objects.filter(profile=OuterRef("pk"))
    current = Exists(same_card) & Q(edition=EDITION)
    has_card = Exists(Scorecard.objects.filter(profile=OuterRef("pk")))
    missing = Q(status="listed") & has_card & ~Exists(listings.filter(Exists(as_told)))
    left_over = ~Q(status="listed") & Exists(listings)
    of_another_night = Q(status="listed") & Exists(listings.filter(Exists(as_told), ~current))
    found: list[UUID] = []
    for wanted in (missing | left_over, of_another_night):
        if len(found) < most:
            keys = Profile.objects.filter(wanted).order_by("id").values_list("pk", flat=True)
            found += keys[: most - len(found)]
    return found


class _Listed:
    """The words of all who are listed."""

    def in_use(self, terms: Forms) -> bool:
        with _by_words([terms]):
            return Listing.objects.filter(profile__status="listed", terms__overlap=list(terms)).exists()

    def near(self, typed: str, most: int) -> Sequence[str]:
        return near(typed, most)


def _matching(asked: Asked) -> QuerySet[Listing]:
    query = asked.query
    listings = Listing.objects.filter(profile__status="listed")
    if asked.finds_nobody:
        return listings.none()
    for forms in asked.forms:
        listings = listings.filter(terms__overlap=list(forms))
    for name, value in (
        ("metrics", asked.metric),
        ("categories", query.category),
        ("industries", query.industry),
        ("sizes", query.size),
        ("modes", query.mode),
        ("languages", query.language),
        ("skills", asked.skill),
    ):
        if value:
            listings = listings.filter(**{f"{name}__contains": [value]})
    wanted = {"country": query.country, "availability": query.availability}
    listings = listings.filter(**{name: value for name, value in wanted.items() if value})
    if query.rate is not None:
        listings = listings.filter(rate__lte=query.rate, rate_currency=query.currency)
    if query.change is not None:
        listings = listings.filter(_changed(asked))
    flags = {name: True for name in FLAG_FACETS if getattr(query, name)}
    return listings.filter(level__gte=query.level, **flags)


def _ordered(asked: Asked, after: tuple[float, UUID] | None) -> QuerySet[Listing]:
    """In their order, those behind `after` alone. `rank` is the lower bound that orders."""
    listings = _matching(asked).annotate(rank=_rank(asked), own=_is_own(asked))
    if after is not None:
        rank, last = after
        listings = listings.filter(Q(rank__lt=rank) | Q(rank=rank, profile_id__gt=last))
    return listings.order_by(F("rank").desc(), "profile_id")


@contextmanager
def _by_words(forms: Sequence[Forms]) -> Iterator[None]:
    """PostgreSQL takes thirty forms held against sixty terms for one cheap comparison, and makes it with every listing.

    The index of terms is a matter of milliseconds, so while words are looked for no other way is open to it; nor is
    there time to compile anything.
    """
    if not forms:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INDEX_OF_TERMS, ["off"] * 3)
        yield
        cursor.execute(_INDEX_OF_TERMS, ["on"] * 3)


def _facets(asked: Asked) -> Facets:
    """How many hits each further filter would leave, most first."""
    with _by_words(asked.forms):
        return _counted(asked)


def _counted(asked: Asked) -> Facets:
    found = _matching(asked).order_by()
    counts: dict[str, Mapping[str, int]] = {}
    for name in ARRAY_FACETS:
        value = Collate(Func(F(name), function="unnest"), "C")  # the same order in every database
        unnested = found.annotate(value=value).values_list("value")
        counts[name] = dict(unnested.annotate(n=Count("id")).order_by("-n", "value")[:MOST_OPTIONS])
    for name in PLAIN_FACETS:
        counted = found.exclude(**{name: "" if name != "level" else 0}).values_list(name)
        counts[name] = {str(value): n for value, n in counted.annotate(n=Count("id")).order_by("-n", name)}
    for name in FLAG_FACETS:
        counts[name] = {"true": found.filter(**{name: True}).count()}
    return counts


def _rank(asked: Asked) -> Any:
    if not asked.metric:
        return F("theta_low")
    if asked.ranked_in:
        return Coalesce(_standing(_in_niche(asked)), F("theta_elsewhere"))
    return _standing(_on_metric(asked))


def _is_own(asked: Asked) -> Any:
    """Whether what ranks her is her own standing where it was asked for, and not the one that stands in for it."""
    return Exists(_in_niche(asked)) if asked.ranked_in else Value(value=True)


def _standing(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.values("theta_low")[:1], output_field=FloatField())


def _on_metric(asked: Asked) -> QuerySet[ListingMetric]:
    return ListingMetric.objects.filter(listing=OuterRef("pk"), metric=asked.metric)


def _in_niche(asked: Asked) -> QuerySet[ListingNiche]:
    return ListingNiche.objects.filter(listing=OuterRef("pk"), metric=asked.metric, industry=asked.ranked_in)


def _changed(asked: Asked) -> Exists:
    rows = ListingMetric.objects.filter(listing=OuterRef("pk"), change__gte=asked.query.change)
    return Exists(rows.filter(metric=asked.metric) if asked.metric else rows)


def _instead(asked: Asked, meant: Mapping[str, str]) -> Asked:
    """The same with what was meant; the words that find somebody stay as they are."""
    forms = [forms_of(meant[each[0]])[0] if each[0] in meant else each for each in asked.forms]
    return Asked(query=asked.query, metric=asked.metric, forms=tuple(forms))


def cursor_of(hit: Hit) -> str:
    """Behind it the next page begins."""
    return signing.dumps([hit.rank.hex(), str(hit.profile_id)], salt=_SALT)


def _read(cursor: str) -> tuple[float, UUID]:
    try:
        rank, last = signing.loads(cursor, salt=_SALT)
        return float.fromhex(rank), UUID(last)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidError(
            {"cursor": ("bad_cursor", "This cursor is not one of ours; start again.")}
        ) from error
