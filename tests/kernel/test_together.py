"""Threads on one connection: what they want at the same moment is done in one go, and nobody waits for ever."""

import threading
import time

import pytest
from django.db import connection

from vetting.kernel.together import MOMENT, Together, side_by_side


class Doubling:
    """Doubles numbers, but for thirteen."""

    def __init__(self):
        self.calls = []

    def __call__(self, wishes):
        self.calls.append(sorted(wishes))
        if 13 in wishes:
            message = "unlucky"
            raise ValueError(message)
        return [2 * wish for wish in wishes]


def asked(act, *wishes, crew):
    desk, found = Together(act, crew=crew), {}

    def ask(wish):
        try:
            found[wish] = desk(wish)
        except ValueError as error:
            found[wish] = str(error)

    threads = [threading.Thread(target=ask, args=[wish]) for wish in wishes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    return found


def test_all_of_a_crew_are_served_in_one_call():
    act = Doubling()
    assert asked(act, 1, 2, 3, 4, crew=4) == {1: 2, 2: 4, 3: 6, 4: 8}
    assert act.calls == [[1, 2, 3, 4]]


def test_who_comes_while_a_call_is_under_way_is_taken_along_by_the_next(monkeypatch):
    monkeypatch.setattr("vetting.kernel.together.MOMENT", 0)

    class Slow(Doubling):
        def __call__(self, wishes):
            if not self.calls:
                time.sleep(0.3)
            return super().__call__(wishes)

    act = Slow()
    assert asked(act, 1, 2, 3, 4, crew=9) == {1: 2, 2: 4, 3: 6, 4: 8}
    assert [len(call) for call in act.calls] == [1, 3]


def test_who_is_missing_is_waited_for_a_moment_only():
    act, began = Doubling(), time.monotonic()
    assert asked(act, 1, 2, crew=3) == {1: 2, 2: 4}
    assert MOMENT <= time.monotonic() - began < 5
    assert act.calls == [[1, 2]]


def test_who_has_left_is_not_waited_for(monkeypatch):
    monkeypatch.setattr("vetting.kernel.together.MOMENT", 60)
    desk = Together(Doubling(), crew=2)
    found = []
    thread = threading.Thread(target=lambda: found.append(desk(5)))
    thread.start()
    desk.leave()
    thread.join(10)
    assert found == [10]


def test_who_is_alone_waits_for_nobody(monkeypatch):
    monkeypatch.setattr("vetting.kernel.together.MOMENT", 60)
    assert asked(Doubling(), 5, crew=1) == {5: 10}


def test_what_goes_wrong_reaches_all_who_asked_and_the_next_call_goes_on():
    act = Doubling()
    assert asked(act, 1, 2, 13, crew=3) == {1: "unlucky", 2: "unlucky", 13: "unlucky"}
    assert asked(act, 7, crew=1) == {7: 14}


def test_a_turn_that_is_broken_off_leaves_those_who_wait_to_the_next(monkeypatch):
    """A task's time limit may strike while its thread waits for the others."""
    act = Doubling()
    desk = Together(act, crew=1)
    taken, broken = desk._taken, []

    def interrupted():
        if not broken:
            broken.append(True)
            raise KeyboardInterrupt
        return taken()

    monkeypatch.setattr(desk, "_taken", interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk(1)
    assert desk(2) == 4
    assert act.calls == [[1, 2]]


@pytest.mark.django_db
def test_all_are_at_work_at_once_and_on_one_connection():
    meet, turn, seen = threading.Barrier(3, timeout=10), threading.Lock(), {}

    def work(tool):
        meet.wait()
        with turn, connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            seen[tool] = (*cursor.fetchone(), threading.get_ident())

    side_by_side(work, ["a", "b", "c"])
    assert sorted(seen) == ["a", "b", "c"]
    assert len({pid for pid, _ in seen.values()}) == 1
    assert len({thread for _, thread in seen.values()}) == 3
    assert seen["a"][1] == threading.get_ident()


@pytest.mark.django_db
def test_one_tool_needs_no_thread_and_none_no_work():
    seen = []
    side_by_side(lambda tool: seen.append((tool, threading.get_ident())), ["a"])
    side_by_side(seen.append, [])
    assert seen == [("a", threading.get_ident())]


@pytest.mark.django_db
def test_an_error_beside_is_raised_here_when_all_have_ended():
    ended = []

    def work(tool):
        if tool == "b":
            message = "broken"
            raise ValueError(message)
        time.sleep(0.05)
        ended.append(tool)

    with pytest.raises(ValueError, match="broken"):
        side_by_side(work, ["a", "b", "c"])
    assert sorted(ended) == ["a", "c"]
