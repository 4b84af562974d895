"""The segments a process holds, and how they are kept as fresh as the question.

Every search reads, in one statement, its own snapshot and the changes in it that the segments here have not seen. So
what they answer is what PostgreSQL would answer at that moment, or nothing, and then PostgreSQL does.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection

from vetting.indexes.models import Segment as SegmentRow
from vetting.indexes.rules import EDITION
from vetting.search.queries import Hit
from vetting.search.rules import ARRAY_FACETS, FLAG_FACETS, MOST_OPTIONS, Asked
from vetting.segments.answering import Answer
from vetting.segments.building import build
from vetting.segments.documents import TERM, Document, Question, SegmentError
from vetting.segments.documents import Hit as Found
from vetting.segments.files import check, read
from vetting.segments.segment import Segment

MOST_CHANGED: Final = 5_000  # what more has changed is PostgreSQL's to answer until the next segment is built
_MERGED: Final = 4  # a small segment joins its neighbour until that one is so many times larger

_ROWS: Final = """
    SELECT l.profile_id, l.theta_low, l.theta_elsewhere, l.terms, l.metrics, l.categories, l.industries, l.sizes,
        l.modes, l.languages, l.skills, l.country, l.availability, l.level, l.preregistered, l.transfer,
        (LEAST(l.rate, 9100000000000) * 1000000)::bigint, l.rate_currency,
        m.metrics, m.lows, m.changes, n.metrics, n.industries, n.lows
    FROM vetting_listing l JOIN vetting_profile p ON p.id = l.profile_id,
        LATERAL (
            SELECT array_agg(metric) AS metrics, array_agg(theta_low) AS lows, array_agg(change) AS changes
            FROM vetting_listingmetric WHERE listing_id = l.id
        ) m,
        LATERAL (
            SELECT array_agg(metric) AS metrics, array_agg(industry) AS industries, array_agg(theta_low) AS lows
            FROM vetting_listingniche WHERE listing_id = l.id
        ) n
    WHERE p.status = 'listed' {only}
    ORDER BY l.theta_low DESC, l.profile_id
"""
_NEWS: Final = """
    SELECT pg_current_snapshot()::text, pg_current_xact_id_if_assigned() IS NULL,
        (SELECT id FROM vetting_segment WHERE edition = %s ORDER BY id DESC LIMIT 1),
        EXISTS (SELECT FROM vetting_segment WHERE id = %s),
        ARRAY(
            SELECT profile_id FROM vetting_listingchange
            WHERE xid >= pg_snapshot_xmin(%s::pg_snapshot)::text::bigint
                AND NOT pg_visible_in_snapshot(xid::text::xid8, %s::pg_snapshot)
            LIMIT %s
        )
"""
# What a list shows of a hit, and no more. The statement stands ready: to put it together costs more than to answer it.
_SHOWN: Final = """
    SELECT profile_id, hit, industries, languages, country, rate, rate_currency
    FROM vetting_listing WHERE profile_id = ANY(%s)
"""
_NEVER: Final = "1:1:"  # a snapshot that has seen nothing

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """One built segment and small ones with what changed since; `seen` is the snapshot they are of."""

    row: UUID
    seen: str
    segments: tuple[Segment, ...]
    changed: Mapping[bytes, Document | None]  # the newest state of each; None where it is not listed any more


_held: _Held | None = None
_refused: set[UUID] = (
    set()
)  # files that are not what their rows say, and segments too old to be worth catching up
_lock = Lock()
_opening: Thread | None = None


def path_of(row_id: UUID) -> Path:
    folder: Path = settings.SEGMENTS
    return folder / f"{row_id}.segment"


def answer(asked: Asked, after: tuple[float, UUID] | None, size: int) -> Answer | None:
    """None where PostgreSQL has to answer: no segment, one that is behind too far, or a question beyond it."""
    held = _fresh()
    if held is None:
        return None
    try:
        return Answer(held.segments, _question(asked, after, size), most=MOST_OPTIONS)
    except SegmentError:
        return None


def shown(found: Sequence[Found]) -> list[Hit] | None:
    """What is shown of these; None where one of them has gone this very moment."""
    if not found:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [[UUID(bytes=each.id) for each in found]])
        rows = {row[0].bytes: row for row in cursor.fetchall()}
    if len(rows) < len(found):
        return None
    return [_hit(each, *rows[each.id]) for each in found]


def documents(only: Sequence[UUID] | None = None) -> Iterator[Document]:
    """The listed ones of these profiles, or of all, best first; a server's cursor, so that a million need little."""
    sql = _ROWS.format(only="" if only is None else "AND l.profile_id = ANY(%s)")
    with connection.chunked_cursor() if only is None else connection.cursor() as cursor:
        cursor.execute(sql, None if only is None else [list(only)])
        while rows := cursor.fetchmany(2_000):
            yield from map(_document, rows)


def forget() -> None:
    """As a process that has just begun."""
    global _held, _opening
    if _opening is not None:
        _opening.join()
    _held, _opening = None, None
    _refused.clear()


def wait() -> None:
    """Until what is being opened is open."""
    if _opening is not None:
        _opening.join()


def _fresh() -> _Held | None:
    held = _held
    with connection.cursor() as cursor:
        seen = held.seen if held else _NEVER
        most = MOST_CHANGED + 1 if held else 0
        cursor.execute(_NEWS, [EDITION, held.row if held else None, seen, seen, most])
        now, outside, newest, stands, changed = cursor.fetchone()
    if newest is not None and newest not in _refused and (held is None or newest != held.row):
        _open(newest)
    if held is None or not stands or not outside:
        # Whoever has written in this transaction sees what no other process may hold.
        return None
    return _with(held, now, changed) if changed else _at(held, now)


