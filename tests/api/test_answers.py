"""Answers by the key of a letter, without an account."""

from datetime import timedelta

import pytest
import time_machine

from tests import builders
from tests.api.callers import NOT_FOUND, problem, wrong
from tests.api.conftest import letter_key
from tests.builders import AT
from vetting.audit.models import AuditEntry
from vetting.engagements import actions as engagements
from vetting.followups import actions as followups
from vetting.followups.models import Ask, AskKey
from vetting.mail.models import Suppression
from vetting.outcomes import actions as outcomes
from vetting.outcomes.models import Attestation
from vetting.outcomes.questionnaire import QUESTIONS
from vetting.referrals.models import Referral

CONFIRMED = {
    "worked_together": "yes",
    "role": "CFO",
    "interests": [],
    "baseline": "confirm",
    "result": "confirm",
    "shares": "50-75",
    "goal_before": "yes",
    "transfer": "3",
    "hire_again": "yes",
    "publish": "named",
    "comment": "",
}
PEER = {
    "relation": "worked_with",
    "skill": "service design",
    "saw": "She had the team count its own tickets.",
    "seen_from": 2024,
    "seen_to": 2026,
    "gets_fee": False,
}


@pytest.fixture
def peer_key(world):
    return letter_key(Ask.objects.get(pk=world.referral.ask_id))


@pytest.fixture
def goal_key(world):
    by = builders.speaker(world.ana)
    ask = engagements.propose_goal(world.draft, name=builders.CARLA[0], email=builders.CARLA[1], by=by, at=AT)
    return letter_key(ask)


def counts():
    return AuditEntry.objects.count(), AskKey.objects.count(), Attestation.objects.count()


def test_reading_changes_nothing(world, anybody):
    before, ask = counts(), Ask.objects.filter(pk=world.ask.pk).values()[0]
    for _ in range(3):
        assert anybody.get(f"answers/{world.key}").status_code == 200
        assert anybody.client.head(f"/api/v1/answers/{world.key}").status_code == 200
    assert (counts(), Ask.objects.filter(pk=world.ask.pk).values()[0]) == (before, ask)


def test_what_is_asked_about_a_result(world, anybody):
    body = anybody.get(f"answers/{world.key}").json()
    assert (body["kind"], body["open"], body["closed_because"], body["questionnaire"]) == (
        "outcome",
        True,
        "",
        "outcome-1",
    )
    assert body["about"]["consultant"] == "Ana Kalnina"
    assert body["about"]["baseline"] == "60 %"
    assert body["about"]["achieved"] == "78 %"
    assert [each["key"] for each in body["questions"]] == [
        *(question.key for question in QUESTIONS),
        "publish",
        "comment",
    ]
    assert body["questions"][0] == {
        "key": "worked_together",
        "words": "Did you work together on this, in this period?",
        "hint": "The work and its dates stand above.",
        "choices": [
            {"code": "yes", "words": "Yes"},
            {"code": "no", "words": "No, this work did not take place"},
        ],
    }


def test_what_is_asked_of_a_peer_and_about_a_goal(world, anybody, peer_key, goal_key):
    peer, goal = anybody.get(f"answers/{peer_key}").json(), anybody.get(f"answers/{goal_key}").json()
    assert [each["key"] for each in peer["questions"]] == list(PEER)
    assert [each["code"] for each in peer["questions"][0]["choices"]] == [
        "worked_with",
        "hired",
        "managed",
        "observed",
    ]
    assert [each["key"] for each in goal["questions"]] == ["accepts"]
    assert (goal["kind"], goal["about"]["target"], goal["questionnaire"]) == ("goal", "6.50 EUR", "")


