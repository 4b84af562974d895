"""Find consultants: filter by what was verified, rank by the lower bound, count the facets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.core import signing
from django.db.models import Count, Exists, F, FloatField, Func, OuterRef, Q, QuerySet, Subquery

from vetting.engagements.metrics import find as find_metrics
from vetting.kernel.keys import fold
from vetting.kernel.verdict import InvalidError, require_all
from vetting.profiles.models import Profile
from vetting.scorecards.models import Scorecard
from vetting.search.models import TEXT_CONFIG, Listing, ListingMetric
from vetting.search.rules import Query, check_query

PAGE = 20
LARGEST_PAGE = 100
_SALT = "search-cursor"
_ARRAY_FACETS = ("metrics", "categories", "industries", "sizes", "modes", "languages")
_PLAIN_FACETS = ("country", "availability", "level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of hits. `ranked_by` is the metric whose own lower bound orders them, or empty for the overall one."""

    hits: Sequence[Listing]
    total: int
    ranked_by: str
    next_cursor: str


def find(query: Query, *, cursor: str = "", size: int = PAGE) -> Page:
    """Best lower bound first. InvalidError names each wrong field, `cursor` and `size` among them."""
    require_all(*check_query(query))
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidError({"size": ("out_of_range", f"A page has 1 to {LARGEST_PAGE} hits.")})
    metric = asked_metric(query)
    matching = _matching(query)
    ordered = _ranked(matching, metric).order_by(F("rank").desc(), "id")
    if cursor:
        rank, last = _read(cursor)
        ordered = ordered.filter(Q(rank__lt=rank) | Q(rank=rank, id__gt=last))
    rows = list(ordered.select_related("profile")[: size + 1])
    hits = rows[:size]
    return Page(
        hits=hits,
        total=matching.count(),
        ranked_by=metric,
        next_cursor=_write(hits[-1]) if len(rows) > size else "",
    )


def facets(query: Query) -> Mapping[str, Mapping[str, int]]:
    """How many hits each further filter would leave, most first."""
    matching = _matching(query).order_by()
    found: dict[str, Mapping[str, int]] = {}
    for name in _ARRAY_FACETS:
        unnested = matching.annotate(value=Func(F(name), function="unnest")).values_list("value")
        found[name] = dict(unnested.annotate(n=Count("id")).order_by("-n", "value"))
    for name in _PLAIN_FACETS:
        counted = matching.exclude(**{name: ""} if name != "level" else {"level": 0}).values_list(name)
        found[name] = {str(value): n for value, n in counted.annotate(n=Count("id")).order_by("-n", name)}
    found["preregistered"] = {"true": matching.filter(preregistered=True).count()}
    found["transfer"] = {"true": matching.filter(transfer=True).count()}
    return found


def metrics_listed() -> list[str]:
    """The metrics somebody listed has a confirmed result on, the most common first."""
    listings = Listing.objects.filter(profile__status="listed").order_by()
    keys = listings.annotate(key=Func(F("metrics"), function="unnest")).values_list("key")
    return [key for key, _ in keys.annotate(n=Count("id")).order_by("-n", "key")]


def asked_metric(query: Query) -> str:
    """The metric named as a filter, or the only one whose name or synonym the text is."""
    if query.metric or not query.text:
        return query.metric
    words = fold(query.text).strip()
    found = [
        each.key for each in find_metrics(query.text) if words in {fold(each.name), *map(fold, each.synonyms)}
    ]
    return found[0] if len(found) == 1 else ""


def stale(*, most: int) -> list[UUID]:
    """Profiles whose listing does not match their card, or stands although they are not listed.

    Those whose evidence changed come first: they must not wait for all whose card only is of another night.
    """
    as_told = Scorecard.objects.filter(
        profile=OuterRef("profile"), evidence_version=OuterRef("evidence_version")
    )
    same_card = as_told.filter(computed_at=OuterRef("card_computed_at"))
    listings = Listing.objects.filter(profile=OuterRef("pk"))
    has_card = Exists(Scorecard.objects.filter(profile=OuterRef("pk")))
    missing = Q(status="listed") & has_card & ~Exists(listings.filter(Exists(as_told)))
    left_over = ~Q(status="listed") & Exists(listings)
    of_another_night = Q(status="listed") & Exists(listings.filter(Exists(as_told), ~Exists(same_card)))
    found: list[UUID] = []
    for wanted in (missing | left_over, of_another_night):
        if len(found) < most:
            keys = Profile.objects.filter(wanted).order_by("id").values_list("pk", flat=True)
            found += keys[: most - len(found)]
    return found


def _matching(query: Query) -> QuerySet[Listing]:
    listings = Listing.objects.filter(profile__status="listed")
    if query.text.strip():
        listings = listings.filter(
            words=SearchQuery(fold(query.text), config=TEXT_CONFIG, search_type="websearch")
        )
    for field, value in (
        ("metrics", asked_metric(query)),
        ("categories", query.category),
        ("industries", query.industry),
        ("sizes", query.size),
        ("modes", query.mode),
        ("languages", query.language),
    ):
        if value:
            listings = listings.filter(**{f"{field}__contains": [value]})
    wanted = {"country": query.country, "availability": query.availability}
    listings = listings.filter(**{field: value for field, value in wanted.items() if value})
    if query.rate is not None:
        listings = listings.filter(rate__lte=query.rate, rate_currency=query.currency)
    if query.change is not None:
        listings = listings.filter(_changed(query))
    flags = {"preregistered": query.preregistered, "transfer": query.transfer}
    return listings.filter(level__gte=query.level, **{name: True for name, wanted in flags.items() if wanted})


def _changed(query: Query) -> Exists:
    rows = ListingMetric.objects.filter(listing=OuterRef("pk"), change__gte=query.change)
    return Exists(rows.filter(metric=query.metric) if query.metric else rows)


def _ranked(listings: QuerySet[Listing], metric: str) -> QuerySet[Listing]:
    if not metric:
        return listings.annotate(rank=F("theta_low"))
    own = ListingMetric.objects.filter(listing=OuterRef("pk"), metric=metric).values("theta_low")[:1]
    return listings.annotate(rank=Subquery(own, output_field=FloatField()))


def _write(hit: Listing) -> str:
    rank: float = hit.rank  # type: ignore[attr-defined]  # annotated by _ranked
    return signing.dumps([rank.hex(), str(hit.pk)], salt=_SALT)


def _read(cursor: str) -> tuple[float, UUID]:
    try:
        rank, last = signing.loads(cursor, salt=_SALT)
        return float.fromhex(rank), UUID(last)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidError(
            {"cursor": ("bad_cursor", "This cursor is not one of ours; start again.")}
        ) from error
