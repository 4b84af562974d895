"""The page with all that one referee said: a link leads to the code, the code to the page."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests import builders
from tests.builders import AT, CARLA
from tests.drawer import Drawer, key_of, text_of
from tests.web.referee import NOW, address, opened
from vetting.accounts.models import User
from vetting.followups import actions as followups
from vetting.followups.models import Ask, Referee
from vetting.mail.queries import is_suppressed
from vetting.outcomes.models import Outcome
from vetting.privacy.codes import send_code
from vetting.privacy.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def ask():
    """Carla has answered Ben and is asked by Ana, whose letter she has."""
    builders.answered(
        builders.outcome(builders.goal(builders.engagement(builders.consultant("Ben Peer"), work="Pricing"))),
        role="Zebra keeper",
    )
    return builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))


def words_of(response):
    return " ".join(response.content.decode().split())


def the_code():
    drawer = Drawer()
    while send_code(post=drawer, at=NOW):
        pass
    return re.findall(r"^(\d{6})\s*$", text_of(drawer.letters[-1]), re.MULTILINE)[0]


def entered(client, ask):
    """Her page, by the link in the letter and the code in the other."""
    if ask.status == "queued":
        client.get(f"/r/{key_of(ask, at=AT)}/mine/")
    client.post("/r/mine/code/")
    return client.post("/r/mine/", {"code": the_code()}, follow=True)


def test_the_link_leads_to_a_code_and_the_code_to_the_page(client, ask):
    key = key_of(ask, at=AT)
    first = client.get(f"/r/{key}/mine/")
    assert (first.status_code, first["Location"], first["Referrer-Policy"]) == (
        302,
        "/r/mine/",
        "no-referrer",
    )
    cookie = first.cookies["entrance"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/r/mine/", True, "Lax")
    page = client.get("/r/mine/")
    assert (page.status_code, page["Cache-Control"], page["X-Robots-Tag"]) == (200, "no-store", "noindex")
    assert "c…@paper-umbrella.example" in words_of(page)
    assert CARLA[1] not in words_of(page)
    assert "Zebra" not in words_of(page)
    assert Visit.objects.count() == 0  # a GET sends no letter
    sent = client.post("/r/mine/code/")
    assert (sent.status_code, sent["Location"]) == (302, "/r/mine/")
    visit = sent.cookies["visit"]
    assert (visit["path"], visit["httponly"], visit["samesite"], visit["max-age"]) == (
        "/r/",
        True,
        "Lax",
        3600,
    )
    assert "Enter the code from our letter" in words_of(client.get("/r/mine/"))
    done = client.post("/r/mine/", {"code": the_code()})
    assert (done.status_code, done["Location"]) == (302, "/r/mine/")
    assert done.cookies["visit"].value != visit.value
    page = words_of(client.get("/r/mine/"))
    for text in (
        "Zebra keeper",
        "Ben Peer: Cost per ticket, 9.40 EUR to 6.10 EUR",
        "Open to you",
        CARLA[1],
        "4 May 2026, from ",
    ):
        assert text in page
    assert User.objects.filter(email=CARLA[1]).count() == 0


def test_from_the_page_of_one_question_it_is_one_step(client, ask):
    opened(client, ask)
    assert client.get(address(ask, "mine"))["Location"] == "/r/mine/"
    assert "Send me a code" in words_of(client.get("/r/mine/"))


def test_an_old_link_still_leads_to_the_code_and_to_nothing_else(client, ask, clock):
    key = key_of(ask, at=AT)
    clock.move_to(NOW + timedelta(days=200))
    assert client.get(f"/r/{key}/").status_code == 404
    assert client.get(f"/r/{key}/mine/", follow=True).status_code == 200
    assert client.get(address(ask)).status_code == 404


@pytest.mark.parametrize("key", ["x", "x" * 43, "x" * 5_000, "%00" * 43])
def test_an_altered_link_leads_nowhere(client, key):
    page = client.get(f"/r/{key}/mine/")
    unknown = client.get("/r/mine/")
    assert (page.status_code, unknown.status_code) == (404, 404)
    assert page.content == unknown.content
    assert (
        client.post("/r/mine/code/").status_code == client.post("/r/mine/", {"code": "1"}).status_code == 404
    )


def test_a_forged_cookie_opens_nothing(client, ask):
    key = key_of(ask, at=AT)
    client.cookies["entrance"] = key
    client.cookies["visit"] = "x" * 43
    assert client.get("/r/mine/").status_code == 404
    for page in ("download", "erase", "stop"):
        assert client.get(f"/r/mine/{page}/")["Location"] == "/r/mine/"


def test_a_wrong_code_five_times_is_over(client, ask):
    client.get(f"/r/{key_of(ask, at=AT)}/mine/")
    client.post("/r/mine/code/")
    code = the_code()
    wrong = "123456" if code != "123456" else "123457"
    for left in (4, 3, 2, 1):
        response = client.post("/r/mine/", {"code": wrong})
        assert (response.status_code, f"You have {left} more tr" in words_of(response)) == (422, True)
    assert client.post("/r/mine/", {"code": wrong}).status_code == 422
    over = client.post("/r/mine/", {"code": code})
    assert (over.status_code, "not valid any more" in words_of(over)) == (422, True)
    assert client.post("/r/mine/code/").status_code == 302
    assert client.post("/r/mine/", {"code": the_code()}).status_code == 302


@pytest.mark.parametrize(
    "typed", [{}, {"code": ""}, {"code": "x\x00"}, {"code": "9" * 1_000_000}, {"code": "٠٤٢٩١٧"}]
)
def test_nonsense_is_no_code_and_no_error(client, ask, typed):
    client.get(f"/r/{key_of(ask, at=AT)}/mine/")
    client.post("/r/mine/code/")
    the_code()
    assert client.post("/r/mine/", typed).status_code == 422


def test_a_code_sent_too_late_says_so(client, ask, clock):
    client.get(f"/r/{key_of(ask, at=AT)}/mine/")
    client.post("/r/mine/code/")
    code = the_code()
    clock.move_to(NOW + timedelta(minutes=16))
    late = client.post("/r/mine/", {"code": code})
    assert (late.status_code, "That code is over" in words_of(late)) == (422, True)
    assert "Zebra" not in words_of(late)


def test_there_are_so_many_codes_an_hour(client, ask):
    client.get(f"/r/{key_of(ask, at=AT)}/mine/")
    assert [client.post("/r/mine/code/").status_code for _ in range(5)] == [302, 302, 302, 302, 429]


def test_the_code_is_of_no_use_to_another_browser(client, ask):
    client.get(f"/r/{key_of(ask, at=AT)}/mine/")
    client.post("/r/mine/code/")
    code, thief = the_code(), Client()
    assert thief.post("/r/mine/", {"code": code}).status_code == 404
    assert client.post("/r/mine/", {"code": code}).status_code == 302


def test_with_her_page_open_all_her_questions_are(client, ask):
    entered(client, ask)
    first = Ask.objects.get(status="answered")
    assert "Zebra keeper" in words_of(client.get(address(first)))
    assert client.post(address(first, "take-back")).status_code == 302
    assert "nothing of it counts or shows any more" in words_of(client.get("/r/mine/"))
    assert client.post(address(ask, "decline"), {}).status_code == 302
    assert "You declined on 4 May 2026." in words_of(client.get("/r/mine/"))
    stranger = builders.asked(
        builders.outcome(builders.goal(builders.engagement(builders.consultant("Eve Ozola")))),
        ("Dora", "dora@elsewhere.example"),
    )
    assert client.get(address(stranger)).status_code == 404


def test_the_page_closes_within_the_hour_and_by_a_button(client, ask, clock):
    assert entered(client, ask).status_code == 200
    clock.move_to(NOW + timedelta(minutes=61))
    assert "Zebra" not in words_of(client.get("/r/mine/"))
    first = Ask.objects.get(status="answered")
    assert client.get(address(first)).status_code == 404
    clock.move_to(NOW)
    assert "Zebra" in words_of(entered(client, ask))
    secret = client.cookies["visit"].value
    assert client.post("/r/mine/leave/").status_code == 302
    client.cookies["visit"] = secret
    assert client.get("/r/mine/").status_code == 404


def test_she_takes_all_of_it_along(client, ask):
    entered(client, ask)
    response = client.get("/r/mine/download/")
    assert response["Content-Disposition"] == 'attachment; filename="what-i-said.json"'
    assert response["Cache-Control"] == "no-store"
    copy = json.loads(response.content)
    questions = {each["status"]: each for each in copy["questions"]}
    assert sorted(questions) == ["answered", "sent"]
    assert questions["answered"]["said"][0]["role"] == "Zebra keeper"


@pytest.mark.parametrize("stop_too", [True, False])
def test_she_erases_all_of_it(client, ask, stop_too):
    entered(client, ask)
    assert "Erase all of it?" in words_of(client.get("/r/mine/erase/"))
    assert Referee.objects.get().email == CARLA[1]
    done = client.post("/r/mine/erase/", {"stop_too": "on"} if stop_too else {}, follow=True)
    assert "It is erased" in words_of(done)
    assert (Referee.objects.get().email, is_suppressed(CARLA[1])) == ("", stop_too)
    assert {row.status for row in Outcome.objects.all()} == {"retracted", "awaiting_client"}
    assert client.get("/r/mine/").status_code == 404
    assert client.get(address(ask)).status_code == 404
    assert client.post("/r/mine/erase/")["Location"] == "/r/mine/"


def test_she_stops_all_letters(client, ask):
    entered(client, ask)
    assert client.get("/r/mine/stop/").status_code == 200
    assert not is_suppressed(CARLA[1])
    assert "No letter from us reaches you any more" in words_of(client.post("/r/mine/stop/"))
    assert is_suppressed(CARLA[1])
    page = words_of(client.get("/r/mine/"))
    assert "No letter of ours goes to this address any more" in page
    assert "Zebra keeper" in page


def test_one_who_stopped_gets_in_all_the_same(client, ask):
    key = key_of(ask, at=AT)
    followups.stop(ask.pk, at=NOW)
    client.get(f"/r/{key}/mine/")
    client.post("/r/mine/code/")
    assert client.post("/r/mine/", {"code": the_code()}).status_code == 302


def test_every_form_wants_its_token(ask):
    guarded = Client(enforce_csrf_checks=True)
    guarded.get(f"/r/{key_of(ask, at=AT)}/mine/")
    for page in ("", "code/", "erase/", "stop/", "leave/"):
        assert guarded.post(f"/r/mine/{page}").status_code == 403
    assert Visit.objects.count() == 0


def test_reading_changes_nothing(client, ask):
    entered(client, ask)
    before = list(Ask.objects.order_by("id").values()), list(Visit.objects.values()), Outcome.objects.count()
    for page in ("", "download/", "erase/", "erased/", "stop/"):
        assert client.get(f"/r/mine/{page}").status_code == 200
    assert client.get("/r/mine/code/").status_code == client.get("/r/mine/leave/").status_code == 405
    assert (
        list(Ask.objects.order_by("id").values()),
        list(Visit.objects.values()),
        Outcome.objects.count(),
    ) == before
