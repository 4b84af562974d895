"""PostgreSQL and Valkey of this checkout's own, for the demo, development and tests.

Nothing starts where DATABASE_URL and REDIS_URL name servers. Any number of processes may use the same
pair: the first starts it, the last one out stops it, and what a crash left behind is taken over.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO
from urllib.parse import quote

from config import env, postgres, valkey
from config.places import Place, place, prepare

TESTS = "test"


def database(kind: str = "") -> dict[str, object]:
    """Django's settings for the embedded database. Starts nothing."""
    where = place(kind)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": postgres.DATABASE,
        "USER": postgres.ROLE,
        "PASSWORD": where.password("postgres"),
        "HOST": str(where.run),
        "PORT": "",
    }


def redis_url(kind: str = "") -> str:
    """The address of the embedded Valkey. Starts nothing."""
    where = place(kind)
    return f"unix://:{quote(where.password('valkey'), safe='')}@{valkey.socket_path(where)}"


@contextmanager
def running(kind: str = "") -> Iterator[None]:
    """Have the embedded servers up for as long as the block runs."""
    users = enter(kind)
    try:
        yield
    finally:
        if users is not None:
            leave(users, kind)


def enter(kind: str = "") -> IO[str] | None:
    """Join the users of the servers, starting what is down. Returns what `leave` wants back.

    None means that both addresses are given and nothing is ours to run.
    """
    if env.given("DATABASE_URL") and env.given("REDIS_URL"):
        return None
    where = place(kind)
    prepare(where)
    with _door(where):
        if not env.given("DATABASE_URL") and not postgres.running(where):
            postgres.start(where, careless=kind == TESTS)
        if not env.given("REDIS_URL") and not valkey.running(where):
            valkey.start(where, careless=kind == TESTS)
        users = (where.run / "users.lock").open("w")
        fcntl.flock(users, fcntl.LOCK_SH)
    return users


def leave(users: IO[str], kind: str = "") -> None:
    """Leave the users of the servers; the last one stops them, the newest first."""
    where = place(kind)
    with users, _door(where):
        fcntl.flock(users, fcntl.LOCK_UN)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        valkey.stop(where)
        postgres.stop(where)


@contextmanager
def _door(where: Place) -> Iterator[None]:
    """One starter or stopper at a time."""
    with (where.run / "door.lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield
