"""The processes of one `make run`: forked in order, stopped in reverse order, none left behind."""

import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

_PATIENCE = 20.0  # seconds a process gets to finish what it is doing


@dataclass(frozen=True, kw_only=True)
class Child:
    name: str
    pid: int
    passing: bool  # does one thing and ends; its end is no reason to stop the others


class Children:
    """Forks from a process without threads. Each child leads a group of its own, so that Ctrl-C on the
    terminal reaches only the parent, and ends by itself when the parent is gone, however it went.
    """

    def __init__(self) -> None:
        self._alive: list[Child] = []
        self._tether, self._held = os.pipe()

    def fork(self, name: str, work: Callable[[], None], *, passing: bool = False) -> Child:
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os._exit(self._live(name, work))
        child = Child(name=name, pid=pid, passing=passing)
        self._alive.append(child)
        return child

    def ended(self) -> Child | None:
        """A child that has ended since the last time, if any."""
        for child in self._alive:
            if os.waitpid(child.pid, os.WNOHANG)[0] == child.pid:
                self._alive.remove(child)
                return child
        return None

    def stop(self) -> None:
        """Ask each to end, the last forked first, and wait for it; who does not listen is killed."""
        for child in reversed(self._alive):
            _signal(child.pid, signal.SIGTERM)
            if not _ended(child.pid):
                _signal_group(child.pid, signal.SIGKILL)
                os.waitpid(child.pid, 0)
            _signal_group(child.pid, signal.SIGKILL)  # what it may have forked itself
        self._alive.clear()

    def _live(self, name: str, work: Callable[[], None]) -> int:
        os.setpgid(0, 0)
        os.close(self._held)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=self._end_with_parent, daemon=True).start()
        try:
            work()
        except SystemExit as ending:
            return ending.code if isinstance(ending.code, int) else 1
        except BaseException:  # noqa: BLE001 - a fork must never return into its parent's code
            print(f"{name} stopped:", file=sys.stderr)
            traceback.print_exc()
            return 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
        return 0

    def _end_with_parent(self) -> None:
        os.read(self._tether, 1)  # nothing is ever written: it returns when the parent's end closes
        os.kill(os.getpid(), signal.SIGTERM)


def _ended(pid: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return True
        time.sleep(0.02)
    return False


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass
