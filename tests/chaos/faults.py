"""What is done to the house while it works: workers killed, Redis flushed and killed, PostgreSQL restarted, clocks moved.

Half of the kills come at a chosen moment of a letter, since a moment of milliseconds is hardly ever hit by chance.
"""

import contextlib
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.chaos import place
from tests.chaos.place import Clock

_STAGES = ("RCPT", "DATA", "KEPT", "KEPT")
_ZOMBIE = 3.0  # seconds a pool process may live on without its worker


@dataclass(frozen=True, kw_only=True)
class Faults:
    """How many of each."""

    kills: int
    flushes: int
    redis_kills: int
    restarts: int
    clock_moves: int

    def total(self) -> int:
        return self.kills + self.flushes + self.redis_kills + self.restarts + self.clock_moves


class Workers:
    """The nursery's workers by name, and when each was killed."""

    def __init__(self, *, workers: int, beats: int, log: Path, port: int = 0) -> None:
        self.killed: dict[str, float] = {}
        self.kills: Counter[str] = Counter()
        self._pool_killed: dict[str, list[float]] = defaultdict(list)
        self._alive: dict[str, int] = {}
        self._ready: set[str] = set()
        self._wanted = workers
        with log.open("ab") as words:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery", str(workers), str(beats), str(port)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                text=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._nursery.stdout is not None
        for line in self._nursery.stdout:
            what, name, pid = line.split()
            if what == "ready":
                self._ready.add(name.partition("-")[0])
                continue
            self._alive = {
                known: process
                for known, process in self._alive.items()
                if known.partition("-")[0] != name.partition("-")[0]
            } | {name: int(pid)}

    def wait(self, *, seconds: float = 120) -> None:
        """Until each has been at work once."""
        deadline = time.monotonic() + seconds
        while len(self._ready) < self._wanted:
            assert time.monotonic() < deadline, "the workers did not start"
            time.sleep(0.05)

    def names(self) -> list[str]:
        return [name for name in self._alive if name.startswith("worker")]

    def kill(self, name: str, how: str) -> bool:
        """`all`: the worker with its pool. `head`: the worker alone. `pool`: the process that runs the tasks."""
        pid = self._alive.get(name)
        if pid is None or name in self.killed:
            return False
        if how == "pool":
            hit = [place.kill(child, group=False) for child in _children(pid)]
            if any(hit):
                self.kills["pool"] += 1
                self._pool_killed[name].append(time.time())
            return any(hit)
        self.killed[name] = time.time()
        self.kills[how] += 1
        hit_it = place.kill(pid, group=how == "all")
        if how == "head":
            threading.Timer(_ZOMBIE, place.kill, [pid], {"group": True}).start()
        return hit_it

    def pool_killed(self, name: str) -> list[float]:
        return self._pool_killed[name]

    def stop(self) -> int:
        """End all of them in order, as a deploy does."""
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        return self._nursery.wait(120)


def _children(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


class Breaker:
    """Does all faults of a plan in a seeded order, spread over the time that is given."""

    def __init__(self, faults: Faults, *, seed: int, seconds: float, workers: Workers, clock: Clock) -> None:
        self.done: Counter[str] = Counter()
        self.restarts: list[float] = []
        self.errors: list[str] = []
        self._dice = random.Random(seed + 1)
        self._plan = (
            ["kill"] * faults.kills
            + ["flush"] * faults.flushes
            + ["redis"] * faults.redis_kills
            + ["restart"] * faults.restarts
            + ["clock"] * faults.clock_moves
        )
        self._dice.shuffle(self._plan)
        self._seconds, self._workers, self._clock = seconds, workers, clock
        self._armed: tuple[str, str] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        began = time.monotonic()
        for index, what in enumerate(self._plan):
            moment = began + self._seconds * (index + self._dice.random()) / len(self._plan)
            time.sleep(max(0.0, moment - time.monotonic()))
            with self._reported(what):
                {
                    "kill": self._kill,
                    "flush": place.flush_redis,
                    "redis": lambda: place.kill_redis(away=self._dice.random() * 3),
                    "restart": self._restart,
                    "clock": self._move_clock,
                }[what]()
                self.done[what] += 1

    @contextlib.contextmanager
    def _reported(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001 - the verdict reports it
            self.errors.append(f"{what}: {error!r}")

    def strike(self, stage: str, worker: str) -> None:
        """Called by the sink at each stage of each letter: the moment an armed kill waits for."""
        with self._lock:
            if self._armed is None or self._armed[0] != stage:
                return
            how, self._armed = self._armed[1], None
        self._workers.kill(worker, how)

    def _kill(self) -> None:
        how = self._dice.choice(("all", "all", "head", "pool"))
        if self._dice.random() < 0.5:
            stage = self._dice.choice(_STAGES)
            with self._lock:
                self._armed = (stage, how)
            if self._waits_until(lambda: self._armed is None, seconds=3.0):
                return
            with self._lock:
                self._armed = None
        self._waits_until(self._workers.names, seconds=10.0)
        self._workers.kill(self._dice.choice(self._workers.names()), how)

    def _waits_until(self, ready: Callable[[], object], *, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _restart(self) -> None:
        self.restarts.append(time.time())
        place.restart_postgres()

    def _move_clock(self) -> None:
        """Forward past every lease, or back."""
        self._clock.move(timedelta(seconds=self._dice.choice((60, 60, -20))))
