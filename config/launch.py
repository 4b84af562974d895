"""Start a server that outlives a Ctrl-C on the terminal, and see it to its end."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from config.places import Place

_started: dict[int, "subprocess.Popen[bytes]"] = {}


def launch(
    where: Place, command: Sequence[str | Path], *, log: str, stdin: bytes = b""
) -> "subprocess.Popen[bytes]":
    """Start the command as the servers' account, its words going to the log of that name."""
    log_file = log_of(where, log)
    log_file.parent.mkdir(exist_ok=True)
    with log_file.open("ab") as output:
        server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            **runs_as(where),
        )
    assert server.stdin is not None
    server.stdin.write(stdin)
    server.stdin.close()
    _started[server.pid] = server
    return server


def log_of(where: Place, name: str) -> Path:
    return where.state / "log" / f"{name}.log"


def last_words(where: Place, name: str) -> str:
    """The end of a server's log, for the message that says why it did not start."""
    lines = log_of(where, name).read_text(errors="replace").splitlines()
    return "\n".join([f"Its log is {log_of(where, name)}; the last lines:", *lines[-5:]])


class RunsAs(TypedDict, total=False):
    """The options of subprocess that change the account."""

    user: int
    group: int
    extra_groups: list[int]


def runs_as(where: Place) -> RunsAs:
    """What subprocess needs to run something as the servers' account."""
    if where.account is None:
        return {}
    return {"user": where.account.uid, "group": where.account.gid, "extra_groups": []}


def end(pid: int, number: signal.Signals, *, patience: float) -> bool:
    """Signal a server, whoever started it, and wait until it is gone."""
    os.kill(pid, number)
    server = _started.pop(pid, None)
    if server is not None:
        try:
            server.wait(patience)
        except subprocess.TimeoutExpired:
            return False
        return True
    deadline = time.monotonic() + patience
    while command_of(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def number_taken(pid: int) -> bool:
    """Whether a process has this number; one of ours that ended gives its number back first."""
    server = _started.get(pid)
    if server is not None and server.poll() is not None:
        del _started[pid]
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def command_of(pid: int) -> str:
    """The command line of a process, words joined by spaces; empty where it is gone or only a name is left."""
    words = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return words.read_text(errors="replace").replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    answer = subprocess.run(
        ["/bin/ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()
