"""Refusals: one shape, whoever refuses."""

import pytest
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client

from tests.api.callers import NOT_FOUND, PROBLEM, problem
from vetting.api.problems import ProblemHandler
from vetting.kernel.verdict import RefusedError, refuse

ADDRESSES = [
    "",
    "nothing",
    "search/",
    "profiles/",
    "profiles/no%20slug",
    "profiles/%00",
    "profiles/%FF",
    "engagements/not-a-uuid",
    "goals/00000000-0000-0000-0000-00000000000g",
    "answers/",
    "answers/a/b",
    "../v1/nothing",
]


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_an_address_that_is_none_of_ours_is_absent(path, method, anybody, db):
    answer = anybody.call(method, path)
    assert (answer.status_code, answer["Content-Type"], answer.json()) == (404, PROBLEM, NOT_FOUND)


def test_only_json_is_spoken(db):
    answer = Client(headers={"accept": "text/html"}).get("/api/v1/metrics")
    detail = "The answer is JSON; accept application/json."
    assert (answer.status_code, answer["Content-Type"]) == (406, PROBLEM)
    assert answer.json() == problem("not_acceptable", 406, detail)


def test_a_refusal_of_the_rules_carries_its_own_code(ana):
    answer = ana.post("profiles/me/submit")
    assert (answer.status_code, answer["Content-Type"]) == (409, PROBLEM)
    assert answer.json() == problem("move_not_allowed", 409, "This profile is listed by now.")


@pytest.mark.parametrize(
    ("code", "status"), [("not_found", 404), ("not_yours", 403), ("staff_only", 403), ("any", 409)]
)
def test_a_rule_s_no_has_its_status(code, status):
    refused = ProblemHandler(None, {}).convert_known_exceptions(RefusedError(refuse(code, "No.")))
    assert refused.status_code == status
    assert str(refused.detail) == ("Not found." if status == 404 else "No.")


def test_a_fault_of_ours_says_so_and_nothing_more(world, ana, request):
    """A broken table stands for whatever may break."""
    noted = []
    got_request_exception.connect(lambda **_: noted.append(1), weak=False, dispatch_uid="noted")
    request.addfinalizer(lambda: got_request_exception.disconnect(dispatch_uid="noted"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vetting_goal RENAME TO vetting_mislaid")
    ana.client.raise_request_exception = False
    answer = ana.get("goals")
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    assert answer.json() == {
        "type": "urn:touchstone:problem:error",
        "title": "A fault of ours",
        "status": 500,
        "detail": "Something went wrong on our side. It has been noted.",
    }
    assert noted == [1]
