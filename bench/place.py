"""Where a benchmark works: a database of its own for each size of the world, on the server of the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.core.management import call_command
from django.db import connection
from psycopg import connect, sql

EMPTY = "empty"  # what a new database is a copy of: that is sooner done than all migrations


def use(consultants: int | str) -> str:
    """From now on Django's connection leads to the database of that size or name, made and migrated where missing."""
    name, empty = f"{_base()}_bench_{consultants}", f"{_base()}_bench_{EMPTY}"
    with _server() as server:
        # One maker at a time: what is copied may not be in use.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [empty])
        if not _is_there(server, name):
            if not _is_there(server, empty):
                server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(empty)))
                _migrated(empty)
                connection.close()
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            server.execute(copy.format(sql.Identifier(name), sql.Identifier(empty)))
    _migrated(name)
    return name


def _is_there(server: Any, name: str) -> bool:
    return server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _migrated(name: str) -> None:
    """The connection leads there from now on, and its tables are those of this code."""
    connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0, interactive=False)


def drop(consultants: int | str) -> None:
    """Remove the database of that size, or of that name."""
    connection.close()
    with _server() as server:
        name = sql.Identifier(f"{_base()}_bench_{consultants}")
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    connection.settings_dict["NAME"] = _base()


def url() -> str:
    """The address of the present database, for processes of their own."""
    known = _login()
    user = f"{quote(known['user'], safe='')}:{quote(known['password'], safe='')}"
    name = connection.settings_dict["NAME"]
    if known["host"].startswith("/"):  # the folder of a socket
        return f"postgres://{user}@/{name}?host={quote(known['host'], safe='')}"
    return f"postgres://{user}@{known['host']}:{known['port']}/{name}"


def _base() -> str:
    return str(connection.settings_dict["NAME"]).partition("_bench_")[0]


def _login() -> dict[str, str]:
    """As Django logs in, wherever the settings say so."""
    known = {"host": "localhost", "port": "5432", "user": "", "password": ""}
    given = connection.get_connection_params()
    return known | {name: str(given[name]) for name in known if given.get(name)}


@contextmanager
def _server() -> Iterator[Any]:
    with connect(**_login(), dbname=_base(), autocommit=True) as server:
        yield server
