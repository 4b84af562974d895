"""The one place where a status changes, and where a change is written down."""

from collections.abc import Mapping
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
    _write(kind, row_id, verb, by=by, at=at, facts=facts)


def begin(row: Moving, *, by: Actor, at: datetime, facts: Mapping[str, Any] | None = None) -> Moving:
    """Insert a new row in the first status of its table."""
    row.status = row.MOVES.start
    row.status_at = at
    row.save(force_insert=True)
    _write(_kind(row), row.pk, "begin", by=by, at=at, after=row.status, facts=facts)
    return row


@whole
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
    model = type(row)
    before = (
        model._base_manager.select_for_update(no_key=True).values_list("status", flat=True).get(pk=row.pk)
    )
    if not row.MOVES.allows(before, to):
        kind = row.MOVES.kind
        raise RefusedError(refuse("move_not_allowed", f"This {kind} is {before.replace('_', ' ')} by now."))
    changed = {"status": to, "status_at": at, **columns}
    model._base_manager.filter(pk=row.pk).update(**changed)
    for name, value in changed.items():
        setattr(row, name, value)
    _write(_kind(row), row.pk, "move", by=by, at=at, before=before, after=to, facts=facts)
    return row


def _kind(row: Row) -> str:
    return type(row).__name__.lower()


def _write(
    kind: str,
    row_id: UUID,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: str = "",
    after: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    AuditEntry.objects.create(
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