def _at(held: _Held, now: str) -> _Held:
    """Nothing has changed; the next search need not look further back than this."""
    global _held  # noqa: PLW0603 - what a process holds
    if _held is held:
        _held = replace(held, seen=now)
    return held


def _with(held: _Held, now: str, changed: Iterable[UUID | None]) -> _Held | None:
    """The same and what changed, read once however many ask. Of two who read the same the later changes nothing."""
    global _held  # noqa: PLW0603 - what a process holds
    profiles = set(changed)
    if (
        None in profiles
        or len(held.changed.keys() | {each.bytes for each in profiles if each}) > MOST_CHANGED
    ):
        with _lock:
            _refused.add(held.row)
            if _held is not None and _held.row == held.row:
                _held = None
        return None
    known = [each for each in profiles if each is not None]
    rows: dict[bytes, Document | None] = dict.fromkeys(each.bytes for each in known)
    rows |= {each.id: each for each in documents(known)}
    newer = replace(
        held, seen=now, segments=_joined(held.segments, rows, held.changed), changed={**held.changed, **rows}
    )
    with _lock:
        if _held is held:
            _held = newer
    return newer


def _joined(
    segments: Sequence[Segment],
    rows: Mapping[bytes, Document | None],
    before: Mapping[bytes, Document | None],
) -> tuple[Segment, ...]:
    """What changed hides what it was before, and stands in a small segment that grows by joining its neighbours."""
    kept = [each.without(rows) for each in segments]
    fresh = {key: each for key, each in rows.items() if each is not None}
    while len(kept) > 1 and kept[-1].size <= _MERGED * max(len(fresh), 1):
        newest = {key: before.get(key) for key in kept.pop().ids() if key not in rows}
        fresh |= {key: each for key, each in newest.items() if each is not None}
    if fresh:
        best_first = sorted(fresh.values(), key=lambda each: (-each.rank, each.id))
        kept.append(Segment(build(best_first)))
    return tuple(kept)


def _open(newest: UUID) -> None:
    """Beside the searches, since every byte of the file is read once."""
    global _opening  # noqa: PLW0603 - what a process holds
    with _lock:
        if _opening is not None and _opening.is_alive():
            return
        _opening = Thread(target=_opened, args=(newest,), name="open-segment", daemon=True)
        _opening.start()


def _opened(newest: UUID) -> None:
    global _held  # noqa: PLW0603 - what a process holds
    try:
        row = SegmentRow.objects.filter(pk=newest).first()
        if row is not None:
            large = _large(row)
            with _lock:
                _held = _Held(row=row.pk, seen=row.snapshot, segments=(large,), changed={})
    except SegmentError as error:
        _refused.add(newest)
        log.warning("segment_refused", segment=str(newest), reason=str(error))
    finally:
        connection.close()


def _large(row: SegmentRow) -> Segment:
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        (cluster,) = cursor.fetchone()
    if row.cluster != cluster:
        message = "the row was restored into another cluster, whose transactions count anew"
        raise SegmentError(message)
    path = path_of(row.pk)
    check(path, size=row.bytes, digest=row.digest)
    large = Segment(read(path, size=row.bytes, digest=row.digest))
    large.facet_values  # noqa: B018 - once, and not in somebody's search
    return large


def _question(asked: Asked, after: tuple[float, UUID] | None, size: int) -> Question:
    query = asked.query
    keys: list[list[tuple[str, str]]] = [[(TERM, form) for form in forms] for forms in asked.forms]
    if not asked.metric:
        keys += [[("industries", query.industry)]] if query.industry else []
    for facet, value in (
        ("categories", query.category),
        ("sizes", query.size),
        ("modes", query.mode),
        ("languages", query.language),
        ("skills", asked.skill),
        ("country", query.country),
        ("availability", query.availability),
    ):
        keys += [[(facet, value)]] if value else []
    keys += [[(flag, "true")] for flag in FLAG_FACETS if getattr(query, flag)]
    return Question(
        anyof=keys or ([[]] if asked.finds_nobody else []),
        metric=asked.metric,
        industry=asked.ranked_in,
        level=query.level,
        rate=None if query.rate is None else int(query.rate * 1_000_000),
        currency=query.currency,
        change=None if query.change is None else float(query.change),
        after=None if after is None else (after[0], after[1].bytes),
        size=size,
    )


def _hit(found: Found, profile_id: UUID, known: str, *others: Any) -> Hit:
    return Hit(profile_id, found.rank, found.own, json.loads(known), *others)


def _document(row: Sequence[Any]) -> Document:
    profile_id, rank, elsewhere, terms, *facets = row[:11]
    country, availability, level, preregistered, transfer, rate, currency = row[11:18]
    metrics, lows, changes, niche_metrics, industries, niche_lows = (each or () for each in row[18:])
    values: dict[str, Sequence[str]] = dict(zip(ARRAY_FACETS, facets, strict=True))
    values |= {
        "country": [country] if country else [],
        "availability": [availability] if availability else [],
        "level": [str(level)] if level else [],
        "preregistered": ["true"] if preregistered else [],
        "transfer": ["true"] if transfer else [],
    }
    return Document(
        id=profile_id.bytes,
        rank=rank,
        elsewhere=elsewhere,
        terms=terms,
        values=values,
        rate=rate or 0,
        currency=currency if rate else "",
        standings=dict(zip(metrics, zip(lows, changes, strict=True), strict=True)),
        niches=dict(zip(zip(niche_metrics, industries, strict=True), niche_lows, strict=True)),
    )
