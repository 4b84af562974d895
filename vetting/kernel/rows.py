"""What every table shares: a key that sorts by time, a status with its moment, columns for business figures."""

from typing import Any, ClassVar

from django.db import models

from vetting.kernel.keys import uuid7
from vetting.kernel.moves import Moves


class Row(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class MovedRow(Row):
    """A row with a life: `status` is written by audit.actions.move() and by nothing else."""

    MOVES: ClassVar[Moves]

    status = models.CharField(max_length=20)
    status_at = models.DateTimeField()

    class Meta:
        abstract = True


def status_in(table: Moves) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(status__in=list(table.table)), name=f"{table.kind}_status_in_table"
    )


def figure(**options: Any) -> "models.DecimalField[Any, Any]":
    """A business figure: NUMERIC(24, 6)."""
    return models.DecimalField(max_digits=24, decimal_places=6, **options)
