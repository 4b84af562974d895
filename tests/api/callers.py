"""Who calls the API in a test. Every answer is held against the OpenAPI document before the test sees it."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.test import Client
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from vetting.accounts import actions as accounts
from vetting.accounts.models import User
from vetting.accounts.states import SCOPES
from vetting.api.document import document

PROBLEM = "application/problem+json"


@cache
def drawn() -> Mapping[str, Any]:
    return document()


class Caller:
    """`ana.post("goals", {...})`. The path is below /api/v1/; a body that is no dict goes out as it is."""

    def __init__(self, **headers: str) -> None:
        self.client = Client(headers=headers)

    def get(self, path: str) -> HttpResponse:
        return self.call("GET", path)

    def post(self, path: str, body: object = None) -> HttpResponse:
        return self.call("POST", path, body)

    def put(self, path: str, body: object = None) -> HttpResponse:
        return self.call("PUT", path, body)

    def patch(self, path: str, body: object = None) -> HttpResponse:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> HttpResponse:
        return self.call("DELETE", path)

    def call(self, method: str, path: str, body: object = None) -> HttpResponse:
        raw = json.dumps(body) if isinstance(body, dict | list) else body
        options = {} if body is None else {"data": raw, "content_type": "application/json"}
        response = self.client.generic(method, f"/api/v1/{path}", **options)
        conforms(
            method,
            f"/api/v1/{path}",
            response.status_code,
            response.get("Content-Type", ""),
            response.content,
        )
        return response


def with_key(user: User, *scopes: str, name: str = "a program") -> Caller:
    """A caller with a fresh key of that person; all scopes where none is named."""
    _, secret = accounts.create_key(user=user, name=name, scopes=scopes or tuple(SCOPES), at=user.date_joined)
    return Caller(authorization=f"Bearer {secret}")


def with_session(user: User) -> Caller:
    """A program that signed in: it carries X-Session-Token and no cookie."""
    client = Client()
    client.force_login(user)
    return Caller(**{"x-session-token": client.session.session_key})


def conforms(method: str, path: str, status: int, content_type: str, content: bytes) -> None:
    """Fails the test where the answer is not one that the document announces."""
    operation = _operation(method, path.partition("?")[0])
    if operation is None:
        assert status in {404, 405}, (method, path, status)
        assert content_type == PROBLEM
        return
    announced = operation["responses"].get(str(status)) or operation["responses"]["default"]
    if "content" not in announced:
        assert content == b""
        return
    assert content_type in announced["content"], (method, path, status, content_type)
    schema = announced["content"][content_type]["schema"]
    errors = [error.message for error in _validator(json.dumps(schema)).iter_errors(json.loads(content))]
    assert errors == [], (method, path, content[:400])


@cache
def _validator(schema: str) -> Draft202012Validator:
    whole = {**json.loads(schema), "components": _closed(drawn()["components"])}
    return validator_for(whole, Draft202012Validator)(whole)


def _closed(components: Mapping[str, Any]) -> Mapping[str, Any]:
    """An answer says nothing that the document does not name."""
    schemas = {
        name: {**shape, "additionalProperties": False} if "properties" in shape else shape
        for name, shape in components["schemas"].items()
    }
    return {"schemas": schemas}


def _operation(method: str, path: str) -> Mapping[str, Any] | None:
    for template in sorted(drawn()["paths"], key=lambda known: known.count("{")):
        pattern = re.sub(r"\{[a-z_]+\}", "[^/]+", template)
        if re.fullmatch(pattern, path):
            return drawn()["paths"][template].get(method.lower())
    return None


def problem(code: str, status: int, detail: str) -> dict[str, Any]:
    """The body of a refusal."""
    titles = {
        400: "The input is wrong",
        401: "Not signed in",
        403: "Not allowed",
        404: "Not found",
        405: "No such method here",
        406: "No such format here",
        409: "Refused",
        413: "Too large",
        415: "Send JSON",
        429: "Too many requests",
    }
    return {
        "type": f"urn:touchstone:problem:{code}",
        "title": titles[status],
        "status": status,
        "detail": detail,
    }


def wrong(**fields: tuple[str, str]) -> dict[str, Any]:
    """The body for wrong input in a body: (code, sentence) by field, in the order they are told."""
    errors = [{"pointer": f"/{name}", "code": code, "detail": text} for name, (code, text) in fields.items()]
    words = "One value is wrong." if len(errors) == 1 else f"{len(errors)} values are wrong."
    return {**problem("invalid", 400, words), "errors": errors}


NOT_FOUND = problem("not_found", 404, "There is no such thing, or it is not yours to see.")
NOT_SIGNED_IN = problem("not_authenticated", 401, "This needs an API key or a session.")
BAD_KEY = problem("authentication_failed", 401, "This key is unknown, revoked or expired.")
