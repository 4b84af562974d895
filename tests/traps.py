"""Traps on the floor of the tests: each turns a mistake that usually stays unseen into a failure."""

import ipaddress
import random
import re
import socket
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Self

import pytest
from django.db import connections, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models import QuerySet
from django.template.base import Node
from django.template.engine import Engine
from django.test.client import Client


class UndefinedVariable(str):
    """Django's `string_if_invalid`: a name that our own templates use and no view gave fails the test."""

    __slots__ = ("folder",)
    folder: Path

    def __new__(cls, folder: Path) -> Self:
        trap = super().__new__(cls, "%s")
        trap.folder = folder
        return trap

    def __mod__(self, name: object) -> str:
        template = _template_of(sys._getframe(1))
        if template is not None and template.is_relative_to(self.folder):
            pytest.fail(f"undefined variable {name!s} in {template.relative_to(self.folder)}")
        return ""


def refuse_undefined(patch: pytest.MonkeyPatch, folder: Path) -> None:
    patch.setattr(Engine.get_default(), "string_if_invalid", UndefinedVariable(folder))


def _template_of(frame: FrameType | None) -> Path | None:
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return Path(node.origin.name)
        frame = frame.f_back
    return None


def shuffle_unordered(patch: pytest.MonkeyPatch) -> None:
    """A query that names no order comes back in any order, as PostgreSQL promises it may."""
    fetch_all = QuerySet._fetch_all

    def fetch_and_shuffle(query: "QuerySet[Any]") -> None:
        fresh = query._result_cache is None
        fetch_all(query)
        if fresh and query._result_cache and not query.ordered:
            random.shuffle(query._result_cache)

    patch.setattr(QuerySet, "_fetch_all", fetch_and_shuffle)


_POST_FORM = re.compile(rb"<form\b[^>]*\bmethod=[\"']?post\b.*?</form>", re.IGNORECASE | re.DOTALL)


def demand_csrf_tokens(patch: pytest.MonkeyPatch) -> None:
    """Every form that a page posts carries a token; the test client would take it without."""
    request = Client.request

    def request_and_look(client: Client, **options: Any) -> Any:
        response = request(client, **options)
        if not response.streaming and "text/html" in response.get("Content-Type", ""):
            for form in _POST_FORM.findall(response.content):
                if b"csrfmiddlewaretoken" not in form:
                    pytest.fail(f"a form without a csrf token: {form[:200].decode(errors='replace')}")
        return response

    patch.setattr(Client, "request", request_and_look)


def forbid_outside(patch: pytest.MonkeyPatch) -> None:
    """No test leaves this machine: only loopback and unix sockets connect."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded(original: Any) -> Any:
        def connect_inside(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_inside(address[0]):
                pytest.fail(f"a test tried to reach {address[0]}")
            return original(self, address)

        return connect_inside

    def look_up(host: Any, *rest: Any, **options: Any) -> Any:
        if host is not None and not _is_inside(host):
            pytest.fail(f"a test tried to look up {host}")
        return getaddrinfo(host, *rest, **options)

    patch.setattr(socket.socket, "connect", guarded(connect))
    patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
    patch.setattr(socket, "getaddrinfo", look_up)


def _is_inside(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {"", "localhost", socket.gethostname()}:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def let_tests_truncate(patch: pytest.MonkeyPatch) -> None:
    """Append-only tables refuse TRUNCATE; only the flush after a transactional test may pass."""
    flush = DatabaseOperations.execute_sql_flush

    def flush_without_triggers(operations: DatabaseOperations, sql_list: list[str]) -> None:
        alias = operations.connection.alias
        with transaction.atomic(using=alias):
            with connections[alias].cursor() as cursor:
                cursor.execute("SET LOCAL session_replication_role = replica")
            flush(operations, sql_list)

    patch.setattr(DatabaseOperations, "execute_sql_flush", flush_without_triggers)
