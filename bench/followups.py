"""python -m bench.followups: how fast due letters are found, claimed and sent; JSON lines, each beside its peer.

It starts servers of its own, whose data lies in var/bench; with them goes what it wrote.
"""

import argparse
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
import psycopg
from psycopg import sql

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench import letters, planning
from config import embedded, env, postgres
from config.places import place

KIND = "bench"
SCALES = {
    "small": {"rows": 20_000, "letters": 20, "tries": 40},
    "full": {"rows": 10_000_000, "letters": 200, "tries": 300},
}


def lines(*, rows: int, letters_: int, tries: int, parts: list[str]) -> Iterator[dict[str, Any]]:
    if "planning" in parts:
        with _database():
            yield from planning.lines(rows=rows, tries=tries)
    if "letters" in parts:
        with _database():
            yield from letters.lines(letters=letters_)


@contextmanager
def _database() -> Iterator[None]:
    """Empty tables, gone afterwards."""
    login = embedded.database(KIND)
    name = sql.Identifier(postgres.DATABASE)
    admin = {
        "host": login["HOST"],
        "user": login["USER"],
        "password": login["PASSWORD"],
        "dbname": "postgres",
    }
    with psycopg.connect(autocommit=True, **admin) as server:  # type: ignore[arg-type]  # all are texts or numbers psycopg knows
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        connection.settings_dict.update(login)
        call_command("migrate", interactive=False, verbosity=0)
        yield
        connection.close()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.followups", description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument(
        "--parts", nargs="+", choices=["planning", "letters"], default=["planning", "letters"]
    )
    given = parser.parse_args()
    scale = SCALES[given.scale]
    with embedded.running(KIND):
        settings.CELERY_BROKER_URL = env.broker_url(embedded.redis_url(KIND))
        for line in lines(
            rows=scale["rows"], letters_=scale["letters"], tries=scale["tries"], parts=given.parts
        ):
            print(json.dumps(line), flush=True)
    shutil.rmtree(place(KIND).state)


if __name__ == "__main__":
    main()
