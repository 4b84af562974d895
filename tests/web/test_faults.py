"""What a visitor and a program read while the database is away, and where the fault is ours."""

import re

import psycopg
import pytest
from django.core import mail
from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from django.test import Client

from tests.api.callers import Caller
from tests.web.reader import words
from vetting.accounts.models import User

CODES, HERS = "/_allauth/app/v1/auth/code/request", {"email": "ana@advice.example"}
AWAY = {
    "type": "urn:touchstone:problem:away",
    "title": "Not now",
    "status": 503,
    "detail": "The database is away for a moment. Send it again; the same twice is one.",
}
FAULT = {
    "type": "urn:touchstone:problem:error",
    "title": "A fault of ours",
    "status": 500,
    "detail": "Something went wrong on our side. It has been noted.",
}


@pytest.fixture
def gone(db):
    """Whatever is asked of the database is answered by the error it stands for."""

    def fails(error):
        def wrapper(*_given):
            raise error

        return connection.execute_wrapper(wrapper)

    return fails


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "error", [OperationalError("gone"), InterfaceError("closed")], ids=["operational", "interface"]
)
def test_a_page_says_that_it_will_be_back(gone, visitor, error):
    with gone(error):
        answer = visitor.get("/search/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "We cannot reach our records right now" in words(answer)


def test_a_form_sent_meanwhile_says_so_too(gone, visitor):
    with gone(OperationalError("gone")):
        answer = visitor.post("/account/login/", {"login": "ana@advice.example"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_a_program_reads_a_problem(gone):
    caller = Caller()
    caller.client.raise_request_exception = False
    with gone(OperationalError("gone")):
        answers = [caller.get("metrics"), caller.get("search"), caller.get("answers/" + "x" * 43)]
        door = caller.client.post(CODES, HERS, content_type="application/json")
    told = [(answer.status_code, answer.get("Retry-After")) for answer in [*answers, door]]
    assert told == [(503, "5")] * 4
    assert [answer.json() for answer in [*answers, door]] == [AWAY] * 4


def test_a_fault_of_ours_is_no_promise_to_be_back(gone, visitor):
    with gone(ZeroDivisionError()):
        page, problem = visitor.get("/search/"), visitor.get("/api/v1/metrics")
        door = visitor.post(CODES, HERS, content_type="application/json")
    assert (page.status_code, page.has_header("Retry-After")) == (500, False)
    assert "Something broke on our side" in words(page)
    assert [problem.json(), door.json()] == [FAULT, FAULT]


@pytest.mark.parametrize("state", ["53100", "57P01", "57P02", "57P03", "58030", "08006"])
def test_what_postgresql_says_when_full_ending_or_starting_counts_as_away(state, gone, visitor):
    error = psycopg.errors.lookup(state)("away") if state != "08006" else psycopg.OperationalError("away")

    def wrapper(*_given):
        with connection.wrap_database_errors:
            raise error

    with connection.execute_wrapper(wrapper):
        assert visitor.get("/search/").status_code == 503


def test_health_says_so(gone, visitor):
    with gone(InterfaceError("closed")):
        answer = visitor.get("/health/")
    assert (answer.status_code, answer["Retry-After"], answer.json()) == (503, "5", {"database": "away"})


# --- the mail server is away --------------------------------------------------------------------------------


@pytest.fixture
def no_mail(settings, db):
    """Nobody listens there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("/account/login/", {"login": "ana@advice.example"}),
        ("/account/login/", {"login": "stranger@advice.example"}),
        ("/account/login/code/", {"email": "ana@advice.example"}),
        ("/account/signup/", {"email": "new@advice.example"}),
        ("/account/signup/", {"email": "ana@advice.example"}),
    ],
)
def test_who_waits_for_a_code_is_told_that_none_is_on_its_way(no_mail, visitor, page, form):
    User.objects.create_user("ana@advice.example")
    answer = visitor.post(page, form)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "We cannot send letters right now" in words(answer)
    assert 'href="/search/"' in answer.content.decode()


@pytest.mark.parametrize("email", ["ana@advice.example", "stranger@advice.example"])
def test_a_program_that_waits_for_a_code_is_told_so_too(no_mail, visitor, email):
    User.objects.create_user("ana@advice.example")
    answer = visitor.post(CODES, {"email": email}, content_type="application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert answer.json() == AWAY | {
        "type": "urn:touchstone:problem:mail_away",
        "detail": "The mail server takes no letter, so no code is on its way. Ask for one again in a minute.",
    }


def test_who_signed_up_without_mail_comes_in_when_it_is_back(no_mail, visitor, settings):
    assert visitor.post("/account/signup/", {"email": "new@advice.example"}).status_code == 503
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    browser = Client()
    page = browser.post("/account/login/", {"login": "new@advice.example"})
    assert page.status_code == 302
    [found] = re.findall(r"^([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", mail.outbox[-1].body, re.MULTILINE)
    browser.post(page["Location"], {"code": found})
    assert browser.get("/desk/").status_code == 200
