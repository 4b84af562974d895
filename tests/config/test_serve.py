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

    def address(self):
        return self.until(r"Touchstone is at (http://\S+/)\.")[1]

    def letter_port(self):
        elsewhere = re.search(r"Port 8025 is taken; using (\d+)", self.said)
        return int(elsewhere[1]) if elsewhere else 8025

    def crash(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

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


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def page(address):
    with urllib.request.urlopen(address, timeout=60) as response:
        return response.status, response.headers


def test_two_days_in_the_life_of_a_checkout(folder, taken):
    """One story, since each start takes seconds: a crash, the day after, and a neighbour."""
    first = Running(folder, PORT=str(taken))
    address = first.address()
    assert int(first.until(rf"Port {taken} is taken; using (\d+)\.")[1]) == int(address.split(":")[2][:-1])
    status, headers = page(address)
    assert status == 200
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    with smtplib.SMTP(serve.HOST, first.letter_port(), timeout=10) as smtp:
        smtp.sendmail("letters@touchstone.example", ["carla@client.example"], LETTER)
    (letter,) = (folder / "var" / "letters" / "new").iterdir()
    assert "Subject: One question" in letter.read_text()
    cluster = (folder / "var" / "postgres" / "data" / "PG_VERSION").stat().st_ino

    first.crash()
    wait_until(lambda: not any("config.serve" in words for words in processes(folder).values()))
    assert processes(folder) != {}  # the servers outlived it, and are taken over:

    with checkout() as other:
        again, neighbour = Running(folder, PORT=str(taken)), Running(other, PORT=str(taken))
        addresses = {again.address(), neighbour.address()}
        assert len(addresses) == 2
        assert {page(address)[0] for address in addresses} == {200}
        assert letter.exists()
        assert (folder / "var" / "postgres" / "data" / "PG_VERSION").stat().st_ino == cluster
        assert again.stop(signal.SIGINT) == 0
        assert "\nStopping.\n" in again.said
        assert processes(folder) == {}
        assert len(processes(other)) >= 8
        assert neighbour.stop(signal.SIGHUP) == 0
        assert processes(other) == {}


def test_a_process_that_ends_by_itself_ends_the_rest_and_is_named(folder, taken):
    (folder / "config" / "letterbox.py").write_text(
        "def run(listener, folder): raise RuntimeError('broken')\n"
    )
    run = Running(folder, PORT=str(taken))
    rest, _ = run.process.communicate(timeout=60)
    assert run.process.returncode == 1
    assert "The letter box ended by itself, so the rest stops too.\n" in rest
    assert processes(folder) == {}


def test_a_stop_before_the_first_page_is_heard(folder, taken):
    run = Running(folder, PORT=str(taken))
    run.until(f"Port {taken} is taken")
    assert run.stop(signal.SIGINT) == 0
    assert processes(folder) == {}


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
