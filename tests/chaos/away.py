"""Redis away, PostgreSQL away or full, while people use the site: who waits, who is refused, and what is kept.

`python -m tests.chaos redis` and `python -m tests.chaos postgres`; `--quick` is the form that `make test` runs.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis
from django.db import connection, connections

from config import postgres, valkey
from config.celery import app
from config.launch import log_of
from config.places import place
from tests.chaos import small_disk
from tests.chaos.faults import Workers
from tests.chaos.place import (
    begin_redis,
    end_redis,
    flush_redis,
    frozen_redis,
    patiently,
    restart_postgres,
    servers,
)
from tests.chaos.settings import KIND
from tests.chaos.sink import Sink
from tests.chaos.visitors import Answer, Line, Visitors, free_port, percentile
from vetting.api.throttles import ANONYMOUS, WINDOW
from vetting.engagements.models import Engagement
from vetting.kernel.away import AWAY

API_P99 = 1.0
WORKER_BACK = 15.0
BACK = 10.0
_CROWDED = 4.0  # in the short form, which runs beside other tests, these may take so many times as long
_CODES = 3  # sign-ins of one person begun in a minute, by allauth's default
_HALF = 80  # questions of a stranger before a fault, and as many while it lasts


@dataclass
class Figures:
    """What one run found, and whether each promise holds."""

    name: str
    patience: float
    values: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def note(self, name: str, value: object, *, holds: bool) -> None:
        self.values[name] = value
        if not holds:
            self.broken.append(f"{name}={value}")

    def last_line(self) -> str:
        return " ".join(f"{name}={value}" for name, value in self.values.items())


def without_redis(sink: Sink, *, quick: bool) -> Figures:
    """Absent from the start, half-open, emptied, killed: each for a while, one after the other."""
    lasts, back = (6.0 if quick else 45.0), {}
    figures = Figures("redis", _CROWDED if quick else 1.0)
    strangers = iter(range(2, 200))
    with servers(), sink:
        end_redis()
        with _site(workers=1) as visitors:

            def endure(
                name: str, begin: Callable[[], None], end: Callable[[], None], *, lasts: float = lasts
            ) -> None:
                address = f"127.0.0.{next(strangers)}"
                _enough_of_the_minute(needs=10.0)
                before = _granted(visitors, address)
                begin()
                began = time.monotonic()
                while_it_lasts = _granted(visitors, address)
                figures.note(
                    f"{name}_granted", before + while_it_lasts, holds=before + while_it_lasts == ANONYMOUS
                )
                time.sleep(max(0.0, began + lasts - time.monotonic()))
                end()
                back[name] = _bell_is_heard()

            began = time.time()
            endure("absent", lambda: None, begin_redis)
            frozen = frozen_redis()
            endure("half_open", frozen.__enter__, lambda: frozen.__exit__(None, None, None))
            endure("flushed", flush_redis, flush_redis, lasts=1.0)
            if not quick:
                endure("killed", end_redis, begin_redis)
            answers = visitors.since(began)
    api = [each for each in answers if each.kind == "api"]
    figures.note("asked", len(answers), holds=len(api) > 20)
    figures.note("faults", _faults(answers), holds=not _faults(answers))
    slowest = percentile(api, 0.99)
    figures.note("api_p99", f"{slowest:.2f}s", holds=slowest < API_P99 * figures.patience)
    pages = [each for each in answers if each.kind == "page"]
    figures.note("page_p99", f"{percentile(pages, 0.99):.2f}s", holds=True)
    figures.note("codes_in_a_minute", _codes(answers), holds=_codes(answers) <= _CODES)
    worst = max(back.values())
    figures.note("worker_back", f"{worst:.1f}s", holds=worst <= WORKER_BACK * figures.patience)
    return figures


def without_postgres(sink: Sink, *, quick: bool) -> Figures:
    """Restarted in immediate mode under load; then its disk fills up, and is emptied again."""
    figures, where, back = Figures("postgres", _CROWDED if quick else 1.0), place(KIND), [0.0]
    reason = small_disk.unavailable(where)
    mounted = nullcontext() if reason else small_disk.mounted(where)
    with sink, mounted as disk, servers(), _site(workers=1) as visitors:
        for away in (0.0,) if quick else (0.0, 0.0, 0.0, 40.0):
            time.sleep(2.0 if quick else 8.0)
            restart_postgres(away=away)
            back.append(_back_after(visitors, time.time()))
        _count(figures, "restart", visitors, back)
        if disk is None:
            figures.note("disk_full", f"skipped ({reason})", holds=True)
            return figures
        visitors.begin_anew()
        back = [0.0]
        for ends_the_server in (False, True):
            _fill(figures, visitors, disk, ends_the_server=ends_the_server, lasts=4.0 if quick else 15.0)
            back.append(_back_after(visitors, time.time()))
        _count(figures, "full", visitors, back)
    return figures


def _fill(figures: Figures, visitors: Visitors, disk: Path, *, ends_the_server: bool, lasts: float) -> None:
    """No byte is left for tables; where the server is to end of it, none for its log either."""
    where, began = place(KIND), time.time()
    with small_disk.full(disk):
        if ends_the_server:
            _want_more_log()
        refused: list[Answer] = []
        while time.time() - began < lasts or (not refused and time.time() - began < 4 * lasts):
            time.sleep(0.5)
            refused = [each for each in visitors.since(began) if each.status == 503]
        name = "refused_without_log" if ends_the_server else "refused_without_room"
        figures.note(name, len(refused), holds=len(refused) > 0)
    if not postgres.running(
        where
    ):  # it ends where it cannot even recover; whoever looks after it starts it again
        postgres.start(where, careless=False)


def _want_more_log() -> None:
    with suppress(*AWAY), connection.cursor() as cursor:
        for _ in range(20):
            cursor.execute(
                "SELECT pg_logical_emit_message(true, 'chaos', repeat('x', 4000000)), pg_switch_wal()"
            )
    connections.close_all()


def _count(figures: Figures, name: str, visitors: Visitors, back: list[float]) -> None:
    answers = visitors.answers
    wrong = [each for each in answers if each.is_fault() and not _says_when_to_come_back(each)]
    kept = set(patiently(lambda: list(Engagement.objects.values_list("work", flat=True).order_by("id"))))
    lost = [work for work in visitors.acknowledged if work not in kept]
    figures.note(f"{name}_asked", len(answers), holds=len(answers) > 10)
    figures.note(f"{name}_503", sum(each.status == 503 for each in answers), holds=True)
    figures.note(f"{name}_other_faults", dict(Counter(each.status for each in wrong)) or 0, holds=not wrong)
    figures.note(f"{name}_acknowledged", len(visitors.acknowledged), holds=len(visitors.acknowledged) > 0)
    figures.note(f"{name}_lost", len(lost), holds=not lost)
    figures.note(f"{name}_back", f"{max(back):.1f}s", holds=max(back) <= BACK * figures.patience)


def _says_when_to_come_back(answer: Answer) -> bool:
    return answer.status == 503 and (answer.retry_after or "").isdigit()


def _back_after(visitors: Visitors, ready: float) -> float:
    """Seconds from the moment at which the server was there again to the last question that failed all the same.

    It is looked for until all has been well for two seconds, and beyond the promise where it is not.
    """
    while time.time() - ready < 2 * BACK:
        time.sleep(0.5)
        lately = [each for each in visitors.answers if each.at > max(ready, time.time() - 2.0)]
        if time.time() - ready > 2.0 and len(lately) >= 5 and not _faults(lately):
            break
    return max(
        (each.at - ready for each in visitors.answers if each.is_fault() and each.at > ready), default=0.0
    )


def _faults(answers: list[Answer]) -> dict[int, int]:
    return dict(Counter(each.status for each in answers if each.is_fault()))


def _codes(answers: list[Answer]) -> int:
    """The most sign-ins of one person that were begun in a minute."""
    granted = sorted(each.at for each in answers if each.kind == "code" and each.status == 302)
    return max((sum(0 <= other - first < 58 for other in granted) for first in granted), default=0)


def _granted(visitors: Visitors, address: str) -> int:
    """How many of a stranger's questions were answered; one that fails is neither answered nor counted by us."""
    line = Line(visitors.port, address=address)
    answers = [line.ask("stranger", "GET", "/api/v1/industries") for _ in range(_HALF)]
    visitors.answers.extend(answers)
    return sum(each.status == 200 for each in answers)


