"""The servers of the chaos run, its clock, and the story that the database itself writes down.

The clock is PostgreSQL's, shifted: a schema that stands before pg_catalog has a `clock_timestamp()` of its own. So a
run begins on a Monday morning whatever day it is, and thirty days pass in minutes.
"""

import bisect
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from django.db.utils import InterfaceError, OperationalError
from psycopg import sql

from config import embedded, postgres, valkey
from config.launch import end
from config.places import place, prepare
from tests.chaos.settings import KIND

BEGINS = datetime(2026, 5, 4, 9, tzinfo=UTC)  # a Monday morning, in office hours all over Europe

# Both stories of an ask are written under its lock, so their numbers stand in the order in which they were committed.
_INSTRUMENTS = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.clock (shift interval NOT NULL);
INSERT INTO chaos.clock VALUES ('0');
CREATE FUNCTION chaos.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
  'SELECT pg_catalog.clock_timestamp() + (SELECT shift FROM chaos.clock)';
CREATE TABLE chaos.story (seq bigserial PRIMARY KEY, ask_id uuid NOT NULL, step_id uuid, what text NOT NULL);
CREATE FUNCTION chaos.data_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO chaos.story (ask_id, step_id, what) VALUES (NEW.ask_id, NEW.id, 'data'); RETURN NULL; END $$;
CREATE FUNCTION chaos.ask_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO chaos.story (ask_id, what) VALUES (NEW.id, NEW.status); RETURN NULL; END $$;
CREATE TRIGGER chaos_data AFTER UPDATE ON vetting_askstep FOR EACH ROW
  WHEN (NEW.state = 'data' AND OLD.state <> 'data') EXECUTE FUNCTION chaos.data_begins();
CREATE TRIGGER chaos_moves AFTER UPDATE ON vetting_ask FOR EACH ROW
  WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION chaos.ask_moves();
ALTER DATABASE touchstone SET search_path = chaos, pg_catalog, public;
"""
_Found = TypeVar("_Found")


@contextmanager
def servers() -> Iterator[None]:
    """Fresh tables on servers that nobody else uses meanwhile; a second run waits for the first."""
    where = place(KIND)
    prepare(where)
    with (where.run / "chaos.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with embedded.running(KIND):
            _empty()
            call_command("migrate", interactive=False, verbosity=0)
            with connection.cursor() as cursor:
                cursor.execute(_INSTRUMENTS)
            connections.close_all()
            yield
            connections.close_all()


def _empty() -> None:
    login = embedded.database(KIND)
    with psycopg.connect(
        host=str(login["HOST"]),
        user=str(login["USER"]),
        password=str(login["PASSWORD"]),
        dbname="postgres",
        autocommit=True,
    ) as admin:
        name = sql.Identifier(postgres.DATABASE)
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        admin.execute(sql.SQL("CREATE DATABASE {}").format(name))


def restart_postgres(*, away: float = 0.0) -> None:
    """An immediate end, as of a machine without power, and after a while the start."""
    where = place(KIND)
    pid = postgres.process_of(where)
    assert pid is not None
    end(pid, signal.SIGQUIT, patience=60)
    time.sleep(away)
    postgres.start(where, careless=False)


def end_redis() -> None:
    pid = valkey.process_of(place(KIND))
    assert pid is not None
    end(pid, signal.SIGKILL, patience=30)


def begin_redis() -> None:
    valkey.start(place(KIND), careless=False)


def kill_redis(*, away: float) -> None:
    end_redis()
    time.sleep(away)
    begin_redis()


@contextmanager
def frozen_redis() -> Iterator[None]:
    """Half-open: connections are taken, and nothing is ever said on them."""
    pid = valkey.process_of(place(KIND))
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def flush_redis() -> None:
    valkey._client(place(KIND)).flushall()


def kill(pid: int, *, group: bool) -> bool:
    """False where it was gone already."""
    try:
        (os.killpg if group else os.kill)(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def patiently(act: Callable[[], _Found], *, seconds: float = 60) -> _Found:
    """Try again while the database is away, on a fresh connection, as a person at a page would."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except (OperationalError, InterfaceError):
            connections.close_all()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class Clock:
    """The database's clock of this run, and which shift it had when."""

    def __init__(self) -> None:
        self._since: list[float] = []
        self._shifts: list[float] = []
        self.set(BEGINS)

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self._shifts[-1], UTC)

    def set(self, moment: datetime) -> None:
        shift = moment.timestamp() - time.time()
        patiently(lambda: _shift(shift))
        self._since.append(time.time())
        self._shifts.append(shift)

    def move(self, by: timedelta) -> None:
        self.set(self.now() + by)

    def reached(self, moment: datetime) -> float:
        """The second of this machine's clock at which the run's clock first showed that moment."""
        ends = [*self._since[1:], float("inf")]
        for since, until, shift in zip(self._since, ends, self._shifts, strict=True):
            second = max(since, moment.timestamp() - shift)
            if second < until:
                return second
        raise AssertionError(moment)

    def moves(self) -> list[float]:
        return self._since[1:]

    def moved_within(self, begin: float, finish: float) -> bool:
        return bisect.bisect_left(self._since, begin) < bisect.bisect_right(self._since, finish)


def _shift(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chaos.clock SET shift = make_interval(secs => %s)", [seconds])
