"""Programs and people who use the site over HTTP while it is broken, and what each was answered, and when."""

import http.client
import itertools
import json
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from tests import builders
from vetting.accounts import actions as accounts
from vetting.accounts.states import SCOPES

_PAUSE = 0.2  # seconds between two questions of one visitor
_PATIENCE = 30.0
NOBODY = 0  # the status of an answer that never came
_READINGS = ("/api/v1/search", "/api/v1/metrics", "/api/v1/profiles/me", "/api/v1/engagements")
_PAGES = ("/", "/search/", "/search/?q=ticket", "/method/", "/account/login/")


@dataclass(frozen=True, kw_only=True)
class Answer:
    kind: str
    asked: float
    seconds: float
    status: int
    retry_after: str | None
    body: bytes = b""

    @property
    def at(self) -> float:
        return self.asked + self.seconds

    def is_fault(self) -> bool:
        return self.status == NOBODY or self.status >= 500


class Line:
    """One visitor's connection. `address` is whom the site takes her for: any of this machine's 127.0.0.0/8."""

    def __init__(
        self, port: int, *, address: str = "127.0.0.1", headers: Mapping[str, str] | None = None
    ) -> None:
        self._port, self._address, self._headers = port, address, dict(headers or {})
        self._http: http.client.HTTPConnection | None = None

    def ask(self, kind: str, method: str, path: str, body: str | None = None, **headers: str) -> Answer:
        asked = time.time()
        try:
            status, retry_after, told, cookies = self._ask(method, path, body, headers)
        except (OSError, http.client.HTTPException):
            self._http = None
            status, retry_after, told, cookies = NOBODY, None, b"", []
        if cookies:
            known = dict(pair.split("=", 1) for pair in self._headers.get("Cookie", "").split("; ") if pair)
            known |= dict(cookie.split(";")[0].split("=", 1) for cookie in cookies)
            self._headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in known.items())
        return Answer(
            kind=kind,
            asked=asked,
            seconds=time.time() - asked,
            status=status,
            retry_after=retry_after,
            body=told,
        )

    def _ask(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[int, str | None, bytes, list[str]]:
        if self._http is None:
            self._http = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=_PATIENCE, source_address=(self._address, 0)
            )
        try:
            self._http.request(method, path, body, {**self._headers, **headers})
            answer = self._http.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            if method != "GET":
                raise
            # A kept connection may end between two questions; browsers ask such a question again.
            self._http.close()
            self._http.request(method, path, body, {**self._headers, **headers})
            answer = self._http.getresponse()
        return (
            answer.status,
            answer.getheader("Retry-After"),
            answer.read(),
            answer.headers.get_all("Set-Cookie") or [],
        )


class Visitors:
    """`acknowledged` holds the works whose 201 arrived. `answers` is everything that was answered, in no order."""

    def __init__(self, port: int) -> None:
        self.answers: list[Answer] = []
        self.acknowledged: list[str] = []
        self.port = port
        self._ends = threading.Event()
        self._threads: list[threading.Thread] = []
        profiles = [builders.consultant(f"Ana {word}") for word in ("One", "Two", "Three")]
        keys = [
            accounts.create_key(user=each.owner, name="chaos", scopes=tuple(SCOPES), at=builders.AT)[1]
            for each in profiles
        ]
        self._client = str(builders.client().pk)
        self._lives = [
            self._reads(keys[0]),
            self._reads(keys[1]),
            self._writes(keys[2]),
            self._browses(),
            self._signs_in(),
        ]

    def __enter__(self) -> Self:
        for life in self._lives:
            thread = threading.Thread(target=self._live, args=[life], daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(_PATIENCE * 2)

    def wait(self) -> None:
        """Until a page is there."""
        deadline = time.monotonic() + 120
        while Line(self.port).ask("page", "GET", "/health/").status != 200:
            assert time.monotonic() < deadline, "the site did not start"
            time.sleep(0.1)

    def begin_anew(self) -> None:
        """Forget what was answered so far."""
        self.answers, self.acknowledged = [], []

    def since(self, moment: float) -> list[Answer]:
        return [each for each in self.answers if each.asked >= moment]

    def _live(self, life: Callable[[], Answer]) -> None:
        while not self._ends.wait(_PAUSE):
            self.answers.append(life())

    def _reads(self, key: str) -> Callable[[], Answer]:
        line, turns = Line(self.port, headers={"Authorization": f"Bearer {key}"}), itertools.cycle(_READINGS)
        return lambda: line.ask("api", "GET", next(turns))

    def _browses(self) -> Callable[[], Answer]:
        line, turns = Line(self.port), itertools.cycle(_PAGES)
        return lambda: line.ask("page", "GET", next(turns))

    def _writes(self, key: str) -> Callable[[], Answer]:
        line, numbers = Line(self.port, headers={"Authorization": f"Bearer {key}"}), itertools.count(1)

        def write() -> Answer:
            work = f"Work {next(numbers)}"
            words = secrets.token_hex(1_800)  # a table soon needs another page
            body = {
                "organization": self._client,
                "work": work,
                "starts_on": "2026-03-02",
                "description": words,
            }
            answer = line.ask(
                "api", "POST", "/api/v1/engagements", json.dumps(body), **{"Content-Type": "application/json"}
            )
            if answer.status == 201:
                self.acknowledged.append(work)
            return answer

        return write

    def _signs_in(self) -> Callable[[], Answer]:
        """One who begins to sign in, again and again: what limits her must neither break nor forget."""

        def sign_in() -> Answer:
            line = Line(self.port, address="127.0.0.9")
            page = line.ask("page", "GET", "/account/login/")
            self.answers.append(page)
            token = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
            form = urlencode(
                {"csrfmiddlewaretoken": token[1] if token else b"", "login": "ana.one@advice.example"}
            )
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            return line.ask("code", "POST", "/account/login/", form, **kind)

        return sign_in


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def percentile(answers: list[Answer], share: float) -> float:
    seconds = sorted(each.seconds for each in answers)
    return seconds[int(share * (len(seconds) - 1))] if seconds else 0.0
