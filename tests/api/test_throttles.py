"""How much one caller may ask."""

import socket
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches

from tests.api.callers import Caller, problem, with_key
from tests.builders import AT
from vetting.api import throttles


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(throttles, "ANONYMOUS", 2)
    monkeypatch.setattr(throttles, "SIGNED_IN", 3)
    monkeypatch.setattr(throttles, "counter", throttles.Counter())


def asks(caller, times):
    return [caller.get("metrics").status_code for _ in range(times)]


def test_who_asks_too_often_waits_for_the_next_minute(small, db):
    with time_machine.travel(AT + timedelta(seconds=42), tick=False):
        assert asks(Caller(), 3) == [200, 200, 429]
        answer = Caller().get("search")
        assert answer.json() == problem(
            "throttled", 429, "Request was throttled. Expected available in 18 seconds."
        )
        assert answer["Retry-After"] == "18"
    with time_machine.travel(AT + timedelta(seconds=60), tick=False):
        assert asks(Caller(), 3) == [200, 200, 429]


def test_each_address_and_each_account_has_its_own_measure(small, world, ana):
    ana, eve = with_key(world.owner, name="one"), with_key(world.stranger)
    other = Caller()
    other.client.defaults["REMOTE_ADDR"] = "192.0.2.7"
    assert asks(Caller(), 3) == [200, 200, 429]
    assert asks(other, 3) == [200, 200, 429]
    assert asks(ana, 2) == [200, 200]
    assert asks(with_key(world.owner, name="two"), 2) == [200, 429]
    assert asks(eve, 1) == [200]


def test_a_header_that_anybody_can_write_changes_nothing(small, db):
    callers = [Caller(**{"x-forwarded-for": f"192.0.2.{n}"}) for n in range(3)]
    assert [asks(caller, 1) for caller in callers] == [[200], [200], [429]]


def test_no_address_stands_in_the_shared_cache(db):
    caller = Caller()
    caller.client.defaults["REMOTE_ADDR"] = "192.0.2.77"
    caller.get("metrics")
    keys = caches["default"]._cache.get_client().keys("*")
    assert keys
    assert [key for key in keys if b"192.0.2" in key] == []


def test_limits_hold_while_redis_is_away(small, db, settings):
    """Nothing listens at that port: the first question finds out, and the others do not ask again."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    away = {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{port}/0"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(settings.CACHES, "default", away)
        patch.delattr(caches._connections, "default", raising=False)
        assert asks(Caller(), 4) == [200, 200, 429, 429]
        patch.delattr(caches._connections, "default", raising=False)


def test_redis_is_asked_again_after_a_while(small, monkeypatch, db):
    counter = throttles.counter
    monkeypatch.setattr(counter, "_away_until", throttles.time.monotonic() + 60)
    assert (counter.count("a"), counter.count("a")) == (1, 2)
    monkeypatch.setattr(counter, "_away_until", throttles.time.monotonic())
    assert counter.count("a") == 1


def test_a_count_that_is_emptied_meanwhile_begins_anew():
    class Emptied:
        def add(self, *_args, **_options):
            return True

        def incr(self, _key):
            raise ValueError

    assert throttles._count(Emptied(), "a") == 1
