"""A program that speaks to the site over HTTP, as a stranger's would: nothing of Django, no test client."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Any, TypeVar

from tests.letterbox import Letterbox

Found = TypeVar("Found")


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any


@dataclass(frozen=True)
class Program:
    """`base` is the site's address; `headers` say who it is."""

    base: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: object = None) -> Reply:
        data = None if body is None else json.dumps(body).encode()
        headers = self.headers | ({} if data is None else {"Content-Type": "application/json"})
        request = urllib.request.Request(f"{self.base}{path}", data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Reply(answer.status, json.loads(answer.read() or b"null"))
        except urllib.error.HTTPError as refused:
            with refused:
                return Reply(refused.code, json.loads(refused.read()))

    def get(self, path: str) -> Any:
        """What a path below /api/v1 answers; it must be 200."""
        reply = self.call("GET", f"/api/v1{path}")
        assert reply.status == 200, reply
        return reply.body

    def post(self, path: str, body: object = None, *, gives: int = 200) -> Any:
        reply = self.call("POST", f"/api/v1{path}", body)
        assert reply.status == gives, reply
        return reply.body

    def within(self, session_token: str) -> "Program":
        return replace(self, headers={"X-Session-Token": session_token})

    def with_key(self, secret: str) -> "Program":
        return replace(self, headers={"Authorization": f"Bearer {secret}"})


def eventually(look: Callable[[], Found], *, seconds: float = 20) -> Found:
    """What `look` gives once it gives something: the worker needs a moment."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)
    return found


def sign_up(program: Program, letterbox: Letterbox, email: str) -> Program:
    """A session for a new account at that address, proved by the code of a letter."""
    auth = "/_allauth/app/v1/auth"
    begun = program.call("POST", f"{auth}/signup", {"email": email})
    assert begun.status == 401, begun
    pending = program.within(begun.body["meta"]["session_token"])
    done = pending.call("POST", f"{auth}/email/verify", {"key": code_in(letterbox.wait(email))})
    assert (done.status, done.body["meta"]["is_authenticated"]) == (200, True)
    return program.within(done.body["meta"]["session_token"])


def code_in(letter: EmailMessage) -> str:
    [code] = re.findall(r"^[A-Z0-9]{4}-[A-Z0-9]{4}\s*$", text_of(letter), re.MULTILINE)
    return str(code).strip()


def key_in(letter: EmailMessage) -> str:
    """What opens the question of a letter: the part of its link that is a secret."""
    keys = set(re.findall(r"/r/([A-Za-z0-9_-]{43})/", text_of(letter)))
    assert len(keys) == 1, keys
    return str(keys.pop())


def text_of(letter: EmailMessage) -> str:
    plain = letter.get_body(("plain",))
    assert plain is not None
    return str(plain.get_content())
