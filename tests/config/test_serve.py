"""`python -m config.serve`: all of it up, two beside each other, a stop that leaves nothing, data that stays."""

import os
import re
import signal
import smtplib
import socket
import time
import urllib.request

import pytest

from config import serve
from config.places import CannotStartError
from tests.config.checkouts import checkout, processes, python

pytestmark = pytest.mark.skipif(
    any(map(os.environ.get, ("DATABASE_URL", "REDIS_URL"))), reason="other servers are configured"
)
LETTER = (
    "From: letters@touchstone.example\r\nTo: carla@client.example\r\nSubject: One question\r\n\r\nHello.\r\n"
)


class Running:
    """A `make run` in a checkout; what it says is read as it comes."""

    def __init__(self, folder, **env):
        self.folder = folder
        self.process = python(folder, "-m", "config.serve", env={"PYTHONUNBUFFERED": "1", **env})
        self.said = ""

    def until(self, pattern):
        while not (found := re.search(pattern, self.said)):
            line = self.process.stdout.readline()
            assert line, f"ended without saying {pattern!r}:\n{self.said}"
            self.said += line
        return found

    def stop(self, number):
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.said += rest
        return self.process.returncode


@pytest.fixture
def folder():
    with checkout() as folder:
        yield folder


@pytest.fixture
def taken():
    """A port that somebody has."""
    with socket.socket() as listener:
        listener.bind((serve.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def page(address):
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as response:
                return response.status, response.headers
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_everything_runs_and_nothing_is_left(folder, taken):
    run = Running(folder, PORT=str(taken))
    port = int(run.until(rf"Port {taken} is taken; using (\d+)\.")[1])
    address = run.until(r"Touchstone is at (http://\S+/)\.")[1]
    assert address == f"http://127.0.0.1:{port}/"
    status, headers = page(address)
    assert status == 200
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert len(processes(folder)) >= 8
    assert run.stop(signal.SIGINT) == 0
    assert run.said.endswith("Stopping.\n")
    assert processes(folder) == []


def test_a_letter_is_kept_and_yesterday_s_data_is_found(folder, taken):
    run = Running(folder, PORT=str(taken))
    run.until("Touchstone is at")
    elsewhere = re.search(r"Port 8025 is taken; using (\d+)", run.said)
    with smtplib.SMTP(serve.HOST, int(elsewhere[1]) if elsewhere else 8025, timeout=10) as smtp:
        smtp.sendmail("letters@touchstone.example", ["carla@client.example"], LETTER)
    (letter,) = (folder / "var" / "letters" / "new").iterdir()
    assert "Subject: One question" in letter.read_text()
    assert run.stop(signal.SIGTERM) == 0
    cluster = (folder / "var" / "postgres" / "data" / "PG_VERSION").stat().st_ino

    again = Running(folder, PORT=str(taken))
    assert page(again.until(r"Touchstone is at (http://\S+/)\.")[1])[0] == 200
    assert again.stop(signal.SIGTERM) == 0
    assert (folder / "var" / "postgres" / "data" / "PG_VERSION").stat().st_ino == cluster
    assert letter.exists()


def test_two_checkouts_run_beside_each_other(folder, taken):
    with checkout() as other:
        first, second = Running(folder, PORT=str(taken)), Running(other, PORT=str(taken))
        addresses = {run.until(r"Touchstone is at (http://\S+/)\.")[1] for run in (first, second)}
        assert len(addresses) == 2
        assert {page(address)[0] for address in addresses} == {200}
        assert first.stop(signal.SIGINT) == 0
        assert processes(folder) == []
        assert len(processes(other)) >= 8
        assert second.stop(signal.SIGHUP) == 0
        assert processes(other) == []


def test_a_killed_start_takes_its_processes_along_and_the_next_one_works(folder, taken):
    run = Running(folder, PORT=str(taken))
    page(run.until(r"Touchstone is at (http://\S+/)\.")[1])
    run.process.kill()
    run.process.wait()
    deadline = time.monotonic() + 20
    while any("config.serve" in words for words in processes(folder)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    run.process.stdout.close()

    again = Running(folder, PORT=str(taken))  # takes over the servers that outlived the kill
    assert page(again.until(r"Touchstone is at (http://\S+/)\.")[1])[0] == 200
    assert again.stop(signal.SIGINT) == 0
    assert processes(folder) == []


def test_a_process_that_ends_by_itself_ends_the_rest_and_is_named(folder, taken):
    (folder / "config" / "letterbox.py").write_text(
        "def run(listener, folder): raise RuntimeError('broken')\n"
    )
    run = Running(folder, PORT=str(taken))
    rest, _ = run.process.communicate(timeout=60)
    assert run.process.returncode == 1
    assert "The letter box ended by itself, so the rest stops too.\n" in rest
    assert processes(folder) == []


def test_a_stop_before_the_first_page_is_heard(folder, taken):
    run = Running(folder, PORT=str(taken))
    run.until(f"Port {taken} is taken")
    assert run.stop(signal.SIGINT) == 0
    assert processes(folder) == []


def test_a_start_that_cannot_says_why_in_one_line(folder, taken):
    run = Running(folder, PORT=str(taken), TOUCHSTONE_ENV="staging")
    rest, _ = run.process.communicate(timeout=60)
    assert run.process.returncode == 1
    assert rest == "TOUCHSTONE_ENV is 'staging'; it must be 'demo' or 'production'.\n"


def test_production_is_run_otherwise(folder, taken):
    run = Running(folder, PORT=str(taken), TOUCHSTONE_ENV="production")
    rest, _ = run.process.communicate(timeout=60)
    assert run.process.returncode == 1
    assert rest == (
        "This runs the demo, and TOUCHSTONE_ENV is 'production'. README.md says how production is run.\n"
    )


def test_no_free_port_is_said(monkeypatch):
    def full(_socket, _address):
        raise OSError

    monkeypatch.setattr(socket.socket, "bind", full)
    with pytest.raises(CannotStartError, match=r"No port is free between 8000 and 8099\."):
        serve.listen(8000)
