"""The same number again, by the key of a letter, and what the consultant's programs read of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import builders
from tests.api.callers import NOT_FOUND, problem, wrong
from tests.api.conftest import letter_key
from tests.builders import AT
from vetting.followups import actions as followups
from vetting.kernel.actors import system
from vetting.outcomes import waves
from vetting.outcomes.models import FollowUp, Outcome
from vetting.outcomes.questionnaire import Still


@pytest.fixture
def outcome(world):
    """What Carla has confirmed, now half a year old."""
    found = Outcome.objects.get(status="confirmed")
    Outcome.objects.filter(pk=found.pk).update(verified_at=AT - timedelta(days=180), follow_up_on=AT.date())
    return found


@pytest.fixture
def ask(outcome):
    return waves.ask_again(outcome.pk, by=system("test"), at=AT)


@pytest.fixture
def key(ask):
    return letter_key(ask)


def test_what_is_asked(anybody, key):
    body = anybody.get(f"answers/{key}").json()
    assert (body["kind"], body["open"], body["questionnaire"]) == ("sustain", True, "sustain-1")
    assert (body["about"]["last"], body["about"]["months"]) == ("6.10 EUR", "6")
    assert [(each["key"], [choice["code"] for choice in each["choices"]]) for each in body["questions"]] == [
        ("still", ["held", "grew", "faded", "cannot_say", "not_measured"])
    ]


def test_it_is_answered_once(anybody, ana, key, outcome):
    answer = anybody.post(f"answers/{key}", {"still": "faded", "still_value": "7.5"})
    assert (answer.status_code, answer.json()["open"]) == (200, False)
    again = anybody.post(f"answers/{key}", {"still": "held"})
    assert again.status_code == 409
    assert again.json() == problem(
        "already_answered", 409, "You have answered this already. Thank you; nothing was counted twice."
    )
    assert FollowUp.objects.get().value == Decimal("7.5")
    body = ana.get(f"outcomes/{outcome.pk}").json()
    told = [{"months": 6, "on": "2026-05-04", "still": "faded", "value": "7.5"}]
    assert (body["status"], body["level"], body["follow_ups"]) == ("faded", 3, told)
    assert body["follow_up_on"] == (AT + timedelta(days=185)).date().isoformat()
    assert [
        each["follow_ups"] for each in ana.get("outcomes").json()["results"] if each["id"] == body["id"]
    ] == [told]


def test_what_held_is_at_the_highest_level(anybody, ana, key, outcome):
    anybody.post(f"answers/{key}", {"still": "held"})
    body = ana.get(f"outcomes/{outcome.pk}").json()
    assert (body["status"], body["level"]) == ("sustained", 5)


def test_what_came_of_it_is_public(anybody, key, world):
    anybody.post(f"answers/{key}", {"still": "grew", "still_value": 6})
    builders.published(world.ana, at=AT + timedelta(hours=3))
    results = anybody.get("profiles/ana-kalnina").json()["results"]
    (later,) = [each["later"] for each in results if each["later"]]
    assert later == [
        {
            "months": 6,
            "on": "2026-05-04",
            "still": "grew",
            "value": {"number": 6.0, "text": "6.00 EUR"},
            "text": "6.00 EUR",
        }
    ]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "still", "required"),
        ({"still": ""}, "still", "unknown_choice"),
        ({"still": "better"}, "still", "unknown_choice"),
        ({"still": "held\x00"}, "still", "null_characters_not_allowed"),
        ({"still": 1}, "still", "not_text"),
        ({"still": "grew"}, "still_value", "required"),
        ({"still": "grew", "still_value": "7"}, "still_value", "wrong_side"),
        ({"still": "faded", "still_value": -7}, "still_value", "out_of_range"),
        ({"still": "faded", "still_value": "1e309"}, "still_value", "out_of_range"),
        ({"still": "faded", "still_value": "7 EUR"}, "still_value", "invalid"),
        ({"still": "faded", "still_value": True}, "still_value", "not_a_number"),
        ({"still": "held", "still_value": "6.1"}, "still", "contradiction"),
        ({"still": "held", "value": "6.1"}, "value", "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(anybody, key, body, field, code):
    answer = anybody.post(f"answers/{key}", body)
    assert answer.status_code == 400
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [(f"/{field}", code)]
    assert FollowUp.objects.count() == 0


def test_after_a_stop_and_with_another_key_nothing_is_taken(anybody, key, ask):
    assert anybody.post(f"answers/{key}x", {"still": "held"}).json() == NOT_FOUND
    followups.stop(ask.pk, at=AT)
    answer = anybody.post(f"answers/{key}", {"still": "held"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:touchstone:problem:stopped")
    assert FollowUp.objects.count() == 0


def test_wrong_is_spelled_as_elsewhere(anybody, key):
    answer = anybody.post(f"answers/{key}", {"still": "grew"})
    text = "Write the number as it is now, or choose another answer."
    assert answer.json() == wrong(still_value=("required", text))


def test_what_was_said_again_is_read_corrected_and_taken_back(anybody, key, outcome):
    said = f"answers/{key}/said"
    anybody.post(f"answers/{key}", {"still": "faded", "still_value": "7.5"})
    body = anybody.get(said).json()
    assert (body["answer"], body["versions"], body["stands"]) == (
        {"still": "faded", "still_value": "7.5"},
        1,
        True,
    )
    assert anybody.put(said, body["answer"]).json()["versions"] == 1
    held = anybody.put(said, {"still": "held"}).json()
    assert (held["answer"], held["versions"]) == ({"still": "held", "still_value": None}, 2)
    outcome.refresh_from_db()
    assert outcome.status == "sustained"
    assert anybody.delete(said).json()["stands"] is False
    outcome.refresh_from_db()
    assert outcome.status == "confirmed"
    assert anybody.delete(said).status_code == 409


@pytest.mark.parametrize("still", [Still(still="held"), Still(still="faded", value=Decimal(9))])
def test_of_a_sealed_result_nobody_learns_what_became_of_it(world, anybody, still):
    sealed = builders.result(world.eve, organization=builders.client("Tin Works"), publish="sealed")
    at = AT + timedelta(days=180)
    waves.answer(waves.ask_again(sealed.pk, by=system("test"), at=at).pk, still=still, at=at)
    builders.published(world.eve, at=at)
    [shown] = anybody.get("profiles/eve-pocket").json()["results"]
    assert (shown["status"], shown["level"], shown["later"]) == ("confirmed", 3, [])
