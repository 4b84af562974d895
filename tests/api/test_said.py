"""What was said to one question, by the key of its letter, without an account."""

import pytest

from tests import builders
from tests.api.callers import NOT_FOUND, problem
from tests.api.conftest import letter_key
from tests.api.test_answers import CONFIRMED, PEER
from tests.builders import AT
from vetting.engagements import actions as engagements
from vetting.followups.models import Ask
from vetting.outcomes.models import Attestation
from vetting.outcomes.queries import said_in
from vetting.privacy.queries import READERS
from vetting.referrals.models import Referral


@pytest.fixture
def said(world, anybody):
    assert anybody.post(f"answers/{world.key}", CONFIRMED).status_code == 200
    return f"answers/{world.key}/said"


@pytest.fixture
def peer_said(world, anybody):
    key = letter_key(Ask.objects.get(pk=world.referral.ask_id))
    assert anybody.post(f"answers/{key}", PEER).status_code == 200
    return f"answers/{key}/said"


def test_it_is_read_as_it_was_given(anybody, said):
    body = anybody.get(said).json()
    assert body["answer"] == CONFIRMED | {"baseline_value": None, "result_value": None}
    assert {name: body[name] for name in ("kind", "stands", "versions", "who_may_read_it")} == {
        "kind": "outcome",
        "stands": True,
        "versions": 1,
        "who_may_read_it": READERS["outcome"],
    }


def test_what_is_read_may_be_sent_back_changed_or_not(world, anybody, said):
    answer = anybody.get(said).json()["answer"]
    assert anybody.put(said, answer).json()["versions"] == 1
    again = anybody.put(said, answer | {"result": "correct", "result_value": "70.5"}).json()
    assert (again["versions"], again["answer"]["result_value"]) == (2, "70.5")
    assert anybody.put(said, again["answer"]).json()["versions"] == 2
    world.outcome.refresh_from_db()
    assert world.outcome.status == "corrected"


def test_no_work_at_all_is_read_and_sent_back(anybody, said):
    denied = {"worked_together": "no", "role": "CFO", "interests": [], "publish": "sector", "comment": ""}
    assert anybody.put(said, denied).json()["answer"] == denied
    assert anybody.put(said, denied).json()["versions"] == 2


def test_it_is_taken_back_once(world, anybody, said):
    body = anybody.delete(said).json()
    assert (body["stands"], body["versions"], body["answer"]["role"]) == (False, 1, "CFO")
    world.outcome.refresh_from_db()
    assert world.outcome.status == "retracted"
    for refused in (anybody.delete(said), anybody.put(said, CONFIRMED)):
        assert refused.json() == problem("withdrawn", 409, "You have taken this answer back already.")
    assert len(said_in(world.ask.pk)) == 2


def test_a_peer_corrects_and_takes_back(anybody, peer_said):
    assert anybody.get(peer_said).json()["answer"] == PEER
    body = anybody.put(peer_said, PEER | {"saw": "Less."}).json()
    assert (body["versions"], body["answer"]["saw"]) == (2, "Less.")
    assert anybody.delete(peer_said).json()["stands"] is False
    assert sorted(row.status for row in Referral.objects.all()) == ["superseded", "withdrawn"]


def test_an_agreement_is_read_and_not_changed(world, anybody):
    by = builders.speaker(world.ana)
    ask = engagements.propose_goal(world.draft, name=builders.CARLA[0], email=builders.CARLA[1], by=by, at=AT)
    key = letter_key(ask)
    anybody.post(f"answers/{key}", {"accepts": True})
    assert anybody.get(f"answers/{key}/said").json()["answer"] == {"accepts": True}
    agreed = problem("agreed", 409, "What two sides agreed on is not changed by one of them.")
    assert anybody.put(f"answers/{key}/said", {"accepts": False}).json() == agreed
    assert anybody.delete(f"answers/{key}/said").json() == agreed


def test_where_nothing_was_said_there_is_nothing_to_change(world, anybody):
    address = f"answers/{world.key}/said"
    for refused in (anybody.get(address), anybody.put(address, CONFIRMED), anybody.delete(address)):
        assert refused.json() == problem("not_answered", 409, "There is no answer to this question yet.")


@pytest.mark.parametrize("key", ["x", "x" * 43, "%00" * 43])
def test_an_altered_key_opens_nothing(world, anybody, key):
    for answer in (
        anybody.get(f"answers/{key}/said"),
        anybody.put(f"answers/{key}/said", CONFIRMED),
        anybody.delete(f"answers/{key}/said"),
    ):
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_a_bad_correction_names_every_field_and_writes_nothing(anybody, said):
    assert anybody.put(said, CONFIRMED | {"role": "x\x00"}).status_code == 400
    bad = CONFIRMED | {"role": "x" * 200, "comment": "x" * 5_000, "result": "maybe"}
    answer = anybody.put(said, bad)
    assert answer.status_code == 400
    assert {each["pointer"] for each in answer.json()["errors"]} >= {"/role", "/comment", "/result"}
    assert Attestation.objects.filter(supersedes__isnull=False).count() == 0
