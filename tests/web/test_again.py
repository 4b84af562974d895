"""Asked the same number again: one question behind a letter's link, and her own number as thanks."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders as b
from tests.builders import AT
from tests.drawer import KEY, sweep, text_of
from tests.web.reader import words as words_of
from tests.web.referee import address
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.kernel.actors import system
from vetting.outcomes import waves
from vetting.outcomes.models import FollowUp, Outcome
from vetting.outcomes.queries import said_again_in

pytestmark = pytest.mark.django_db

MONDAY = AT + timedelta(days=91)  # the first working day after the first wave
NOW = MONDAY + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def outcome():
    return b.result(b.consultant())


@pytest.fixture
def ask(outcome):
    return asked(outcome)


def asked(outcome, at=MONDAY):
    sweep(AT + timedelta(days=1))
    return waves.ask_again(outcome.pk, by=system("test"), at=at)


def key_of(ask, at=MONDAY):
    letters = {str(letter["Message-ID"]): letter for letter in sweep(at)}
    letter = next(each for key, each in letters.items() if key.startswith(f"<{ask.pk.hex}.ask."))
    return KEY.findall(text_of(letter))[0]


def opened(client, ask):
    return client.get(f"/r/{key_of(ask)}/", follow=True)


def post(client, ask, **typed):
    return client.post(address(ask, "still"), typed)


def test_one_question_with_last_times_number_in_it(client, ask):
    page = opened(client, ask)
    shown = words_of(page)
    assert page.status_code == 200
    for words in (
        "Is it still so?",
        "About 3 months later we ask for the same number again. One question, less than a minute",
        "You said 6.10 EUR, on 4 May 2026",
        "gave us your name and address on 4 May 2026, for this result, and we ask you at most three times",
        "The number and its month stand on Ana Kalnina’s page with the name of your organization",
        "If you do not answer, what you said before stands as it is.",
        "Cost per ticket: is it still 6.10 EUR? As far as you know it today. Lower is better.",
        "One question, and that is all.",
        "I would rather not answer",
        "Stop all letters",
    ):
        assert words in shown, words
    assert page.content.decode().count('type="radio"') == 5


def test_opening_writes_nothing(client, ask):
    key = key_of(ask)
    with CaptureQueriesContext(connection) as queries:
        for path in (f"/r/{key}/", address(ask), address(ask, "still")):
            for method in (client.get, client.head):
                assert method(path, follow=True).status_code == 200
    assert [each["sql"] for each in queries if not each["sql"].startswith("SELECT")] == []


@pytest.mark.parametrize(
    ("typed", "still", "value", "said"),
    [
        ({"still": "held"}, "held", "6.10", "makes no difference: 6.10 EUR"),
        ({"still": "grew", "still_value": "5,90"}, "grew", "5.90", "It is better now: 5.90 EUR"),
        ({"still": "faded", "still_value": " 7.50 EUR"}, "faded", "7.50", "It is worse now: 7.50 EUR"),
        ({"still": "cannot_say"}, "cannot_say", None, "I cannot say"),
        ({"still": "not_measured"}, "not_measured", None, "We no longer measure it"),
    ],
)
def test_her_answer_is_taken_and_thanked_for_with_her_own_number(client, ask, typed, still, value, said):
    opened(client, ask)
    done = post(client, ask, **typed)
    assert (done.status_code, done["Location"]) == (302, address(ask))
    row = FollowUp.objects.get()
    assert (row.still, row.value) == (still, value and Decimal(value))
    shown = words_of(client.get(address(ask)))
    for words in ("Thank you. This is how your number has gone.", said, "Before 9.40 EUR", "Result 6.10 EUR"):
        assert words in shown, words
    number = f"{Decimal(value):.2f} EUR" if value else {"cannot_say": "could not say"}.get(still, "no longer")
    assert f"3 months later {number}" in shown
    ends = (
        "We do not ask you about it again."
        if still == "not_measured"
        else "once more about it, in October 2026"
    )
    assert ends in shown


def test_she_corrects_it_and_takes_it_back(client, ask):
    opened(client, ask)
    post(client, ask, still="faded", still_value="7")
    page = client.get(address(ask, "correct"))
    assert 'value="faded"' in page.content.decode()
    assert 'value="7"' in page.content.decode()
    wrong = client.post(address(ask, "correct"), {"still": "grew", "still_value": "7"})
    assert (wrong.status_code, "You chose better" in words_of(wrong)) == (422, True)
    assert client.post(address(ask, "correct"), {"still": "held", "still_value": ""}).status_code == 302
    shown = words_of(client.get(address(ask)))
    assert "What you said on 3 August 2026, corrected on 3 August 2026" in shown
    assert "3 months later 6.10 EUR August 2026" in shown
    assert client.post(address(ask, "take-back")).status_code == 302
    shown = words_of(client.get(address(ask)))
    assert "You have taken back your answer" in shown
    assert "6.10 EUR" in shown  # what she had said, to herself
    assert [row.withdrawn for row in said_again_in(ask.pk)] == [False, False, True]


def test_nobody_answers_it_in_her_place(client, ask):
    assert "ask somebody else" not in words_of(opened(client, ask))
    assert client.get(address(ask, "not-me"))["Location"] == address(ask)


def test_after_the_last_wave_nothing_more_is_asked(client, outcome):
    at = AT + timedelta(days=365)
    ask = asked(outcome, at=at)
    with time_machine.travel(at + timedelta(hours=1), tick=False):
        client.get(f"/r/{key_of(ask, at=at)}/", follow=True)
        post(client, ask, still="held")
        shown = words_of(client.get(address(ask)))
    assert "12 months later 6.10 EUR" in shown
    assert "We do not ask you about it again." in shown


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Please choose one."),
        ({"still": "better"}, "Choose from the answers offered."),
        ({"still": "grew"}, "Write the number as it is now, or choose another answer."),
        ({"still": "held", "still_value": "5"}, "You wrote another number: choose better or worse."),
        (
            {"still": "grew", "still_value": "7"},
            "You chose better; for Cost per ticket that is below 6.10 EUR.",
        ),
        (
            {"still": "faded", "still_value": "6.10"},
            "You chose worse; for Cost per ticket that is above 6.10 EUR.",
        ),
        ({"still": "grew", "still_value": "-5"}, "Cost per ticket cannot be below 0."),
        ({"still": "faded", "still_value": "1e309"}, "Write a number, such as 1234.5 or 1 234,5."),
        ({"still": "faded", "still_value": "9" * 20}, "too large to be a business figure"),
        ({"still": "faded", "still_value": "9" * 4000}, "Write a number, such as 1234.5 or 1 234,5."),
        ({"still": "faded", "still_value": "7\x00"}, "Null characters are not allowed."),
        ({"still": "faded", "still_value": "7 USD"}, "Write a number, such as 1234.5 or 1 234,5."),
        ({"still": "faded", "still_value": "7.123"}, "This could be 7123 or 7.123."),
        ({"still": "faded", "still_value": "seven"}, "Write a number, such as 1234.5 or 1 234,5."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(client, ask, typed, words):
    opened(client, ask)
    page = post(client, ask, **typed)
    assert (page.status_code, words in words_of(page)) == (422, True)
    text = typed.get("still_value", "")
    assert "\x00" in text or f'value="{text}"' in page.content.decode() or not text
    assert (FollowUp.objects.count(), Ask.objects.get(pk=ask.pk).status) == (0, "sent")


def test_the_same_answer_twice_is_one(client, ask):
    opened(client, ask)
    post(client, ask, still="held")
    again = post(client, ask, still="faded", still_value="9")
    assert (again.status_code, "This is how your number has gone" in words_of(again)) == (409, True)
    assert FollowUp.objects.get().still == "held"


@pytest.mark.parametrize("change", ["altered", "none", "other"])
def test_without_her_key_nothing_opens(ask, change):
    key = key_of(ask)
    stranger = Client()
    if change == "altered":
        assert stranger.get(f"/r/{key[:-1]}{'A' if key[-1] != 'A' else 'B'}/").status_code == 404
    if change == "other":
        other = b.asked(b.outcome(b.goal(b.engagement(b.consultant("Eve Ozola")))), ("Dan", "dan@x.example"))
        stranger.get(f"/r/{key_of(other)}/")
    assert stranger.get(address(ask)).status_code == 404
    assert post(stranger, ask, still="held").status_code == 404
    assert FollowUp.objects.count() == 0


@pytest.mark.parametrize(
    ("end", "status", "words"),
    [
        (lambda ask: followups.stop(ask.pk, at=NOW), 409, "You have stopped our letters"),
        (lambda ask: followups.decline(ask.pk, at=NOW), 409, "You have declined to answer"),
        (lambda ask: followups.expire(ask.pk, at=NOW + timedelta(days=40)), 410, "This question has run out"),
        (
            lambda ask: waves.call_off(ask.subject_id, by=system("test"), at=NOW),
            410,
            "The result it was about does not stand any more",
        ),
        (lambda ask: followups.bounce(ask, for_good=False, at=NOW), 410, "could not be delivered"),
    ],
)
def test_after_the_end_nothing_is_taken(client, ask, end, status, words):
    opened(client, ask)
    end(Ask.objects.get(pk=ask.pk))
    page = post(client, ask, still="held")
    assert (page.status_code, words in words_of(page)) == (status, True)
    if status == 410 and "call_off" not in words:
        assert "erase" not in words_of(page)
    assert FollowUp.objects.count() == 0


def test_a_result_that_fell_before_anybody_took_the_question_back(client, ask, outcome):
    opened(client, ask)
    engagement = outcome.goal.engagement
    type(engagement).objects.filter(pk=engagement.pk).update(status="contested")
    page = post(client, ask, still="held")
    assert page.status_code == 422
    assert "the result it was about does not stand any more" in words_of(page)
    assert FollowUp.objects.count() == 0


def test_declining_ends_it_for_good(client, ask, outcome):
    opened(client, ask)
    assert client.post(address(ask, "decline"), {"reason": ""}).status_code == 302
    assert waves.ask_again(outcome.pk, by=system("test"), at=AT + timedelta(days=180)) is None
    assert Outcome.objects.get(pk=outcome.pk).follow_up_on is None


@pytest.mark.parametrize(
    ("publish", "words"),
    [
        ("sector", "without the name of your organization, as the result does"),
        ("sealed", "Nothing of it is shown, as of the result. It counts like any other."),
    ],
)
def test_it_is_published_as_the_result_is(client, publish, words):
    ask = asked(b.result(b.consultant(), publish=publish))
    assert words in words_of(opened(client, ask))
    post(client, ask, still="held")
    assert words in words_of(client.get(address(ask)))
