"""Signing up by pages and by programs: one account an address, and nothing at the door tells who has one."""

import json
import re

import pytest
from django.core import mail
from django.test import Client

from tests.web.reader import words
from vetting.accounts.models import User

pytestmark = pytest.mark.django_db

SIGN_UP, CONFIRM, API = "/account/signup/", "/account/confirm-email/", "/_allauth/app/v1/auth"
NOT_REACHED = "This is not an address a letter can reach."


def code():
    """In the newest letter."""
    [found] = re.findall(r"^([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", mail.outbox[-1].body, re.MULTILINE)
    return found


def begin(email):
    """A browser that waits for the code, and the page on which it is typed."""
    browser = Client()
    page = browser.post(SIGN_UP, {"email": email})
    assert (page.status_code, page["Location"]) == (302, CONFIRM)
    return browser, browser.get(CONFIRM)


def call(path, body, token=""):
    headers = {"HTTP_X_SESSION_TOKEN": token} if token else {}
    answer = Client().post(f"{API}/{path}", json.dumps(body), content_type="application/json", **headers)
    return answer.status_code, answer.json()


def signed_in(browser):
    return browser.get("/desk/").status_code == 200


@pytest.mark.parametrize("known", ["ana@advice.example", "ANA@Advice.Example"])
def test_an_address_that_has_an_account_gets_a_letter_and_no_second_account(known):
    User.objects.create_user("ana@advice.example")
    browser, page = begin(known)
    _, strangers = begin("new@advice.example")
    shown = [
        words(each).replace(address, "…")
        for each, address in ((page, known.lower()), (strangers, "new@advice.example"))
    ]
    assert shown[0] == shown[1]
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["ana@advice.example"], "You already have a Touchstone account"),
        (["new@advice.example"], "Your code to confirm this address"),
    ]
    assert "Incorrect code." in words(browser.post(CONFIRM, {"code": code()}))
    assert (signed_in(browser), User.objects.filter(email__iexact=known).count()) == (False, 1)


def test_a_program_is_told_as_little():
    User.objects.create_user("ana@advice.example")
    answers = [call("signup", {"email": email}) for email in ("ana@advice.example", "new@advice.example")]
    for _, body in answers:
        assert body["meta"].pop("session_token")
    assert answers[0] == answers[1]
    assert (answers[0][0], User.objects.filter(email__startswith="ana").count()) == (401, 1)


WRONG = {
    "": "This field is required.",
    "nobody": "Enter a valid email address.",
    "x" * 1_000_000 + "@advice.example": "Ensure this value has at most 320 characters (it has 1000015).",
    "a\x00@advice.example": "Null characters are not allowed.",
    "ana@advice.example\nBcc: eve@pocket.example": "Enter a valid email address.",
    "root@localhost": NOT_REACHED,
    "root@127.0.0.1": "Enter a valid email address.",
    "ana@mail.invalid": NOT_REACHED,
}


@pytest.mark.parametrize(("typed", "reason"), WRONG.items(), ids=lambda value: value[:16])
def test_no_account_for_what_no_letter_reaches(typed, reason):
    page = Client().post(SIGN_UP, {"email": typed})
    assert (page.status_code, reason in words(page)) == (200, True)
    assert page.context["form"]["email"].value() == typed
    status, body = call("signup", {"email": typed})
    assert (status, {error["param"] for error in body["errors"]}) == (400, {"email"})
    assert reason in {error["message"] for error in body["errors"]}
    assert (User.objects.count(), mail.outbox) == (0, [])


@pytest.mark.parametrize("email", [5, None, ["ana@advice.example"], {"a": 1}])
def test_a_program_that_sends_no_text_is_told_so(email):
    status, body = call("signup", {"email": email})
    assert (status, [error["param"] for error in body["errors"]]) == (400, ["email"])


def test_a_code_opens_once_and_only_where_it_was_asked_for():
    ana, _ = begin("ana@advice.example")
    anas = code()
    ben, _ = begin("ben@peer.example")
    assert "Incorrect code." in words(ben.post(CONFIRM, {"code": anas}))
    assert not signed_in(ben)
    ana.post(CONFIRM, {"code": anas.lower()})  # as a phone may type it
    assert signed_in(ana)
    ana.logout()
    again = ana.post(CONFIRM, {"code": anas})
    assert (again.status_code, signed_in(ana)) == (302, False)


@pytest.mark.parametrize("typed", ["", "\x00", "AAAA-AAAA", "9" * 1_000_000])
def test_a_wrong_code_is_said_and_the_right_one_still_opens(typed):
    browser, _ = begin("ana@advice.example")
    page = browser.post(CONFIRM, {"code": typed})
    assert (page.status_code, "Error: " in words(page)) == (200, True)
    browser.post(CONFIRM, {"code": code()})
    assert signed_in(browser)


def test_codes_cannot_be_guessed():
    browser, _ = begin("ana@advice.example")
    for _ in range(3):
        browser.post(CONFIRM, {"code": "AAAA-AAAA"})
    browser.post(CONFIRM, {"code": code()})
    assert not signed_in(browser)


@pytest.mark.parametrize("whose", ["ana@advice.example", "nobody@advice.example"])
def test_who_asks_for_codes_too_often_is_told_to_wait(whose):
    User.objects.create_user("ana@advice.example")
    asked = [Client().post("/account/login/", {"login": whose}) for _ in range(4)]
    assert [page.status_code for page in asked] == [302, 302, 302, 200]
    assert len(mail.outbox) == 3
    assert "That was tried too often just now. Wait a minute and try again." in words(asked[-1])
