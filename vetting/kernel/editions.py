"""A table's next edition: filled beside the one that is read, and swapped in whole."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from psycopg import sql

_PATIENCE: Final = "500ms"  # so long readers may wait behind a swap that itself waits for a long reader
_PATIENCE_BEFORE: Final = "5s"  # stops no reader; PostgreSQL takes a second to end its own upkeep of a table
_TRIES: Final = 120
_PAUSE_SECONDS: Final = 1.0


@contextmanager
def only_maker(table: str) -> Iterator[bool]:
    """Whether we are the one who makes the next edition of that table; true for one session at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"edition of {table}"])
        (alone,) = cursor.fetchone()
        try:
            yield bool(alone)
        finally:
            if alone:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"edition of {table}"])


def open_next(table: str, *, label: str) -> str:
    """The name of the side table for that label: what a killed run has left of it, or an empty one."""
    beside = f"{table}_next"
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass(%s))", [beside])
        if cursor.fetchone() != (label,):
            name, of = sql.Identifier(beside), sql.Identifier(table)
            with transaction.atomic():
                cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
                cursor.execute(
                    sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)").format(
                        name, of
                    )
                )
                cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(label)))
    return beside


def label_of(table: str) -> str:
    """What the side table of an unfinished run was made for; empty where there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regclass(%s))", [f"{table}_next"])
        return str(cursor.fetchone()[0] or "")


def copy_into(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """All of these rows or none."""
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(into) as pipe:
        for row in rows:
            pipe.write_row(row)


def swap(table: str, *, take_over: Callable[[], object]) -> None:
    """Give the side table the place, the indexes, the keys and the rights of the one that is read.

    `take_over` is called while nobody writes to either, in the transaction that changes the names: what has changed since
    the side table was filled. Raises OperationalError where a reader did not let go of the table for minutes.
    """
    kept = _keys(table)
    _build(f"{table}_next", kept)
    for tried in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                _change_names(table, kept, take_over)
        except OperationalError:
            if tried == _TRIES or connection.in_atomic_block:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _keys(table: str) -> Mapping[str, str]:
    """By name: what makes each index and constraint of the table on a table and under a name of `format`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, 'ALTER TABLE {table} ADD CONSTRAINT {name} ' || pg_get_constraintdef(oid)"
            " || CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END"
            " FROM pg_constraint WHERE conrelid = %(table)s::regclass AND contype IN ('p', 'u', 'x', 'f')"
            " UNION ALL "
            "SELECT i.relname, CASE WHEN indisunique THEN 'CREATE UNIQUE INDEX' ELSE 'CREATE INDEX' END"
            " || ' {name} ON {table} USING ' || split_part(pg_get_indexdef(indexrelid), ' USING ', 2)"
            " FROM pg_index JOIN pg_class i ON i.oid = indexrelid WHERE indrelid = %(table)s::regclass"
            " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))"
            " ORDER BY 1",
            {"table": table},
        )
        return dict(cursor.fetchall())


def _build(beside: str, kept: Mapping[str, str]) -> None:
    """Those a killed run has built stay. A foreign key is checked without holding up who writes to the other table."""
    known = _keys(beside)
    with connection.cursor() as cursor:
        for name, made in kept.items():
            new = _beside(name)
            if new not in known:
                identifiers = {"table": sql.Identifier(beside), "name": sql.Identifier(new)}
                cursor.execute(sql.SQL(made).format(**identifiers))
                if made.endswith("NOT VALID"):
                    cursor.execute(
                        sql.SQL("ALTER TABLE {table} VALIDATE CONSTRAINT {name}").format(**identifiers)
                    )
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(beside)))


def _change_names(table: str, kept: Mapping[str, str], take_over: Callable[[], object]) -> None:
    old, new = sql.Identifier(table), sql.Identifier(f"{table}_next")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(_PATIENCE_BEFORE)))
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(old))
        for other in _referred_to(table):
            cursor.execute(
                sql.SQL("LOCK TABLE {} IN SHARE UPDATE EXCLUSIVE MODE").format(sql.Identifier(other))
            )
        take_over()
        for right, role in _rights(table):
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(right), new, sql.SQL(role)))
        cursor.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(_PATIENCE)))
        cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(old))
        cursor.execute(sql.SQL("DROP TABLE {}").format(old))
        cursor.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(new, old))
        for name, made in kept.items():
            rename = "ALTER TABLE {table} RENAME CONSTRAINT {from_} TO {to}"
            if made.startswith("CREATE"):
                rename = "ALTER INDEX {from_} RENAME TO {to}"
            cursor.execute(
                sql.SQL(rename).format(
                    table=old, from_=sql.Identifier(_beside(name)), to=sql.Identifier(name)
                )
            )
        cursor.execute(sql.SQL("COMMENT ON TABLE {} IS NULL").format(old))
        cursor.execute("SET LOCAL lock_timeout = DEFAULT")


def _referred_to(table: str) -> list[str]:
    """The tables its keys lead to: dropping it takes a lock on each of them as well."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT relname::text FROM pg_constraint JOIN pg_class c ON c.oid = confrelid"
            " WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY 1",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def _beside(name: str) -> str:
    """Within the 63 bytes that PostgreSQL gives a name, and another one for each."""
    return f"{name[:57]}_next"


def _rights(table: str) -> list[Any]:
    """What others than the owner were granted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END"
            " FROM pg_class, aclexplode(relacl) WHERE oid = %s::regclass AND grantee <> relowner",
            [table],
        )
        return list(cursor.fetchall())
