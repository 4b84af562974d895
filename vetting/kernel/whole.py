"""Whole or not at all: what an action writes, however many other actions it is made of."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

Given = ParamSpec("Given")
Returned = TypeVar("Returned")

_within: ContextVar[bool] = ContextVar("within", default=False)


def whole(action: Callable[Given, Returned]) -> Callable[Given, Returned]:
    """One transaction around the action; an action that it calls shares it.

    The inner one sets no savepoint, which would cost two round trips: when it fails, all of it has failed, and the
    database takes nothing more from whoever caught the error. Who means to go on wraps that part in `transaction.atomic()`.
    """

    @wraps(action)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Returned:
        nested = _within.get()
        token = _within.set(True)
        try:
            with transaction.atomic(savepoint=not nested):
                return action(*args, **kwargs)
        finally:
            _within.reset(token)

    return run
