"""The embedded servers come up, share, survive crashes and go, as root and as anybody."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import textwrap
import uuid
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config import embedded, postgres, valkey
from config.places import Account, CannotStartError, place, reachable
from tests.config.checkouts import checkout, processes, python

pytestmark = pytest.mark.skipif(
    any(map(os.environ.get, ("DATABASE_URL", "REDIS_URL"))), reason="other servers are configured"
)
ROOT = os.geteuid() == 0
NOBODY = Account(uid=65534, gid=65534)


@pytest.fixture
def kind():
    """A set of servers of this test's own."""
    name = f"trial-{uuid.uuid4().hex[:8]}"
    yield name
    where = place(name)
    postgres.stop(where)
    valkey.stop(where)
    shutil.rmtree(where.state, ignore_errors=True)
    shutil.rmtree(where.run, ignore_errors=True)


def ask(kind, statement):
    login = embedded.database(kind)
    with psycopg.connect(
        host=login["HOST"], user=login["USER"], password=login["PASSWORD"], dbname=login["NAME"]
    ) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None


def test_what_was_written_is_there_the_next_time(kind):
    with embedded.running(kind):
        ask(kind, "CREATE TABLE kept AS SELECT 42 AS answer")
        with redis.from_url(embedded.redis_url(kind)) as client:
            client.set("kept", "yes")
    assert not postgres.running(place(kind))
    assert not valkey.running(place(kind))
    with embedded.running(kind):
        assert ask(kind, "SELECT answer FROM kept") == 42
        with redis.from_url(embedded.redis_url(kind)) as client:
            assert client.get("kept") == b"yes"
    assert processes(place(kind).state) == {}


def test_only_we_get_in(kind):
    with embedded.running(kind):
        where = place(kind)
        assert where.run.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in where.state.glob("*.password")} == {0o600}
        assert postgres.data_folder(where).stat().st_mode & 0o777 == 0o700
        assert ask(kind, "SHOW listen_addresses") == ""
        assert ask(kind, "SHOW password_encryption") == "scram-sha-256"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=str(where.run), user=postgres.ROLE, password="guess", dbname="postgres")
        stranger = redis.Redis(unix_socket_path=str(valkey.socket_path(where)), retry=Retry(NoBackoff(), 0))
        with pytest.raises(redis.AuthenticationError), stranger:
            stranger.ping()


def test_only_the_last_one_out_stops_them(kind):
    first, second = embedded.enter(kind), embedded.enter(kind)
    embedded.leave(first, kind)
    assert ask(kind, "SELECT 1") == 1
    embedded.leave(second, kind)
    assert not postgres.running(place(kind))


def test_a_crash_loses_nothing_that_was_committed(kind):
    with embedded.running(kind):
        ask(kind, "CREATE TABLE kept AS SELECT 42 AS answer")
        where = place(kind)
        os.kill(postgres.process_of(where), signal.SIGKILL)
        os.kill(valkey.process_of(where), signal.SIGKILL)
    with embedded.running(kind):
        assert ask(kind, "SELECT answer FROM kept") == 42


def test_a_number_used_again_by_another_program_is_seen_through(kind):
    with embedded.running(kind):
        pass
    data = postgres.data_folder(place(kind))
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n")
    place(kind).hand_over(data / "postmaster.pid")
    (place(kind).run / ".s.PGSQL.5432").touch()
    with embedded.running(kind):
        assert ask(kind, "SELECT 1") == 1


def test_an_unfinished_data_folder_is_made_anew(kind):
    data = postgres.data_folder(place(kind))
    data.mkdir(parents=True)
    (data / "half").touch()
    with embedded.running(kind):
        assert ask(kind, "SELECT 1") == 1


def test_a_socket_folder_of_somebody_else_is_refused(kind):
    place(kind).run.mkdir(mode=0o777)
    place(kind).run.chmod(0o777)
    with pytest.raises(CannotStartError, match="was made by somebody else"):
        embedded.enter(kind)


def test_data_of_another_release_is_left_alone_and_named(kind):
    data = postgres.data_folder(place(kind))
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(CannotStartError, match="was written by PostgreSQL 9, and only PostgreSQL 1"):
        embedded.enter(kind)


def test_a_lost_password_is_said(kind):
    with embedded.running(kind):
        pass
    (place(kind).state / "postgres.password").write_text("another")
    with pytest.raises(CannotStartError, match="does not let us in"):
        embedded.enter(kind)


def test_without_any_postgresql_the_package_is_named(kind, monkeypatch):
    monkeypatch.setattr(postgres, "_candidates", lambda _where: [])
    with pytest.raises(CannotStartError, match="Install the package 'postgresql'"):
        embedded.enter(kind)


def test_without_any_valkey_the_package_is_named(kind, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(CannotStartError, match="Install the package 'valkey'"):
        valkey.find_program(place(kind))


def test_given_addresses_start_nothing(kind, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://x@db.example/x")
    monkeypatch.setenv("REDIS_URL", "redis://redis.example/0")
    assert embedded.enter(kind) is None
    assert not place(kind).state.exists()


SCRIPT = textwrap.dedent(
    """
    import os, psycopg
    from config import embedded
    from config.places import place
    with embedded.running():
        login = embedded.database()
        with psycopg.connect(host=login["HOST"], user=login["USER"], password=login["PASSWORD"],
                             dbname=login["NAME"]) as connection:
            print("works", connection.execute("SELECT 1").fetchone()[0], place().state)
    """
)


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_anybody_can_run_them():
    interpreter = next(
        (path for path in (Path(sys.executable), Path("/usr/bin/python3")) if _usable(path)), None
    )
    if interpreter is None:
        pytest.skip("no Python here that another account may run")
    packages = sysconfig.get_path("purelib")
    with checkout(owner=NOBODY.uid) as folder:
        run = python(
            folder,
            "-c",
            SCRIPT,
            interpreter=interpreter,
            env={"PYTHONPATH": f"{folder}:{packages}"},
            user=NOBODY.uid,
            group=NOBODY.gid,
            extra_groups=[],
        )
        said, _ = run.communicate(timeout=60)
        assert said == f"works 1 {folder}/var\n"
        assert processes(folder) == {}


def _usable(interpreter):
    """Whether `nobody` can run it, with the packages that this run has."""
    packages = Path(sysconfig.get_path("purelib"))
    if not (
        interpreter.exists() and reachable(interpreter.resolve(), NOBODY) and reachable(packages, NOBODY)
    ):
        return False
    trial = [interpreter, "-c", "import psycopg, redis"]
    return (
        subprocess.run(trial, env={"PYTHONPATH": packages}, capture_output=True, check=False).returncode == 0
    )


@pytest.mark.skipif(not ROOT, reason="only root runs servers as somebody else")
def test_root_can_run_them_where_nobody_else_may_enter(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with checkout(inside=private) as folder:
        run = python(folder, "-c", SCRIPT)
        said, _ = run.communicate(timeout=60)
        state = place(project=folder).state
        assert said == f"works 1 {state}\n"
        assert state.is_relative_to("/var/lib/touchstone")
        assert processes(state) == {}


def test_programs_out_of_the_account_s_reach_are_copied(kind, monkeypatch):
    monkeypatch.setattr(postgres, "reachable", lambda _path, _account: False)
    monkeypatch.setattr(valkey, "reachable", lambda _path, _account: False)
    with embedded.running(kind):
        assert ask(kind, "SELECT 1") == 1
    copies = place(kind).state / "programs"
    assert postgres.find_programs(place(kind)).is_relative_to(copies)
    assert valkey.find_program(place(kind)).is_relative_to(copies)
