"""Save and return: each field as it was typed, by a script or by a button, found again by the same link."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests import builders
from tests.builders import AT
from tests.web.referee import EFFECT, NOW, NUMBERS, SCREENS, WORK, address, fill, opened
from vetting.accounts.models import User
from vetting.followups import actions as followups
from vetting.followups.queries import TimeToAnswer, times_to_answer
from vetting.outcomes.models import Attestation
from vetting.outcomes.questionnaire import QUESTIONS
from vetting.web.outbox import _span

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def ask():
    return builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))


def again(ask):
    ask.refresh_from_db()
    return ask


def saved(client, ask, screen, typed, how="typed"):
    return client.post(address(ask, screen), typed | {"save": how})


def values(response):
    form = response.context["form"]
    return {name: form[name].value() for name in form.fields}


def test_half_a_field_is_kept_and_found_by_the_same_link(client, ask):
    opened(client, ask)
    answer = saved(client, ask, "work", {"role": "Head of cust"})
    assert (answer.status_code, answer.content) == (204, b"")
    other_device = Client()
    other_device.cookies["letter"] = client.cookies["letter"].value
    page = other_device.get(address(ask))
    assert values(page) == {"worked_together": None, "role": "Head of cust", "interests": []}
    assert "Welcome back" in page.content.decode()
    assert (again(ask).status, Attestation.objects.count()) == ("started", 0)


def test_the_button_does_the_same_and_says_how_to_come_back(client, ask):
    opened(client, ask)
    page = client.post(address(ask, "work"), WORK | {"save": "later"}, follow=True)
    assert page.redirect_chain == [(address(ask, "saved"), 302)]
    text = " ".join(page.content.decode().split())
    assert "The link in our letter opens the form again" in text
    assert "The question is open until 3 June 2026." in text
    assert values(client.get(address(ask)))["role"] == "CFO"


def test_what_is_wrong_is_kept_too_and_only_its_own_screen_reads_it(client, ask):
    opened(client, ask)
    client.post(address(ask, "work"), WORK)
    saved(client, ask, "numbers", {"baseline": "confirm", "result": "correct", "result_value": "about six"})
    assert values(client.get(address(ask, "numbers")))["result_value"] == "about six"
    assert client.post(address(ask, "work"), WORK | {"role": "CEO"})["Location"] == address(ask, "numbers")
    assert client.get(address(ask, "effect"))["Location"] == address(ask, "numbers")
    assert client.post(address(ask, "numbers"), NUMBERS)["Location"] == address(ask, "effect")
    assert "typed" not in again(ask).draft
    assert values(client.get(address(ask, "numbers")))["result_value"] == "6,50"


def test_unticking_is_kept(client, ask):
    opened(client, ask)
    client.post(address(ask, "work"), WORK | {"interests": ["fee"]})
    saved(client, ask, "work", WORK)
    assert values(client.get(address(ask)))["interests"] == []


def test_she_goes_on_where_she_stopped(client, ask):
    opened(client, ask)
    for screen in ("work", "numbers"):
        client.post(address(ask, screen), SCREENS[screen])
    assert f'href="{address(ask, "effect")}"' in client.get(address(ask)).content.decode()


def test_the_last_screen_is_saved_as_well(client, ask):
    opened(client, ask)
    fill(client, ask)
    assert saved(client, ask, "check", {"publish": "sealed"}).status_code == 204
    assert values(client.get(address(ask, "check"))) == {"publish": "sealed"}
    assert Attestation.objects.count() == 0


def test_fields_of_another_screen_are_not_taken(client, ask):
    opened(client, ask)
    saved(client, ask, "work", {"role": "CFO", "hire_again": "no", "typed": "x", "declined_because": "x"})
    assert again(ask).draft == {"typed": {"role": "CFO", "interests": []}}


@pytest.mark.parametrize(
    "typed", [{"role": "x\x00y"}, {"role": "x" * 1_000_000}, {"worked_together": "\x00"}]
)
def test_what_no_text_can_hold_is_refused_and_what_was_kept_stays(client, ask, typed):
    opened(client, ask)
    saved(client, ask, "work", {"role": "CFO"})
    for how in ("typed", "later"):
        assert saved(client, ask, "work", typed, how).status_code == 422
    assert again(ask).draft["typed"]["role"] == "CFO"


def test_a_save_that_comes_after_the_answer_changes_nothing(client, ask):
    opened(client, ask)
    fill(client, ask)
    client.post(address(ask, "check"), {"publish": "sector"})
    before = again(ask).draft
    assert saved(client, ask, "work", {"role": "late"}).status_code == 409
    assert (again(ask).draft, Attestation.objects.count()) == (before, 1)


def test_a_save_of_a_screen_not_reached_goes_back_to_the_first(client, ask):
    opened(client, ask)
    assert saved(client, ask, "check", {"publish": "named"})["Location"] == address(ask, "work")
    assert again(ask).draft == {}


def test_opening_saves_nothing(client, ask):
    opened(client, ask)
    assert client.get(address(ask, "work"), {"save": "typed", "role": "CFO"}).status_code == 200
    assert client.get(address(ask, "saved")).status_code == 200
    assert (again(ask).draft, ask.status, ask.started_at) == ({}, "sent", None)


def test_without_the_letter_nothing_is_saved(ask):
    assert saved(Client(), ask, "work", {"role": "CFO"}).status_code == 404
    assert Client().get(address(ask, "saved")).status_code == 404
    assert saved(Client(enforce_csrf_checks=True), ask, "work", {"role": "CFO"}).status_code == 403
    assert again(ask).draft == {}


def test_a_closed_question_says_so(client, ask):
    opened(client, ask)
    followups.decline(ask.pk, at=NOW)
    assert "You have declined to answer" in client.get(address(ask, "saved")).content.decode()


# --- how long it takes ----------------------------------------------------------------------------------


def timed(seconds, name, clock):
    """An answer that took so long from its first save."""
    place = builders.client(name)
    outcome = builders.outcome(builders.goal(builders.engagement(builders.consultant(f"Con {name}"), place)))
    row = builders.asked(outcome, (name, f"x@{name.lower()}.example"))
    followups.save_typed(row.pk, typed={"role": "C"}, at=NOW)
    from vetting.outcomes.actions import attest

    attest(row.pk, answers=builders.CONFIRMED, at=NOW + timedelta(seconds=seconds))


def test_median_and_nine_in_ten_of_those_who_began(client, clock):
    for number, seconds in enumerate([100, 160, 200, 400]):
        timed(seconds, f"Client{'abcd'[number]}", clock)
    builders.answered(
        builders.outcome(
            builders.goal(builders.engagement(builders.consultant("One Press"), builders.client("Atonce")))
        )
    )
    found = times_to_answer(since=AT)
    assert found == [TimeToAnswer("outcome", 4, timedelta(seconds=180), timedelta(seconds=340))]
    assert times_to_answer(since=NOW + timedelta(days=1)) == []
    client.force_login(User.objects.create_superuser("root@touchstone.example"))
    clock.move_to(NOW + timedelta(hours=1))
    page = client.get("/staff/outbox/")
    [line] = page.context["times"]
    assert (line["kind"], line["count"], line["median"], line["nine_in_ten"]) == (
        "A result to confirm",
        4,
        "3 min 0 s",
        "5 min 40 s",
    )
    rows = client.get(line["url"])
    assert (rows.status_code, rows.context["cl"].result_count) == (200, 4)


def test_where_nobody_has_answered_the_page_says_so(client):
    client.force_login(builders.user("sam@touchstone.example", staff=True))
    assert "Nobody has answered in more than one press." in client.get("/staff/outbox/").content.decode()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.6, "1 min 0 s"),
        (160, "2 min 40 s"),
        (3_600, "1 h 0 min"),
        (100_000, "27 h 46 min"),
        (180_000, "2 days 2 h"),
    ],
)
def test_a_span_in_words(seconds, words):
    assert _span(timedelta(seconds=seconds)) == words


def test_there_are_nine_questions_at_most(client, ask):
    """And how the answer may appear, which is none about the work."""
    asked = 0
    page = opened(client, ask)
    for screen in ("work", "numbers", "effect"):
        page = client.get(address(ask, screen))
        asked += len(page.context["form"].groups())
        client.post(address(ask, screen), SCREENS[screen])
    assert (asked, len(QUESTIONS)) == (9, 9)
    assert list(client.get(address(ask, "check")).context["form"].fields) == ["publish"]
    assert set(EFFECT) | {"worked_together", "role", "interests", "baseline", "result"} == {
        each.key for each in QUESTIONS
    }
