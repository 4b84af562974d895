"""Stopping all letters, and what stands behind a link that takes no answer any more."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests import builders
from tests.builders import AT, BEN, CARLA
from tests.drawer import KEY, key_of, sweep, text_of
from tests.web.referee import NOW, WORK, address, opened
from vetting.audit.queries import trail
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.kernel.actors import system
from vetting.mail.models import Suppression
from vetting.mail.queries import is_suppressed
from vetting.outcomes import actions as outcomes
from vetting.referrals import actions as referrals

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ask():
    return builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))


def also_asked(ask):
    """Another consultant has a question to the same person."""
    other = builders.consultant("Eve Ozola")
    return referrals.ask_peer(profile=other, name=CARLA[0], email=CARLA[1], by=other.owner.actor, at=AT).ask


# --- stop -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cookies", [True, False])
def test_stopping_takes_one_button_and_no_cookie(ask, cookies):
    other = also_asked(ask)
    key = key_of(ask, at=AT)
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(f"/r/{key}/stop/")
    assert (page.status_code, page["Referrer-Policy"]) == (200, "no-referrer")
    assert "Stop all letters to this address?" in page.content.decode()
    assert not is_suppressed(CARLA[1])
    if not cookies:
        browser = Client(enforce_csrf_checks=True)
    done = browser.post(f"/r/{key}/stop/")
    assert (done.status_code, "No letter from us reaches you any more" in done.content.decode()) == (
        200,
        True,
    )
    assert is_suppressed(CARLA[1])
    assert [row.status for row in Ask.objects.order_by("id")] == ["stopped", "stopped"]
    assert sweep(AT + timedelta(days=5)) == []
    assert "No letter from us reaches you any more" in browser.get(f"/r/{key}/stop/").content.decode()
    assert Ask.objects.get(pk=other.pk).status == "stopped"


def test_a_mail_program_stops_by_one_post(ask):
    """RFC 8058: no cookie, no token, no redirect, and twice is once."""
    key = key_of(ask, at=AT)
    for _ in range(2):
        done = Client(enforce_csrf_checks=True).post(f"/r/{key}/stop/", {"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
    row = Suppression.objects.get()
    assert (row.reason, [entry.verb for entry in trail(row.pk)]) == ("stopped", ["suppress"])


def test_stopping_from_the_form(client, ask):
    opened(client, ask)
    assert "Stop all letters to this address?" in client.get(address(ask, "stop")).content.decode()
    assert client.post(address(ask, "stop")).status_code == 200
    closed = client.get(address(ask))
    assert (closed.status_code, "You have stopped our letters" in closed.content.decode()) == (200, True)
    again = client.post(address(ask, "work"), WORK)
    assert (again.status_code, "You have stopped our letters" in again.content.decode()) == (409, True)


def test_one_who_has_answered_may_stop_too(client, ask):
    opened(client, ask)
    outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=NOW)
    assert address(ask, "stop") in client.get(address(ask)).content.decode()
    client.post(address(ask, "stop"))
    assert is_suppressed(CARLA[1])
    assert "Your answer is in" in client.get(address(ask)).content.decode()


# --- over -----------------------------------------------------------------------------------------------


def gone(ask, key, *, words):
    """410 by the key at once, by the clean address and for an answer; nothing is written."""
    browser = Client()
    by_key = browser.get(f"/r/{key}/")
    assert (by_key.status_code, by_key["Referrer-Policy"], "letter" in by_key.cookies) == (
        410,
        "no-referrer",
        False,
    )
    for sentence in words:
        assert sentence in by_key.content.decode(), sentence
    assert f"/r/{key}/stop/" in by_key.content.decode()


def test_a_question_that_ran_out(client, ask):
    key = key_of(ask, at=AT)
    client.get(f"/r/{key}/")
    client.post(address(ask, "work"), WORK)
    words = (
        "This question has run out",
        "Ana Kalnina asked you on 4\u00a0May\u00a02026; the question was open until 3\u00a0June\u00a02026.",
        "What you had filled in was not sent, and nobody reads it.",
        "We erase your name and address on 3\u00a0July\u00a02026.",
    )
    with time_machine.travel(AT + timedelta(days=30), tick=False):
        client.get(f"/r/{key}/")
        gone(ask, key, words=words)  # before the sweep has noticed
        followups.expire(ask.pk, at=AT + timedelta(days=30))
        gone(ask, key, words=words)


def test_an_open_page_of_a_question_that_ran_out_takes_no_answer(client, ask):
    opened(client, ask)
    late = AT + timedelta(days=30) - timedelta(hours=1)
    with time_machine.travel(late, tick=False):
        opened_again = client.get(f"/r/{key_of_reminder(ask)}/", follow=True)
        assert opened_again.status_code == 200
    with time_machine.travel(late + timedelta(hours=2), tick=False):
        for page in ("work", "decline"):
            assert client.post(address(ask, page), WORK).status_code == 410
        assert client.post(address(ask, "stop")).status_code == 200
    ask.refresh_from_db()
    assert (ask.status, ask.draft) == ("stopped", {})


def key_of_reminder(ask):
    (letter,) = [each for each in sweep(AT + timedelta(days=4)) if ask.pk.hex in each["Message-ID"]]
    return KEY.findall(text_of(letter))[0]


def test_a_question_that_was_taken_back(ask):
    key = key_of(ask, at=AT)
    followups.cancel(ask.subject_id, by=system("test"), at=NOW)
    gone(ask, key, words=("This question was taken back", "has taken back what the question was about"))


def test_a_question_whose_letters_came_back(ask):
    key = key_of(ask, at=AT)
    followups.bounce(Ask.objects.get(pk=ask.pk), for_good=False, at=NOW)
    gone(
        ask,
        key,
        words=("This question is closed", "could not be delivered", "If you wish to answer all the same"),
    )


def test_what_a_peer_said_stays_readable(client):
    profile = builders.consultant()
    ask = referrals.ask_peer(profile=profile, name=BEN[0], email=BEN[1], by=profile.owner.actor, at=AT).ask
    key = key_of(ask, at=AT)
    referrals.answer(
        ask.pk,
        words=builders.Words(
            relation="observed", skill="pricing", saw="Much.", seen_from=2020, seen_to=2020, gets_fee=True
        ),
        at=NOW,
    )
    page = client.get(f"/r/{key}/", follow=True)
    assert page.status_code == 200
    for words in ("I saw the work from nearby", "2020", "pricing", "Shown, not weighed"):
        assert words in page.content.decode(), words


def test_a_comment_given_through_the_api_is_shown_too(client, ask):
    key = key_of(ask, at=AT)
    outcomes.attest(
        ask.pk, answers=builders.replace(builders.CONFIRMED, comment="Two teams took part."), at=NOW
    )
    assert "Two teams took part." in client.get(f"/r/{key}/", follow=True).content.decode()
