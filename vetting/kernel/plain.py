"""Rows as plain tuples, for those who read very many: no objects, and no more columns than are asked for."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.db import connection

Row = TypeVar("Row")


def tuples(make: Callable[[Iterable[Any]], Row], query: str, given: Mapping[str, Any]) -> list[Row]:
    """What the statement finds; `make` is that of a NamedTuple with a field for each column."""
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return list(map(make, cursor.fetchall()))
