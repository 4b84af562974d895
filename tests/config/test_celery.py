"""The worker looks by itself, whether or not a bell rings."""

import os
import subprocess
import sys
import threading

import pytest
from django.conf import settings

from config import celery
from config.places import PROJECT


@pytest.mark.django_db(transaction=True)
def test_every_wake_has_its_turn_even_where_one_fails(monkeypatch, caplog):
    monkeypatch.setattr(celery, "SWEEP_SECONDS", 0.01)
    closing = threading.Event()
    turns = []

    def fails():
        turns.append("fails")
        raise RuntimeError

    def works():
        turns.append("works")
        if turns.count("works") == 3:
            closing.set()

    celery.sweep([fails, works], closing)
    assert turns == ["fails", "works"] * 3
    assert [record.levelname for record in caplog.records] == ["ERROR"] * 3


def test_a_closing_worker_sweeps_no_more():
    closing = threading.Event()
    closing.set()
    celery.sweep([lambda: 1 / 0], closing)


def test_the_sweep_needs_no_broker():
    """A worker whose Redis is away from the start waits for it, and sends letters meanwhile."""
    environment = {"REDIS_URL": "redis://127.0.0.1:1/0", "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--concurrency=1"]
    with subprocess.Popen(
        command, cwd=PROJECT, env=os.environ | environment, stderr=subprocess.PIPE, text=True
    ) as worker:
        try:
            assert any("sweep_failed" in line for line in worker.stderr)  # it looked, and found no database
        finally:
            worker.kill()


def test_the_pages_ring_our_own_broker():
    script = "import config.wsgi, celery; print(celery.current_app.conf.broker_url)"
    environment = os.environ | {
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "DATABASE_URL": "postgres://x@127.0.0.1:1/y",
    }
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "redis://127.0.0.1:1/0\n"


def test_no_wait_for_redis_is_endless():
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert options["socket_timeout"] == 10
    assert options["socket_connect_timeout"] == 5
    assert options["health_check_interval"] == 10
    assert options["socket_keepalive"] is True
    assert settings.CELERY_TASK_PUBLISH_RETRY is False


def test_a_redis_that_is_away_for_long_is_looked_for_every_five_seconds(monkeypatch):
    """kombu would wait two seconds more each time, up to thirty, and give up in the end."""
    from kombu.utils import functional

    monkeypatch.setattr(functional, "sleep", lambda _seconds: None)
    waits = []

    def hear(_error, interval):
        waits.append(interval)
        if len(waits) == 120:
            raise StopIteration

    line = celery.app.connection_for_read("redis://127.0.0.1:1/0")
    with pytest.raises(StopIteration):
        line.ensure_connection(hear, celery.app.conf.broker_connection_max_retries)
    assert waits == [2, 4] + [5] * 118


def test_every_bell_of_the_schedule_rings_a_task_that_exists():
    celery.app.finalize()
    celery.app.loader.import_default_modules()
    for name, bell in celery.app.conf.beat_schedule.items():
        assert bell["task"] in celery.app.tasks, name


def test_a_command_rings_it_too():
    script = "import manage, celery; print(celery.current_app.main)"
    command = [sys.executable, "-c", script]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert told.stdout == "touchstone\n"
