"""How much one caller may ask."""

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, connections

from tests.api.callers import Caller, problem, with_key
from tests.builders import AT
from vetting.accounts import actions as accounts
from vetting.accounts.models import Tally
from vetting.api import throttles


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(throttles, "ANONYMOUS", 2)
    monkeypatch.setattr(throttles, "SIGNED_IN", 3)


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


def test_no_address_stands_in_the_counts(db):
    caller = Caller()
    caller.client.defaults["REMOTE_ADDR"] = "192.0.2.77"
    with time_machine.travel(AT + timedelta(seconds=1), tick=False):
        assert asks(caller, 2) == [200, 200]
    [row] = Tally.objects.values("key", "count", "ends_at").order_by("key")
    assert (row["count"], row["ends_at"]) == (2, AT + timedelta(minutes=1))
    assert (len(row["key"]), set(row["key"]) <= set("0123456789abcdef")) == (64, True)


def test_a_window_that_is_over_is_forgotten(db):
    for minute in range(3):
        accounts.count("address 192.0.2.1", window=timedelta(minutes=1), at=AT + timedelta(minutes=minute))
    accounts.forget_counts(at=AT + timedelta(minutes=2))
    assert list(Tally.objects.values_list("ends_at", flat=True).order_by("ends_at")) == [
        AT + timedelta(minutes=3)
    ]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_each_once():
    counted = []

    def come():
        try:
            counted.extend(
                accounts.count("address 192.0.2.1", window=timedelta(minutes=1), at=AT)[0] for _ in range(25)
            )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counted) == list(range(1, 101))


def test_what_limits_costs_no_write_to_the_log(db):
    """Both tables are written at every question; a crash may empty them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relpersistence FROM pg_class"
            " WHERE relname IN ('vetting_tally', 'vetting_cache') ORDER BY relname"
        )
        assert cursor.fetchall() == [("vetting_cache", "u"), ("vetting_tally", "u")]
