"""The one place where a status changes, and where a change is written down."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from vetting.audit.models import AuditEntry
from vetting.kernel.actors import Actor
from vetting.kernel.rows import MovedRow, Row
from vetting.kernel.verdict import RefusedError, refuse
from vetting.kernel.whole import whole

Moving = TypeVar("Moving", bound=MovedRow)


def record(row: Row, verb: str, *, by: Actor, at: datetime, facts: Mapping[str, Any] | None = None) -> None:
    """Write down a change that is not a change of status."""
    record_about(_kind(row), row.pk, verb, by=by, at=at, facts=facts)


def record_about(
    kind: str, row_id: UUID, verb: str, *, by: Actor, at: datetime, facts: Mapping[str, Any] | None = None
) -> None:
    """As `record`, for a row that is not one of ours to load."""
    _entry(kind, row_id, verb, by=by, at=at, facts=facts).save(force_insert=True)


def begin(row: Moving, *, by: Actor, at: datetime, facts: Mapping[str, Any] | None = None) -> Moving:
    """Insert a new row in the first status of its table."""
    row.status = row.MOVES.start
    row.status_at = at
    row.save(force_insert=True)
    entry = _entry(_kind(row), row.pk, "begin", by=by, at=at, after=row.status, facts=facts)
    entry.save(force_insert=True)
    return row


def move(
    row: Moving,
    to: str,
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    **columns: object,
) -> Moving:
    """Lock the row, check the table of moves, write status and audit entry together; `row` is updated in place.

    `columns` change with the status. Raises RefusedError (code `move_not_allowed`) where the row has meanwhile moved elsewhere.
    """
    move_all([row], to, by=by, at=at, facts=facts, **columns)
    return row


@whole
def move_all(
    rows: Sequence[Moving],
    to: str,
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    **columns: object,
) -> None:
    """As `move`, for rows of one table that move alike: all of them or none."""
    model = type(rows[0])
    locked = model._base_manager.select_for_update(no_key=True).filter(pk__in=[row.pk for row in rows])
    before = dict(locked.order_by("pk").values_list("pk", "status"))
    for row in rows:
        if not row.MOVES.allows(before[row.pk], to):
            kind, is_by_now = row.MOVES.kind, before[row.pk].replace("_", " ")
            raise RefusedError(refuse("move_not_allowed", f"This {kind} is {is_by_now} by now."))
    changed = {"status": to, "status_at": at, **columns}
    model._base_manager.filter(pk__in=before).update(**changed)
    for row in rows:
        for name, value in changed.items():
            setattr(row, name, value)
    AuditEntry.objects.bulk_create(
        _entry(_kind(row), row.pk, "move", by=by, at=at, before=before[row.pk], after=to, facts=facts)
        for row in rows
    )


def _kind(row: Row) -> str:
    return type(row).__name__.lower()


def _entry(
    kind: str,
    row_id: UUID,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: str = "",
    after: str = "",
    facts: Mapping[str, Any] | None = None,
) -> AuditEntry:
    return AuditEntry(
        at=at,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        verb=verb,
        kind=kind,
        row_id=row_id,
        before=before,
        after=after,
        facts=dict(facts or {}),
    )