def test_a_client_confirms(world, anybody, ana):
    answer = anybody.post(f"answers/{world.key}", CONFIRMED)
    closed = "You have answered this already. Thank you; nothing was counted twice."
    assert (answer.status_code, answer.json()["open"], answer.json()["closed_because"]) == (
        200,
        False,
        closed,
    )
    said = Attestation.objects.get(outcome=world.outcome)
    assert (said.role, said.share_low, said.share_high, said.transfer) == ("CFO", 50, 75, 3)
    assert (said.hire_again, said.publish, said.level) == ("yes", "named", 3)
    shown = ana.get(f"outcomes/{world.outcome.pk}").json()
    assert (shown["status"], shown["level"]) == ("confirmed", 3)
    assert ana.get(f"asks/{world.ask.pk}").json()["status"] == "answered"


def test_an_answer_sent_twice_is_one(world, anybody):
    anybody.post(f"answers/{world.key}", CONFIRMED)
    again = anybody.post(f"answers/{world.key}", CONFIRMED | {"result": "wrong"})
    reason = "You have answered this already. Thank you; nothing was counted twice."
    assert (again.status_code, again.json()) == (409, problem("already_answered", 409, reason))
    assert Attestation.objects.filter(outcome=world.outcome).count() == 1


def test_a_client_corrects_a_number(world, anybody, ana):
    body = CONFIRMED | {"result": "correct", "result_value": "71.5", "transfer": "", "shares": ""}
    assert anybody.post(f"answers/{world.key}", body).status_code == 200
    said = Attestation.objects.get(outcome=world.outcome)
    assert (str(said.result_value), said.transfer, said.share_low) == ("71.500000", None, None)
    assert ana.get(f"outcomes/{world.outcome.pk}").json()["status"] == "corrected"


def test_a_client_says_the_work_did_not_take_place(world, anybody, ana):
    body = {"worked_together": "no", "interests": ["competitor"], "role": "CFO", "comment": "Never met her."}
    assert anybody.post(f"answers/{world.key}", body).status_code == 200
    said = Attestation.objects.get(outcome=world.outcome)
    assert (said.worked_together, said.result_verdict, said.comment) == (
        False,
        "cannot_say",
        "Never met her.",
    )
    assert (said.interests, said.role, said.publish) == (["competitor"], "CFO", "sector")
    assert ana.get(f"outcomes/{world.outcome.pk}").json()["status"] == "rejected"
    assert ana.get(f"engagements/{world.worked.pk}").json()["status"] == "contested"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"worked_together": None}, {"worked_together": ("null", "This field may not be null.")}),
        ({"worked_together": True}, {"worked_together": ("not_text", "Write this as text.")}),
        (
            {"worked_together": "perhaps"},
            {"worked_together": ("unknown_choice", "Not one of the answers offered.")},
        ),
        (
            {"baseline": "", "result": "", "publish": ""},
            dict.fromkeys(("baseline", "result", "publish"), ("required", "Please answer this.")),
        ),
        (
            {"result": "correct"},
            {"result_value": ("required", "Write the right number, or choose another answer.")},
        ),
        (
            {"result": "correct", "result_value": "1e309"},
            {"result_value": ("out_of_range", "This number is too large to be a business figure.")},
        ),
        (
            {"baseline": "correct", "baseline_value": 101},
            {"baseline_value": ("out_of_range", "First-contact resolution cannot be above 100 %.")},
        ),
        (
            {"worked_together": "no", "hire_again": "cannot_say", "goal_before": "unknown"},
            dict.fromkeys(
                ("baseline", "result", "shares", "transfer"),
                ("contradiction", "The work did not take place, you say; leave this out."),
            ),
        ),
        (
            {"baseline_value": 58},
            {
                "baseline": (
                    "contradiction",
                    "You wrote another number: say that it was another one, or leave the number out.",
                )
            },
        ),
        ({"result": "maybe"}, {"result": ("unknown_choice", "maybe: not one of the answers offered.")}),
        (
            {"interests": ["fee", "love"]},
            {"interests": ("unknown_choice", "love: not one of the answers offered.")},
        ),
        ({"shares": "0-100"}, {"shares": ("unknown_choice", "0-100: not one of the answers offered.")}),
        ({"goal_before": ""}, {"goal_before": ("unknown_choice", ": not one of the answers offered.")}),
        ({"transfer": "5"}, {"transfer": ("unknown_choice", "Not one of the answers offered.")}),
        ({"transfer": 3}, {"transfer": ("not_text", "Write this as text.")}),
        ({"publish": "gossip"}, {"publish": ("unknown_choice", "gossip: not one of the answers offered.")}),
        ({"role": "r" * 161}, {"role": ("too_long", "This has 161 characters; 160 fit here.")}),
        (
            {"comment": "c" * 1_000_000},
            {"comment": ("too_long", "This has 1,000,000 characters; 4,000 fit here.")},
        ),
        (
            {"comment": "\x00"},
            {"comment": ("null_characters_not_allowed", "Null characters are not allowed.")},
        ),
        ({"stars": 5}, {"stars": ("unknown_field", "There is no such field.")}),
    ],
)
def test_a_wrong_answer_is_told_at_its_place_and_nothing_is_taken(change, expected, world, anybody):
    answer = anybody.post(f"answers/{world.key}", CONFIRMED | change)
    assert (answer.status_code, answer.json()) == (400, wrong(**expected))
    assert Attestation.objects.filter(outcome=world.outcome).count() == 0
    assert anybody.get(f"answers/{world.key}").json()["open"] is True


