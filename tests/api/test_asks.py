"""Asks, and the peers who are asked."""

from datetime import timedelta

from tests import builders
from tests.api.callers import problem, with_key
from tests.api.conftest import letter_key
from tests.builders import AT
from vetting.followups.models import Ask, AskStep
from vetting.referrals.models import Referral

BEN = {"name": "Bea Peer", "email": "bea@another.example"}


def test_an_ask_says_where_it_stands(world, ana):
    body = ana.get(f"asks/{world.ask.pk}").json()
    assert body == {
        "id": str(world.ask.pk),
        "kind": "outcome",
        "subject": str(world.outcome.pk),
        "referee": "Karl Kassier",
        "status": "queued",
        "status_at": "2026-05-04T09:00:00Z",
        "created_at": "2026-05-04T09:00:00Z",
        "begun_at": None,
        "expires_at": (AT + timedelta(days=120)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "held": None,
    }
    assert body in ana.get("asks").json()["results"]
    assert len(ana.get("asks").json()["results"]) == Ask.objects.count() == 3


def test_an_ask_says_what_holds_its_letter_back(world, ana):
    reason = "This person was asked twice in 90 days already, over all consultants."
    AskStep.objects.filter(ask=world.ask).update(held=reason, due_at=AT + timedelta(days=9))
    held = {"reason": reason, "until": "2026-05-13T09:00:00Z", "place": 1}
    assert ana.get(f"asks/{world.ask.pk}").json()["held"] == held
    shown = {each["id"]: each["held"] for each in ana.get("asks").json()["results"]}
    assert shown[str(world.ask.pk)] == held
    assert list(shown.values()).count(None) == len(shown) - 1


def test_each_consultant_reads_the_name_she_gave(world, ana, eve):
    """One mailbox is one person, whoever asks; what another called her is nobody's business."""
    eve.post("referrals", {"name": "B. from the fair", "email": "ben@peer.example"})
    assert [each["referee"] for each in eve.get("asks").json()["results"]] == ["B. from the fair"]
    assert [each["referee"] for each in eve.get("referrals").json()["results"]] == ["B. from the fair"]
    assert [each["referee"] for each in ana.get("referrals").json()["results"]] == ["Ben Peer"]


def test_a_peer_is_asked(world, ana):
    answer = ana.post("referrals", BEN)
    body = answer.json()
    assert answer.status_code == 201
    assert {name: body[name] for name in body if name not in {"id", "ask", "status_at", "created_at"}} == {
        "referee": "Bea Peer",
        "status": "requested",
        "relation": "",
        "skill": "",
        "saw": "",
        "seen_from": None,
        "seen_to": None,
        "gets_fee": None,
        "given_at": None,
    }
    assert ana.get(f"asks/{body['ask']}").json()["subject"] == body["id"]
    assert ana.get("referrals").json()["results"][0] == body


def test_a_peer_is_asked_once(world, ana):
    for email in ("bea@another.example", "BEA@another.example", "bea+work@another.example"):
        answer = ana.post("referrals", BEN | {"email": email})
    assert (answer.status_code, answer.json()) == (
        409,
        problem("asked_already", 409, "You have asked this person before."),
    )
    assert Referral.objects.filter(profile=world.ana).count() == 2
    assert Ask.objects.filter(kind="peer").count() == 2


def test_a_peer_who_stopped_is_not_asked_by_anybody(world, ana, eve, anybody):
    anybody.post(f"answers/{letter_key(Ask.objects.get(pk=world.referral.ask_id))}/stop")
    for caller in (ana, eve):
        [error] = caller.post("referrals", {"name": "Ben", "email": "Ben@Peer.example"}).json()["errors"]
        assert (error["pointer"], error["code"]) == ("/email", "stopped")


def test_a_peer_is_asked_about_a_profile(db):
    caller = with_key(builders.user("dora@draft.example"))
    assert caller.post("referrals", BEN).status_code == 404
    assert not Ask.objects.filter(consultant__email="dora@draft.example").exists()


def test_the_language_of_who_is_asked_may_be_named(world, ana):
    assert ana.post("referrals", BEN | {"language": "fr"}).status_code == 201
    ask = Ask.objects.select_related("referee").latest("id")
    assert ask.referee.language == "fr"


def test_another_language_is_refused_by_name(world, ana):
    for language in ("xx", "FR", "d" * 1000):
        answer = ana.post("referrals", BEN | {"language": language})
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["pointer"], error["code"]) == (400, "/language", "unknown_language")
    for language in (None, 7, ["de"]):
        answer = ana.post("referrals", BEN | {"language": language})
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["pointer"]) == (400, "/language")
    assert not Ask.objects.filter(referee__email=BEN["email"]).exists()