def _enough_of_the_minute(*, needs: float) -> None:
    """Both halves fall into one window of the limit."""
    window = WINDOW.total_seconds()
    left = window - time.time() % window
    if left < needs:
        time.sleep(left + 0.1)


def _bell_is_heard() -> float:
    """Seconds until a worker takes the oldest bell off the queue, from the moment at which Redis is there again."""
    began, client, oldest = time.monotonic(), valkey._client(place(KIND)), b""
    while time.monotonic() - began < 4 * WORKER_BACK:
        with suppress(redis.RedisError, OSError):
            if not oldest:
                app.send_task("accounts.wake")
                oldest = client.lindex("celery", -1) or b"taken"
            elif client.lindex("celery", -1) != oldest:
                return time.monotonic() - began
        time.sleep(0.1)
    return float("inf")


@contextmanager
def _site(*, workers: int) -> Iterator[Visitors]:
    """Pages and workers in processes of their own, and visitors at work."""
    port = free_port()
    visitors = Visitors(port)
    connections.close_all()
    team = Workers(workers=workers, beats=0, log=log_of(place(KIND), "workers"), port=port)
    try:
        visitors.wait()
        with visitors:
            yield visitors
    finally:
        print(f"{Counter(each.status for each in visitors.answers)}", file=sys.stderr)
        team.stop()
