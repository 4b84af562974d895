"""The site's worker in a process of its own, on the database, the Valkey and the letter box of the test."""

import os
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.utils import timezone

from config import embedded, env
from tests.house.files import PROJECT
from tests.letterbox import Letterbox
from vetting.followups.cadence import next_office_hour

PATIENCE = 60.0


@contextmanager
def working(site: str, letterbox: Letterbox, *, countries: Collection[str], log: Path) -> Iterator[None]:
    """A worker as production runs it, until the block ends; it must have gone well until then.

    Letters leave in office hours. Where it is night or a Sunday in one of `countries`, the worker's clock, which is the
    database's, stands at the next hour at which it is in none; nobody else's does.
    """
    with _clock_in_office_hours(countries) as path, log.open("w") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--concurrency=1"]
            + ["--loglevel=WARNING", f"--queues={settings.CELERY_TASK_DEFAULT_QUEUE}"],
            cwd=PROJECT,
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ["HOME"],
                "SITE_URL": site,
                "SECRET_KEY": settings.SECRET_KEY,
                "DATABASE_URL": _database_url(path),
                "REDIS_URL": env.given("REDIS_URL") or embedded.redis_url(embedded.TESTS),
                "EMAIL_URL": f"smtp://127.0.0.1:{letterbox.port}",
                **{name: value for name, value in os.environ.items() if name == "COVERAGE_PROCESS_CONFIG"},
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            worker.send_signal(signal.SIGTERM)
            try:
                worker.wait(PATIENCE)
            finally:
                worker.kill()
    said = log.read_text()
    assert (worker.returncode, "Traceback" in said, "sweep_failed" in said) == (0, False, False), said


@contextmanager
def _clock_in_office_hours(countries: Collection[str]) -> Iterator[str]:
    """The search path on which `clock_timestamp()` is at a time when letters leave."""
    now = timezone.now()
    soon = now + timedelta(minutes=5)
    opens, stays = _open_everywhere(now, countries), _open_everywhere(soon, countries)
    if (opens, stays) == (now, soon):
        yield "public"
        return
    # A little later where an office is about to close: the journey must not run into the evening.
    later = (max(opens, stays) - now).total_seconds()
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA later")
        cursor.execute(
            "CREATE FUNCTION later.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
            f"$$ SELECT pg_catalog.clock_timestamp() + interval '{later} seconds' $$"
        )
    try:
        yield "later,pg_catalog,public"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA later CASCADE")


def _open_everywhere(moment: datetime, countries: Collection[str]) -> datetime:
    while (opens := max(next_office_hour(moment, country) for country in countries)) > moment:
        moment = opens
    return moment


def _database_url(search_path: str) -> str:
    known = connection.settings_dict
    host, port = str(known["HOST"]), str(known["PORT"])
    user = f"{quote(known['USER'], safe='')}:{quote(known['PASSWORD'], safe='')}"
    options = f"options={quote(f'-c search_path={search_path}', safe='')}"
    if host.startswith("/"):  # the folder of a socket
        return f"postgres://{user}@/{known['NAME']}?host={quote(host, safe='')}&{options}"
    return f"postgres://{user}@{host}:{port or 5432}/{known['NAME']}?{options}"
