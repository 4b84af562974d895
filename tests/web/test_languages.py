"""The referee's pages in her language: all of them, what she is told is wrong, and the way to another."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.utils.translation import get_language

from tests import builders as b
from tests.builders import AT, BEN, CARLA
from tests.drawer import key_of
from tests.web import referee
from tests.web.referee import NOW, address, fill, opened
from tests.web.test_mine import entered, the_code
from vetting.engagements import actions as engagements
from vetting.followups import actions as followups
from vetting.followups.models import Ask, AskKey, Referee
from vetting.kernel.actors import system
from vetting.kernel.keys import digest, new_secret
from vetting.kernel.languages import LANGUAGES
from vetting.outcomes import waves
from vetting.outcomes.models import Attestation, FollowUp
from vetting.outcomes.questionnaire import questions
from vetting.referrals import actions as referrals

pytestmark = pytest.mark.django_db

OTHERS = [language for language in LANGUAGES if language != "en"]
# Sentences of the pages that no other language writes the same.
ENGLISH = re.compile(
    r"\b(the|your|you|and|what|is|are|of|this|who|here|with|from|will|letters?|answers?|stop|go on|back)\b",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def ask():
    return b.asked(b.outcome(b.goal(b.engagement(b.consultant("Ana Kalnina"), work="Umbau"))))


def speak(ask, language):
    followups.speak(ask.referee_id, language=language, at=AT)
    ask.refresh_from_db()


def left_in_english(response):
    """Words of a page that are still English, besides what is public, and what people wrote themselves."""
    html = re.sub(r"<(script|style|title)\b.*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    html = re.sub(r'<(p|dd)[^>]* lang="en">.*?</\1>', "", html, flags=re.DOTALL)
    for own in ("Paper Umbrella", "Without dismissals.", "letters@"):
        html = html.replace(own, "")
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    return ENGLISH.findall(text)


def check(response, language, *, status=200):
    assert response.status_code == status
    assert f'<html lang="{language}">' in response.content.decode()
    assert left_in_english(response) == []
    assert get_language() == "en"  # nothing of it stays for the next request


@pytest.mark.parametrize("language", OTHERS)
def test_a_result_is_confirmed_in_each_of_them(client, ask, language):
    speak(ask, language)
    check(opened(client, ask), language)
    for screen in ("work", "numbers", "effect"):
        check(client.post(address(ask, screen), {}), language, status=422)
        assert client.post(address(ask, screen), referee.SCREENS[screen]).status_code == 302
    page = client.get(address(ask, "check"))
    check(page, language)
    assert "Umbau, Paper Umbrella" in page.content.decode()  # as it will read, in English
    assert "says the client." in page.content.decode()
    for way in ("decline", "stop", "saved", "not-me", "stop-consultant"):
        check(client.get(address(ask, way)), language)
    check(client.post(address(ask, "check"), {"publish": "named"}, follow=True), language)
    for way in ("correct", "publish", "take-back"):
        check(client.get(address(ask, way)), language)
    given = Attestation.objects.get(ask=ask)
    assert (given.questionnaire, given.language) == ("outcome-1", language)
    asked = questions(given.questionnaire, given.language)["worked_together"]
    assert asked.words in client.get(address(ask)).content.decode()


@pytest.mark.parametrize("language", OTHERS)
def test_a_goal_and_a_peers_word_too(client, language):
    work = b.engagement(b.consultant("Eve Ozola"), ends_on=None, work="Umbau")
    goal = b.goal(work, note="Without dismissals.")
    whom = {"name": CARLA[0], "email": CARLA[1], "language": language}
    by = work.profile.owner.actor
    asked = engagements.propose_goal(goal, by=by, at=AT, **whom)
    check(opened(client, asked), language)
    check(client.post(address(asked, "goal"), {"accepts": "yes"}, follow=True), language)
    peter = b.consultant("Peter Vitols")
    whom = {"name": BEN[0], "email": BEN[1], "language": language}
    peer = referrals.ask_peer(profile=peter, by=peter.owner.actor, at=AT, **whom).ask
    check(opened(client, peer), language)
    client.post(address(peer, "saw"), referee.SAW)
    check(client.get(address(peer, "words")), language)
    words = {"skill": "Logistik", "saw": "Vorrat sank.", "gets_fee": "no"}
    client.post(address(peer, "words"), words)
    check(client.get(address(peer, "check")), language)
    check(client.post(address(peer, "check"), {}, follow=True), language)


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_number_again_and_her_own_page(client, clock, language):
    outcome = b.result(b.consultant("Ana Kalnina"), work={"work": "Umbau"})
    speak(Ask.objects.get(), language)
    monday = AT + timedelta(days=91)
    clock.move_to(monday + timedelta(hours=2))
    again = waves.ask_again(outcome.pk, by=system("test"), at=monday)
    client.get(f"/r/{key_of(again, at=monday)}/")
    check(client.get(address(again)), language)
    wrong = client.post(address(again), {"still": "grew", "still_value": "9"})
    check(wrong, language, status=422)
    thanks = client.post(address(again), {"still": "faded", "still_value": "7"}, follow=True)
    check(thanks, language)
    given = FollowUp.objects.get()
    assert (given.questionnaire, given.language) == ("sustain-1", language)
    assert "7,00 EUR" in thanks.content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("language", OTHERS)
def test_her_own_page_and_the_way_to_it(client, ask, language):
    speak(ask, language)
    client.get(f"/r/{key_of(ask, at=AT)}/mine/")
    check(client.get("/r/mine/"), language)
    client.post("/r/mine/code/")
    check(client.post("/r/mine/", {"code": "1"}), language, status=422)
    check(client.post("/r/mine/", {"code": the_code()}, follow=True), language)
    check(client.get("/r/mine/erase/"), language)
    check(client.get("/r/mine/stop/"), language)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("end", ["decline", "stop", "expire", "cancel", "replace", "bounce"])
def test_a_question_that_is_closed_says_so(client, ask, clock, language, end):
    speak(ask, language)
    opened(client, ask)
    ask.refresh_from_db()
    if end == "decline":
        followups.decline(ask.pk, at=NOW)
    elif end == "stop":
        followups.stop(ask.pk, at=NOW)
    elif end == "replace":
        followups.hand_on(ask.pk, name="Olga", email="olga@paper-umbrella.example", at=NOW)
    elif end == "cancel":
        followups.cancel(ask.subject_id, by=system("test"), at=NOW)
    elif end == "bounce":
        followups.bounce(ask, for_good=False, at=NOW)
    else:
        clock.move_to(ask.expires_at)
        followups.expire(ask.pk, at=ask.expires_at)
        client = Client()
        return check_gone(client, ask, language)
    status = 200 if end in {"decline", "stop", "replace"} else 410
    return check(client.get(address(ask)), language, status=status)


def check_gone(client, ask, language):
    secret = new_secret()
    at = ask.expires_at
    AskKey.objects.create(ask=ask, digest=digest(secret), created_at=at, expires_at=at + timedelta(days=9))
    check(client.get(f"/r/{secret}/"), language, status=410)


def test_six_buttons_change_it_and_lead_back(client, ask):
    page = opened(client, ask).content.decode()
    assert '<html lang="en">' in page
    for code, name in LANGUAGES.items():
        assert f'value="{code}" lang="{code}"' in page
        assert f">{name}</button>" in page
    back = address(ask, "work")
    changed = client.post(address(ask, "language"), {"language": "de", "back": back})
    assert (changed.status_code, changed["Location"]) == (302, back)
    assert "Stimmt dieses Ergebnis?" in client.get(back).content.decode()
    assert Referee.objects.get().language == "de"
    assert 'value="de" lang="de" aria-current="true"' in client.get(back).content.decode()


@pytest.mark.parametrize("back", ["https://eve.example/", "//eve.example", "/desk/", "", "/r/mine/"])
def test_it_leads_nowhere_else(client, ask, back):
    opened(client, ask)
    changed = client.post(address(ask, "language"), {"language": "fr", "back": back})
    assert (changed.status_code, changed["Location"]) == (302, address(ask))


@pytest.mark.parametrize("language", ["", "xx", "DE", "\x00", "d" * 10_000])
def test_a_language_that_is_none_of_ours_changes_nothing(client, ask, language):
    opened(client, ask)
    assert client.post(address(ask, "language"), {"language": language}).status_code == 302
    assert Referee.objects.get().language == ""


def test_nobody_changes_it_for_her(ask):
    stranger = Client()
    assert stranger.post(address(ask, "language"), {"language": "de"}).status_code == 404
    assert stranger.post("/r/mine/language/", {"language": "de"}).status_code == 404
    assert stranger.get(address(ask, "language")).status_code == 405
    assert Referee.objects.get().language == ""


def test_it_is_changed_on_her_own_page_too(client, ask):
    entered(client, ask)
    changed = client.post("/r/mine/language/", {"language": "lv", "back": "/r/mine/"})
    assert (changed.status_code, changed["Location"]) == (302, "/r/mine/")
    check(client.get("/r/mine/"), "lv")


def test_what_stood_in_a_field_outlives_a_change_of_language(client):
    goal = b.goal(
        b.engagement(b.consultant()),
        metric="time_to_resolve",
        baseline=Decimal(30),
        target=Decimal(20),
        currency="",
    )
    ask = b.asked(b.outcome(goal, achieved=Decimal(18)))
    opened(client, ask)
    client.post(address(ask, "work"), referee.WORK)
    typed = {"baseline": "correct", "baseline_value": "28.5 hours", "result": "confirm"}
    assert client.post(address(ask, "numbers"), typed).status_code == 302
    speak(ask, "ru")
    page = client.get(address(ask, "effect"))
    check(page, "ru")
    client.post(address(ask, "effect"), referee.EFFECT)
    assert "28,5 часа" in client.get(address(ask, "check")).content.decode()


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("de-AT,de;q=0.9", "de"),
        ("lv", "lv"),
        ("it,es;q=0.5", "es"),
        ("ja", "en"),
        ("", "en"),
        ("\x00;;", "en"),
    ],
)
def test_a_page_that_knows_nobody_goes_by_the_browser(client, accepts, language):
    page = client.get(f"/r/{'x' * 43}/", headers={"accept-language": accepts})
    assert page.status_code == 404
    assert f'<html lang="{language}">' in page.content.decode()
    assert "/language/" not in page.content.decode()
    gone = client.get("/r/mine/erased/", headers={"accept-language": accepts})
    assert f'<html lang="{language}">' in gone.content.decode()


def test_filled_in_german_it_is_the_same_answer(client, ask):
    speak(ask, "de")
    opened(client, ask)
    fill(client, ask)
    client.post(address(ask, "check"), {"publish": "sector"})
    given = Attestation.objects.get()
    assert (str(given.result_value), given.share_low, given.transfer) == ("6.500000", 50, 3)
