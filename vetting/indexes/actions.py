"""Build a segment, and clear away what it makes needless."""

from datetime import datetime
from itertools import chain

from django.db import connection, transaction

from vetting.indexes.holding import documents, path_of
from vetting.indexes.models import ListingChange, Segment
from vetting.indexes.rules import EDITION
from vetting.kernel.keys import uuid7
from vetting.segments.building import build
from vetting.segments.files import write

KEPT = 2  # a process may still hold the one before
_BUILDING = 5_110_015  # the key of the lock under which one builds at a time


def rebuild(*, at: datetime) -> Segment | None:
    """All listings as they are in one snapshot, in a file beside those before; None where another builds already, or nobody is listed.

    The file is whole and in its place before its row tells of it.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(
                "SELECT pg_try_advisory_xact_lock(%s), pg_current_snapshot()::text,"
                " (SELECT system_identifier FROM pg_control_system())",
                [_BUILDING],
            )
            alone, snapshot, cluster = cursor.fetchone()
        if not alone:
            return None
        listed = documents()
        first = next(listed, None)
        if first is None:
            return None
        arrays = build(chain([first], listed))
        row = Segment(
            id=uuid7(),
            snapshot=snapshot,
            cluster=cluster,
            edition=EDITION,
            made_at=at,
            documents=int(arrays["ranks"].size),
        )
        row.bytes, row.digest = write(path_of(row.pk), arrays)
        row.save(force_insert=True)
        _clear()
    kept = {path_of(key) for key in Segment.objects.order_by("id").values_list("pk", flat=True)}
    for path in path_of(row.pk).parent.glob("*.segment"):
        if path not in kept:
            path.unlink(missing_ok=True)
    return row


def _clear() -> None:
    """Older segments, and the changes that those kept have all seen."""
    newest = Segment.objects.order_by("-id").values_list("pk", flat=True)[:KEPT]
    Segment.objects.exclude(pk__in=list(newest)).delete()
    oldest = Segment.objects.order_by("id").values_list("snapshot", flat=True)[0]
    ListingChange.objects.filter(xid__lt=int(oldest.partition(":")[0])).delete()
