"""Find by the segments where they can answer, and by plain SQL where they cannot."""

from uuid import UUID

from django.db import connection

from vetting.indexes import holding
from vetting.indexes.models import Segment
from vetting.indexes.rules import EDITION, LEAST_LISTINGS, most_changes
from vetting.search import queries as search
from vetting.search.models import Listing
from vetting.search.queries import PAGE, Facets, Page
from vetting.search.rules import FLAG_FACETS, Asked, Query
from vetting.segments.answering import Answer


def find(query: Query, *, cursor: str = "", size: int = PAGE) -> Page:
    """As search.queries.find, and the same answer."""
    return search.find(query, cursor=cursor, size=size, answering=_answered)


def is_due() -> bool:
    """Whether a segment is worth building: there is none of these listings, or more changed than reads well beside it."""
    newest = Segment.objects.order_by("-id").first()
    if newest is None or newest.edition != EDITION or not holding.path_of(newest.pk).is_file():
        return len(Listing.objects.order_by("id").values_list("pk")[:LEAST_LISTINGS]) == LEAST_LISTINGS
    most = most_changes(newest.documents)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), bool_or(profile_id IS NULL) FROM (SELECT profile_id FROM vetting_listingchange"
            " WHERE NOT pg_visible_in_snapshot(xid::text::xid8, %s::pg_snapshot) LIMIT %s) AS since",
            [newest.snapshot, most],
        )
        number, everything = cursor.fetchone()
    return bool(everything) or number >= most


def _answered(asked: Asked, after: tuple[float, UUID] | None, size: int) -> Page:
    found = holding.answer(asked, after, size)
    hits = None if found is None else holding.shown(found.hits[:size])
    if found is None or hits is None:
        return search.plainly(asked, after, size)
    return Page(
        way="segment",
        hits=hits,
        total=found.total,
        ranked_by=asked.metric,
        ranked_in=asked.ranked_in,
        corrected={},
        next_cursor=search.cursor_of(hits[-1]) if len(found.hits) > size else "",
        facets=lambda: _facets(found),
        known=found,
    )


def _facets(found: Answer) -> Facets:
    """A flag is counted where nobody has it, too."""
    counts = found.counts()
    return counts | {name: {"true": counts[name].get("true", 0)} for name in FLAG_FACETS}
