"""Who changed this row."""

from uuid import UUID

from django.db.models import QuerySet

from vetting.audit.models import AuditEntry


def trail(row_id: UUID) -> QuerySet[AuditEntry]:
    """Every entry about that row, oldest first."""
    return AuditEntry.objects.filter(row_id=row_id).order_by("id")
