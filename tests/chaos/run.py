"""One run: servers, workers, people and faults at once; then calm, thirty days if asked for, and the count."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connections
from django.db.models import Min

from config.launch import log_of
from config.places import place
from tests.chaos.faults import Breaker, Faults, Workers
from tests.chaos.people import People
from tests.chaos.place import Clock, servers
from tests.chaos.settings import KIND
from tests.chaos.sink import Sink
from tests.chaos.verdict import Verdict, judge
from vetting.followups.models import AskStep

_QUIET = 2.0  # seconds without a word that mean nobody is at work
_LEAP = timedelta(minutes=20)  # at the least: letters due one after the other are not waited for one by one
_PATIENCE = 300.0  # seconds in which something must happen, or what is left is stuck


@dataclass(frozen=True, kw_only=True)
class Plan:
    n: int
    seed: int
    rate: float  # asks a second
    workers: int
    beats: int
    faults: Faults
    days: int  # how far the clock is led on after the faults
    waits_for_leases: bool

    @property
    def seconds(self) -> float:
        return self.n / self.rate


@dataclass(frozen=True, kw_only=True)
class Report:
    verdict: Verdict
    faults: dict[str, int]
    kills: dict[str, int]
    moods: dict[str, int]
    ends: dict[str, int]
    letters: int
    seconds: float


def run(plan: Plan, sink: Sink) -> Report:
    """The sink is given: its port stands in the settings, which are read before anything else."""
    began = time.monotonic()
    with servers(), sink:
        clock = Clock()
        _say(f"{plan.n} asks at {plan.rate:g} a second, {plan.faults.total()} faults, seed {plan.seed}")
        workers = Workers(workers=plan.workers, beats=plan.beats, log=log_of(place(KIND), "workers"))
        try:
            people = People(n=plan.n, seed=plan.seed, rate=plan.rate, clock=clock)
            connections.close_all()
            workers.wait()
            breaker = Breaker(plan.faults, seed=plan.seed, seconds=plan.seconds, workers=workers, clock=clock)
            sink.watch, sink.strike = people.watch, breaker.strike
            _together(people.ask_all, breaker.run)
            _say("the faults are over")
            _lead_on(plan, sink, clock, until=clock.now() + timedelta(hours=2))
            if plan.days:
                people.withdraw_most(keep=10)
            people.finish()
            _lead_on(plan, sink, clock, until=clock.now() + timedelta(days=plan.days))
        finally:
            workers.stop()
        verdict = judge(people=people, sink=sink, breaker=breaker, workers=workers, clock=clock)
    return Report(
        verdict=verdict,
        faults=dict(breaker.done),
        kills=dict(workers.kills),
        moods=dict(sorted(sink.moods.items())),
        ends={end: list(people.ends.values()).count(end) for end in sorted(set(people.ends.values()))},
        letters=len(sink.copies),
        seconds=round(time.monotonic() - began, 1),
    )


def _together(*calls: Callable[[], None]) -> None:
    def call(act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            connections.close_all()

    # Daemons: who is told to end does not wait for them.
    threads = [threading.Thread(target=call, args=[act], daemon=True) for act in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _lead_on(plan: Plan, sink: Sink, clock: Clock, *, until: datetime) -> None:
    """Whenever all is still, set the clock to what is due next, until nothing is due before `until`."""
    progress = time.monotonic()
    while time.monotonic() - progress < _PATIENCE:
        time.sleep(0.2)
        now = clock.now()
        if sink.quiet_for() < _QUIET:
            progress = time.monotonic()
            continue
        if AskStep.objects.filter(state="planned", due_at__lte=now).exists():
            continue
        leased = AskStep.objects.filter(state__in=["claimed", "data"]).aggregate(Min("lease_until"))
        planned = AskStep.objects.filter(state="planned", due_at__lte=until).aggregate(Min("due_at"))
        lease_ends, next_due = leased["lease_until__min"], planned["due_at__min"]
        if lease_ends is not None:
            if not plan.waits_for_leases and lease_ends > now:
                clock.set(lease_ends)
            continue
        if next_due is None:
            return
        clock.set(max(next_due, now + _LEAP))
        progress = time.monotonic()
    _say("nothing moved for too long")


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
