"""Threads that share the database connection of the one that started them, in turns."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from typing import Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

MOMENT = 0.1  # seconds: who is later is taken along by the next

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")
Tool = TypeVar("Tool")


class Together(Generic[Wish, Answer]):
    """`act`, called once for all who wait, so that they share a transaction and its commit.

    A `crew` of so many threads takes turns. Whose turn it is waits until all the others wait too, or a moment.
    """

    def __init__(self, act: Callable[[Sequence[Wish]], Sequence[Answer]], *, crew: int) -> None:
        self._act, self._crew = act, crew
        self._waiting: list[tuple[Wish, Future[Answer]]] = []
        self._changed, self._is_busy = Condition(), False

    def __call__(self, wish: Wish) -> Answer:
        answer: Future[Answer] = Future()
        with self._changed:
            self._waiting.append((wish, answer))
            self._changed.notify_all()
            self._changed.wait_for(lambda: answer.done() or not self._is_busy)
            if answer.done():
                return answer.result()
            self._is_busy = True
        try:
            self._answer(self._taken())
        finally:
            with self._changed:
                self._is_busy = False
                self._changed.notify_all()
        return answer.result()

    def leave(self) -> None:
        """One of the crew will not come any more."""
        with self._changed:
            self._crew -= 1
            self._changed.notify_all()

    def _taken(self) -> list[tuple[Wish, Future[Answer]]]:
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) >= self._crew, MOMENT)
            taken, self._waiting = self._waiting, []
        return taken

    def _answer(self, taken: Sequence[tuple[Wish, Future[Answer]]]) -> None:
        try:
            answers = self._act([wish for wish, _ in taken])
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            for _, answer in taken:
                answer.set_exception(error)
            return
        for (_, answer), given in zip(taken, answers, strict=True):
            answer.set_result(given)


def side_by_side(work: Callable[[Tool], None], tools: Sequence[Tool]) -> None:
    """With the first tool in this thread, with each other in one of its own; until all are done.

    Whatever in `work` meets the database does so by a `Together`.
    """
    ours = connections[DEFAULT_DB_ALIAS]

    def beside(tool: Tool) -> None:
        connections[DEFAULT_DB_ALIAS] = ours
        work(tool)

    ours.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(max(1, len(tools))) as threads:
            others = [threads.submit(beside, tool) for tool in tools[1:]]
            for tool in tools[:1]:
                work(tool)
        for other in others:
            other.result()
    finally:
        ours.dec_thread_sharing()
