"""`python -m config.serve`: everything of the demo in one process that sets up, preloads and forks.

Separate commands would each load Django anew; one process is at the first page several times sooner.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config import embedded, env, house
from config.children import Children
from config.places import CannotStartError

HOST = "127.0.0.1"
LETTERS_PORT = 8025
_STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Asked(BaseException):
    """Somebody asked us to end."""


class Stop:
    """Ctrl-C, remembered at once, acted upon where nothing can be left half done."""

    def __init__(self) -> None:
        self.asked = False
        self._may_interrupt = False
        for number in _STOPS:
            signal.signal(number, self._hear)

    def _hear(self, _number: int, _frame: Any) -> None:
        self.asked = True
        if self._may_interrupt:
            self._may_interrupt = False
            raise Asked

    @contextmanager
    def may_interrupt(self) -> Iterator[None]:
        """Where a stop need not wait for the end of the block."""
        if self.asked:
            raise Asked
        self._may_interrupt = True
        try:
            yield
        finally:
            self._may_interrupt = False


def main() -> int:
    """Run until asked to end; the exit code is 0 then, and 1 where something failed."""
    stop = Stop()
    try:
        _refuse_production()
        with embedded.running():
            return _serve(stop)
    except (CannotStartError, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
        return 1
    except Asked:
        return 0


def _refuse_production() -> None:
    if env.production():
        message = (
            "This runs the demo, and TOUCHSTONE_ENV is 'production'. README.md says how production is run."
        )
        raise CannotStartError(message)


def _serve(stop: Stop) -> int:
    web, letters = listen(int(env.text("PORT"))), listen(LETTERS_PORT)
    _tell_settings(web, letters)
    with stop.may_interrupt():
        house.set_up()
    children = Children()
    try:
        children.fork("letter box", lambda: house.keep_letters(letters))
        children.fork("web", lambda: house.serve_pages(web))
        _say(f"Touchstone is at {os.environ['SITE_URL']}/. Ctrl-C stops it.")
        _say(f"Letters stay on this machine; read them at {os.environ['SITE_URL']}/dev/letters/.")
        children.fork("worker", house.work)
        children.fork("beat", house.beat)
        if house.demo_missing():
            children.fork("demo", house.make_demo, passing=True)
        else:
            _say(house.introduction())
        return _watch(children, stop)
    finally:
        children.stop()


def _watch(children: Children, stop: Stop) -> int:
    while not stop.asked:
        ended = children.ended()
        if ended is None:
            time.sleep(0.1)
        elif ended.passing:
            _say(house.introduction())
        else:
            print(f"The {ended.name} ended by itself, so the rest stops too.", file=sys.stderr)
            return 1
    _say("\nStopping.")
    return 0


def listen(first: int) -> socket.socket:
    """A listening socket on the first free loopback port from `first` on, and a line where that is another."""
    for port in range(first, first + 100):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(512)
        except OSError:
            listener.close()
            continue
        if port != first:
            _say(f"Port {first} is taken; using {port}.")
        return listener
    message = f"No port is free between {first} and {first + 99}."
    raise CannotStartError(message)


def _tell_settings(web: socket.socket, letters: socket.socket) -> None:
    """Ports are known only now, and Django has not read its settings yet."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    for name, listener, scheme in (("SITE_URL", web, "http"), ("EMAIL_URL", letters, "smtp")):
        if env.given(name) is None:
            os.environ[name] = f"{scheme}://{HOST}:{listener.getsockname()[1]}"


def _say(text: str) -> None:
    if text:
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
