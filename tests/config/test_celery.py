"""The worker looks by itself, whether or not a bell rings."""

import threading

import pytest
from django.conf import settings

from config import celery


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


def test_no_wait_for_redis_is_endless():
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert options["socket_timeout"] == 10
    assert options["socket_connect_timeout"] == 5
    assert options["health_check_interval"] == 10
    assert options["socket_keepalive"] is True
    assert settings.CELERY_TASK_PUBLISH_RETRY is False


def test_every_bell_of_the_schedule_rings_a_task_that_exists():
    celery.app.finalize()
    celery.app.loader.import_default_modules()
    for name, bell in celery.app.conf.beat_schedule.items():
        assert bell["task"] in celery.app.tasks, name
