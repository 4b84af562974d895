"""What she said to one question: corrected, shown otherwise, taken back, handed on, by the link alone."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from tests import builders
from tests.builders import AT, BEN, CARLA
from tests.web.referee import EFFECT, NOW, NUMBERS, SAW, WORDS, WORK, address, fill, opened
from vetting.followups.models import Ask, ConsultantStop
from vetting.mail.queries import is_suppressed
from vetting.outcomes.models import Attestation, Outcome
from vetting.outcomes.queries import said_in
from vetting.privacy import corrections
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral

pytestmark = pytest.mark.django_db

CORRECTION = {**WORK, **NUMBERS, **EFFECT, "publish": "sector"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ask():
    return builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))


@pytest.fixture
def answered(client, ask):
    opened(client, ask)
    fill(client, ask)
    assert client.post(address(ask, "check"), {"publish": "sector"}).status_code == 302
    return ask


@pytest.fixture
def peer_ask():
    profile = builders.consultant("Peter Vitols")
    return referrals.ask_peer(profile=profile, name=BEN[0], email=BEN[1], by=profile.owner.actor, at=AT).ask


def words_of(response):
    return " ".join(response.content.decode().split())


# --- correct --------------------------------------------------------------------------------------------


def test_the_page_says_what_she_may_do(client, answered):
    page = words_of(client.get(address(answered)))
    for name in ("correct", "publish", "take-back", "mine", "stop"):
        assert address(answered, name) in page


def test_a_correction_starts_from_what_she_said_and_shows(client, answered):
    form = client.get(address(answered, "correct")).context["form"]
    assert {name: form[name].value() for name in form.fields} == {
        **CORRECTION,
        "interests": [],
        "baseline_value": "",
        "result_value": "6.5",
    }
    done = client.post(address(answered, "correct"), CORRECTION | {"result_value": "7.25", "role": "Head"})
    assert (done.status_code, done["Location"]) == (302, address(answered))
    page = words_of(client.get(address(answered)))
    assert "What you said on 4 May 2026, corrected on 4 May 2026" in page
    assert "7.25 EUR" in page
    assert "6.50 EUR" not in page
    assert [row.result_value for row in said_in(answered.pk)] == [Decimal("6.5"), Decimal("7.25")]


def test_sent_twice_it_counts_once(client, answered):
    for _ in range(2):
        client.post(address(answered, "correct"), CORRECTION | {"role": "Head"})
    assert Attestation.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"result_value": "about six"}, "Write a number"),
        ({"result_value": ""}, "Write the right number"),
        ({"role": "x\x00y"}, "Null characters are not allowed"),
        ({"role": "x" * 1_000_000}, "1,000,000 characters"),
        ({"publish": "shouted"}, "Choose from the answers offered."),
        ({"result": "confirm", "result_value": "7"}, "You wrote another number"),
    ],
)
def test_what_is_wrong_comes_back_with_everything_that_was_typed(client, answered, typed, shown):
    response = client.post(address(answered, "correct"), CORRECTION | {"role": "Kept"} | typed)
    assert response.status_code == 422
    assert shown in words_of(response)
    assert ("Kept" in words_of(response)) is ("role" not in typed)
    assert Attestation.objects.count() == 1


def test_no_work_at_all_needs_nothing_more(client, answered):
    client.post(address(answered, "correct"), CORRECTION | {"worked_together": "no"})
    assert Outcome.objects.get().status == "rejected"
    form = client.get(address(answered, "correct")).context["form"]
    assert (form["worked_together"].value(), form["baseline"].value()) == ("no", "cannot_say")


def test_a_peer_corrects_his_words(client, peer_ask):
    opened(client, peer_ask)
    client.post(address(peer_ask, "saw"), SAW)
    client.post(address(peer_ask, "words"), WORDS)
    client.post(address(peer_ask, "check"))
    form = client.get(address(peer_ask, "correct")).context["form"]
    assert {name: form[name].value() for name in form.fields} == SAW | WORDS
    wrong = client.post(address(peer_ask, "correct"), SAW | WORDS | {"seen_to": "1999"})
    assert (wrong.status_code, "The last year lies before the first." in words_of(wrong)) == (422, True)
    assert (
        client.post(address(peer_ask, "correct"), SAW | WORDS | {"saw": "Less than I said."}).status_code
        == 302
    )
    assert "Less than I said." in words_of(client.get(address(peer_ask)))
    assert client.post(address(peer_ask, "take-back")).status_code == 302
    assert "You have taken back your answer" in words_of(client.get(address(peer_ask)))
    assert sorted(row.status for row in Referral.objects.all()) == ["superseded", "withdrawn"]
    assert client.get(address(peer_ask, "publish")).status_code == 302


# --- publish and take back ------------------------------------------------------------------------------


def test_the_publication_is_changed_and_nothing_else(client, answered):
    page = client.get(address(answered, "publish"))
    assert "A result its client keeps sealed." in words_of(page)
    assert page.context["form"]["publish"].value() == "sector"
    assert client.post(address(answered, "publish"), {"publish": "sealed"}).status_code == 302
    first, second = said_in(answered.pk)
    assert (second.publish, second.role, second.result_value) == ("sealed", first.role, first.result_value)
    assert client.post(address(answered, "publish"), {}).status_code == 422


def test_taking_back_asks_first_and_is_done_once(client, answered):
    assert "Take back your answer?" in words_of(client.get(address(answered, "take-back")))
    assert Outcome.objects.get().status == "corrected"
    for _ in range(2):
        assert client.post(address(answered, "take-back")).status_code == 302
    page = words_of(client.get(address(answered)))
    assert "You have taken back your answer" in page
    assert "6.50 EUR" in page
    assert "page it reads" not in page
    assert (Outcome.objects.get().status, Attestation.objects.count()) == ("retracted", 2)
    for screen in ("correct", "publish"):
        assert client.post(address(answered, screen), CORRECTION)["Location"] == address(answered)


def test_of_a_result_that_was_superseded_the_form_says_so(client, answered):
    from vetting.audit.actions import move

    move(Outcome.objects.get(), "superseded", by=builders.staff(), at=NOW)
    response = client.post(address(answered, "correct"), CORRECTION | {"role": "Kept"})
    assert response.status_code == 422
    assert "nothing of it counts any more" in words_of(response)
    assert "Kept" in words_of(response)


def test_opening_changes_nothing(client, answered):
    before = list(Ask.objects.values()), Attestation.objects.count(), Ask.objects.count()
    for screen in ("correct", "publish", "take-back", "stop-consultant", "not-me", "mine"):
        assert client.get(address(answered, screen)).status_code in {200, 302}
        assert client.head(address(answered, screen)).status_code in {200, 302}
    assert (list(Ask.objects.values()), Attestation.objects.count(), Ask.objects.count()) == before


@pytest.mark.parametrize("screen", ["correct", "publish", "take-back", "stop-consultant", "not-me", "mine"])
def test_without_the_letter_there_is_nothing(answered, screen):
    stranger = Client()
    assert stranger.get(address(answered, screen)).status_code == 404
    if screen != "mine":
        assert stranger.post(address(answered, screen), CORRECTION).status_code == 404
    other = builders.asked(
        builders.outcome(builders.goal(builders.engagement(builders.consultant("Eve Ozola")))),
        ("Dora", "dora@elsewhere.example"),
    )
    opened(stranger, other)
    assert stranger.get(address(answered, screen)).status_code == 404


@pytest.mark.parametrize("screen", ["correct", "publish", "take-back"])
def test_what_was_not_answered_is_not_corrected(client, ask, screen):
    opened(client, ask)
    assert client.post(address(ask, screen), CORRECTION)["Location"] == address(ask)
    assert Attestation.objects.count() == 0


def test_a_form_from_elsewhere_changes_nothing(answered):
    assert Client(enforce_csrf_checks=True).post(address(answered, "take-back")).status_code == 403


# --- not me, and one consultant -------------------------------------------------------------------------


def test_somebody_else_is_named(client, ask):
    opened(client, ask)
    assert address(ask, "not-me") in words_of(client.get(address(ask)))
    bad = client.post(address(ask, "not-me"), {"name": "Dora", "email": CARLA[1]})
    assert (bad.status_code, "This is your own address" in words_of(bad)) == (422, True)
    good = {"name": "Dora Director", "email": "dora@paper-umbrella.example"}
    for _ in range(2):
        assert client.post(address(ask, "not-me"), good)["Location"] == address(ask)
    page = words_of(client.get(address(ask)))
    assert "You have named somebody else" in page
    assert "We ask Dora Director by the same rules" in page
    assert Ask.objects.count() == 2
    successor = Ask.objects.get(replaces=ask)
    colleague = Client()
    first = words_of(opened(colleague, successor))
    assert "and Carla Controller names you as the person" in first
    assert "Carla Controller gave us your name and address" in first


@pytest.mark.parametrize(
    "typed",
    [{}, {"name": "x\x00", "email": "a@b.example"}, {"name": "x" * 1_000_000, "email": "d@b.example"}],
)
def test_a_bad_name_comes_back(client, ask, typed):
    opened(client, ask)
    assert client.post(address(ask, "not-me"), typed).status_code == 422
    assert Ask.objects.count() == 1


def test_a_peer_is_not_offered_to_hand_it_on(client, peer_ask):
    page = words_of(opened(client, peer_ask))
    assert address(peer_ask, "not-me") not in page
    assert client.get(address(peer_ask, "not-me")).status_code == 302


def test_one_consultant_is_stopped(client, ask):
    opened(client, ask)
    assert "Stop letters about Ana Kalnina?" in words_of(client.get(address(ask, "stop-consultant")))
    assert not ConsultantStop.objects.exists()
    for _ in range(2):
        done = client.post(address(ask, "stop-consultant"))
        assert (done.status_code, "reaches you any more" in words_of(done)) == (200, True)
    assert (ConsultantStop.objects.count(), is_suppressed(CARLA[1])) == (1, False)
    closed = words_of(client.get(address(ask)))
    assert "You have stopped letters about Ana Kalnina" in closed
    assert address(ask, "stop") in closed


def test_a_correction_through_the_action_is_what_the_page_shows(client, answered):
    corrections.take_back(answered.pk, at=NOW + timedelta(seconds=1))
    assert "taken back" in words_of(client.get(address(answered)))