def test_an_empty_answer_is_none(world, anybody):
    answer = anybody.post(f"answers/{world.key}", {})
    assert answer.json() == wrong(worked_together=("required", "This field is required."))


@pytest.mark.parametrize(("accepts", "status"), [(True, "accepted"), (False, "declined")])
def test_a_client_answers_about_a_goal(accepts, status, world, anybody, ana, goal_key):
    assert anybody.post(f"answers/{goal_key}", {"accepts": accepts}).json()["open"] is False
    goal = ana.get(f"goals/{world.draft.pk}").json()
    assert (goal["status"], len(goal["agreed_hash"])) == (status, 64 if accepts else 0)


@pytest.mark.parametrize("accepts", ["yes", 1, None, "true"])
def test_a_goal_is_not_accepted_by_mistake(accepts, world, anybody, ana, goal_key):
    assert anybody.post(f"answers/{goal_key}", {"accepts": accepts}).status_code == 400
    assert ana.get(f"goals/{world.draft.pk}").json()["status"] == "proposed"


def test_a_peer_refers(world, anybody, ana, peer_key):
    assert anybody.post(f"answers/{peer_key}", PEER).status_code == 200
    [referral] = ana.get("referrals").json()["results"]
    assert {name: referral[name] for name in PEER} == PEER
    assert referral["status"] == "accepted"
    builders.published(world.ana, at=AT + timedelta(hours=3))
    [shown] = anybody.get(f"profiles/{world.ana.slug}").json()["referrals"]
    assert (shown["skill"], shown["years"], shown["weighs"]) == ("service design", "2024 to 2026", False)


def test_a_peer_with_a_fee_is_set_aside(world, anybody, peer_key):
    anybody.post(f"answers/{peer_key}", PEER | {"gets_fee": True})
    assert Referral.objects.get().status == "set_aside"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"relation": "friend"}, "relation", "unknown_choice"),
        ({"skill": ""}, "skill", "required"),
        ({"saw": "s" * 1_000_000}, "saw", "too_long"),
        ({"seen_from": 1949}, "seen_from", "out_of_range"),
        ({"seen_to": 2027}, "seen_to", "out_of_range"),
        ({"seen_to": 2023}, "seen_to", "ends_before_start"),
        ({"seen_from": 10**30, "seen_to": 10**30}, "seen_from", "out_of_range"),
        ({"seen_from": "2024"}, "seen_from", "not_a_whole_number"),
        ({"gets_fee": "no"}, "gets_fee", "not_a_flag"),
        ({"gets_fee": None}, "gets_fee", "null"),
    ],
)
def test_a_wrong_referral_is_told_at_its_place(change, field, code, anybody, peer_key):
    told = anybody.post(f"answers/{peer_key}", PEER | change).json()["errors"]
    assert (f"/{field}", code) in [(each["pointer"], each["code"]) for each in told]
    assert len(told) == len(change)
    assert Referral.objects.get().status == "requested"


