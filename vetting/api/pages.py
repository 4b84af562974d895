"""Lists in pages: newest first, and a signed cursor that says where the last page ended."""

from typing import TypeVar
from uuid import UUID

from django.core import signing
from django.db.models import Model, QuerySet
from rest_framework import serializers

from vetting.api.fields import Input, Text, wrong
from vetting.kernel.verdict import refuse

USUAL, MOST = 20, 100
_SALT = "api-cursor"

Row = TypeVar("Row", bound=Model)


class PageInput(Input):
    limit = serializers.IntegerField(
        min_value=1, max_value=MOST, default=USUAL, help_text="How many at most."
    )
    cursor = Text(default="", help_text="Where to go on; `next` of the page before holds it.")


def slice_of(rows: QuerySet[Row], *, limit: int, cursor: str) -> tuple[list[Row], str]:
    """One page of rows that come in the order of "-id", and the cursor of the next page or an empty text."""
    if cursor:
        rows = rows.filter(pk__lt=_read(cursor))
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return found[:limit], _write(found[limit - 1].pk) if more else ""


def _write(last: UUID) -> str:
    return signing.dumps(str(last), salt=_SALT)


def _read(cursor: str) -> UUID:
    try:
        return UUID(signing.loads(cursor, salt=_SALT))
    except signing.BadSignature as error:
        verdict = refuse("bad_cursor", "This cursor is not one of ours; start again.", field="cursor")
        raise wrong(verdict) from error
