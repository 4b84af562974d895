"""Where a benchmark works: a database of its own for each size of the world, on the server of the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.core.management import call_command
from django.db import connection
from psycopg import connect, sql
from psycopg.conninfo import make_conninfo


def use(consultants: int | str) -> str:
    """From now on Django's connection leads to the database of that size, or of that name, made and migrated where it is missing."""
    known = connection.settings_dict
    base = str(known["NAME"]).partition("_bench_")[0]
    name = f"{base}_bench_{consultants}"
    with _server(known, base) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    connection.close()
    known["NAME"] = name
    call_command("migrate", verbosity=0, interactive=False)
    return name


def drop(consultants: int | str) -> None:
    """Remove the database of that size, or of that name."""
    known = connection.settings_dict
    base = str(known["NAME"]).partition("_bench_")[0]
    connection.close()
    with _server(known, base) as server:
        name = sql.Identifier(f"{base}_bench_{consultants}")
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    known["NAME"] = base


def url() -> str:
    """The address of the present database, for processes of their own."""
    known = {
        key: str(value) for key, value in connection.settings_dict.items() if isinstance(value, str | int)
    }
    user = f"{quote(known['USER'], safe='')}:{quote(known['PASSWORD'], safe='')}"
    if known["HOST"].startswith("/"):  # the folder of a socket
        return f"postgres://{user}@/{known['NAME']}?host={quote(known['HOST'], safe='')}"
    return f"postgres://{user}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"


@contextmanager
def _server(known: dict[str, Any], base: str) -> Iterator[Any]:
    login = make_conninfo(
        host=known["HOST"],
        port=known["PORT"] or None,
        user=known["USER"],
        password=known["PASSWORD"],
        dbname=base,
    )
    with connect(login, autocommit=True) as server:
        yield server