def test_declining_needs_no_account_and_no_reason(world, anybody, ana):
    answer = anybody.post(f"answers/{world.key}/decline", {"reason": "We do not give references."})
    closed = "You declined to answer, so this question is closed."
    assert (answer.status_code, answer.json()["closed_because"]) == (200, closed)
    assert "references" not in answer.content.decode()
    assert ana.get(f"asks/{world.ask.pk}").json()["status"] == "declined"
    again = anybody.post(f"answers/{world.key}/decline", {})
    assert (again.status_code, again.json()) == (409, problem("declined", 409, closed))
    assert anybody.post(f"answers/{world.key}", CONFIRMED).status_code == 409


def test_stopping_is_at_once_for_all_and_twice_is_once(world, anybody, ana):
    closed = "You asked us to stop, so this question is closed."
    for _ in range(2):
        answer = anybody.post(f"answers/{world.key}/stop")
        assert (answer.status_code, answer.json()["closed_because"]) == (200, closed)
    assert Suppression.objects.count() == 1
    assert ana.get(f"asks/{world.ask.pk}").json()["status"] == "stopped"
    assert anybody.post(f"answers/{world.key}", CONFIRMED).json() == problem("stopped", 409, closed)


CLOSED = "This question is closed: it ran out, or whoever asked has withdrawn it."


def test_what_was_withdrawn_is_closed(world, anybody):
    outcomes.withdraw(world.outcome, by=builders.speaker(world.ana), at=AT)
    assert anybody.get(f"answers/{world.key}").json()["closed_because"] == CLOSED
    assert anybody.post(f"answers/{world.key}", CONFIRMED).json() == problem("closed", 409, CLOSED)
    assert Attestation.objects.filter(outcome=world.outcome).count() == 0


def test_what_has_run_out_is_closed(world, anybody):
    Ask.objects.filter(pk=world.ask.pk).update(expires_at=AT + timedelta(hours=1))
    assert anybody.post(f"answers/{world.key}", CONFIRMED).json() == problem("closed", 409, CLOSED)
    followups.expire(world.ask.pk, at=AT + timedelta(hours=2))
    assert anybody.get(f"answers/{world.key}").json()["open"] is False


@pytest.mark.parametrize("alter", [lambda key: key[:-1], lambda key: key + "a", str.upper, lambda _: "a"])
def test_an_altered_key_opens_nothing(alter, world, anybody):
    for answer in (
        anybody.get(f"answers/{alter(world.key)}"),
        anybody.post(f"answers/{alter(world.key)}", CONFIRMED),
        anybody.post(f"answers/{alter(world.key)}/decline", {}),
        anybody.post(f"answers/{alter(world.key)}/stop"),
    ):
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
    assert Suppression.objects.count() == 0


def test_an_expired_key_opens_nothing(world, anybody):
    with time_machine.travel(AT + timedelta(days=120), tick=False):
        assert anybody.get(f"answers/{world.key}").json() == NOT_FOUND
        assert anybody.post(f"answers/{world.key}/stop").json() == NOT_FOUND


def test_a_key_opens_its_own_question_only(world, anybody, peer_key):
    assert anybody.post(f"answers/{peer_key}", CONFIRMED).status_code == 400
    assert anybody.post(f"answers/{world.key}", PEER).status_code == 400
    assert Attestation.objects.filter(outcome=world.outcome).count() == 0


def test_a_key_in_any_writing_is_only_text(world, anybody):
    for key in ("%00", "%FF", "%ED%A0%80", "a" * 5_000, "%F0%9F%98%80"):
        assert anybody.get(f"answers/{key}").json() == NOT_FOUND
