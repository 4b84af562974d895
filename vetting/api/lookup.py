"""One row among those the caller may see: a foreign one is absent."""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404

from vetting.api.fields import wrong
from vetting.kernel.verdict import refuse

Row = TypeVar("Row", bound=Model)


def one_of(rows: QuerySet[Row], row_id: UUID) -> Row:
    """The row an address names. Http404 where it is not among these."""
    row = rows.filter(pk=row_id).first()
    if row is None:
        raise Http404
    return row


def named(rows: QuerySet[Row], given: Mapping[str, Any], field: str) -> Row:
    """The row a field of the body names. ValidationError at that field where it is not among these."""
    row = rows.filter(pk=given[field]).first()
    if row is None:
        raise wrong(refuse("not_found", f"There is no such {field}, or it is not yours.", field=field))
    return row
