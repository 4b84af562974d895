"""The pages a letter's link opens, as a referee walks them: over HTTP, without scripts, without an account."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.builders import AT, BEN, CARLA
from tests.drawer import key_of
from tests.web.referee import (
    EFFECT,
    NOW,
    NUMBERS,
    SAW,
    SCREENS,
    WORDS,
    WORK,
    address,
    fill,
    opened,
    without_switch,
)
from vetting.engagements import actions as engagements
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.outcomes import actions as outcomes
from vetting.outcomes.models import Attestation
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ask():
    """Carla was asked about Ana's result: cost per ticket from 9.40 to 6.10 EUR."""
    return builders.asked(builders.outcome(builders.goal(builders.engagement(builders.consultant()))))


@pytest.fixture
def goal_ask():
    work = builders.engagement(builders.consultant(), starts_on=date(2026, 5, 1), ends_on=None)
    goal = builders.goal(work, due_on=date(2026, 12, 1), note="Without dismissals.")
    return engagements.propose_goal(goal, name=CARLA[0], email=CARLA[1], by=work.profile.owner.actor, at=AT)


@pytest.fixture
def peer_ask():
    profile = builders.consultant("Peter Vitols")
    return referrals.ask_peer(profile=profile, name=BEN[0], email=BEN[1], by=profile.owner.actor, at=AT).ask


# --- the link -------------------------------------------------------------------------------------------


def test_the_link_becomes_a_cookie_and_a_clean_address(client, ask):
    key = key_of(ask, at=AT)
    response = client.get(f"/r/{key}/")
    assert (response.status_code, response["Location"]) == (302, address(ask))
    assert {name: response[name] for name in ("Referrer-Policy", "Cache-Control", "X-Robots-Tag")} == {
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    cookie = response.cookies["letter"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (
        address(ask),
        True,
        "Lax",
        43_200,
    )
    page = client.get(response["Location"])
    assert page.status_code == 200
    assert key not in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    # A form on a page without any referrer would be posted without an origin, and refused.
    assert page["Referrer-Policy"] == "same-origin"


def test_the_cookie_goes_out_over_tls_only_where_sessions_do(client, ask, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert client.get(f"/r/{key_of(ask, at=AT)}/").cookies["letter"]["secure"] is True


def test_opening_writes_nothing(client, ask):
    key = key_of(ask, at=AT)
    with CaptureQueriesContext(connection) as queries:
        for path in (
            f"/r/{key}/",
            address(ask),
            address(ask, "work"),
            f"/r/{key}/stop/",
            f"/r/{key}/decline/",
        ):
            for method in (client.get, client.head):
                assert method(path, follow=True).status_code == 200
    written = [each["sql"] for each in queries if not each["sql"].startswith("SELECT")]
    assert written == []
    ask.refresh_from_db()
    assert (ask.status, ask.draft) == ("sent", {})


@pytest.mark.parametrize(
    "path", ["{key}x/", "{other}/", "short/", "a/", "%00/", "{key}x/stop/", "{key}x/decline/"]
)
def test_an_altered_key_opens_nothing(client, ask, path):
    key = key_of(ask, at=AT)
    other = key[:-1] + ("A" if key[-1] != "A" else "B")
    for method in (client.get, client.post):
        response = method("/r/" + path.format(key=key, other=other))
        assert response.status_code in {404, 405}
        assert "letter" not in response.cookies


def test_a_key_that_has_run_out_reads_as_one_that_never_was(client, ask):
    key = key_of(ask, at=AT)
    with time_machine.travel(NOW + followups.QUEUE_LIFE, tick=False):
        old = client.get(f"/r/{key}/")
    unknown = client.get(f"/r/{'x' * 43}/")
    assert (old.status_code, old.content) == (unknown.status_code, unknown.content) == (404, old.content)


def test_the_page_needs_the_cookie_of_this_very_ask(client, ask, peer_ask):
    opened(client, peer_ask)
    stranger = client.get(address(ask))
    assert stranger.status_code == 404
    nobody = client.get(f"/r/a/{uuid4()}/")
    assert (nobody.status_code, nobody.content) == (404, stranger.content)
    for page in ("work", "decline", "stop"):
        assert client.post(address(ask, page), WORK).status_code == 404


def test_a_forged_cookie_opens_nothing(client, ask, peer_ask):
    opened(client, peer_ask)
    client.cookies["letter"]["path"] = address(ask)
    assert client.get(address(ask)).status_code == 404


# --- the first screen -----------------------------------------------------------------------------------


def test_the_first_screen_says_who_asks_about_what_and_what_becomes_of_it(client, ask):
    page = opened(client, ask).content.decode()
    for words in (
        "Ana Kalnina reports a result and names you",
        "Customer service redesign",
        "Paper Umbrella",
        "9.40 EUR",
        "7.00 EUR by",
        "6.10 EUR, measured on",
        "Ana Kalnina gave us your name and address on 4\u00a0May\u00a02026, for this result: whether it is right and",
        "in the form you choose at the end",
        "we erase your name and address on 3\u00a0July\u00a02026",
        "letters@touchstone.example",
        "I would rather not answer",
        "Stop all letters",
        "Three more screens after this",
    ):
        assert words in page, words


def test_an_engagement_that_lasts_reads_so(client, goal_ask):
    assert (
        "Customer service redesign for Paper Umbrella, from 1\u00a0May\u00a02026"
        in opened(client, goal_ask).content.decode()
    )


# --- the questionnaire ----------------------------------------------------------------------------------


def test_the_whole_way(client, ask):
    opened(client, ask)
    assert fill(client, ask)["Location"] == address(ask, "check")
    check = client.get(address(ask, "check")).content.decode()
    for words in (
        "No, it was another number: 6.50 EUR",
        "More than half (50 to 75 %)",
        "Customer service redesign, Paper Umbrella",
        "a retailer of 50-249 people in Estonia",
        "Cost per ticket: 9.40 EUR to 6.50 EUR, goal 7.00 EUR (the consultant had reported 6.10 EUR).",
        "Numbers corrected by CFO, 4\u00a0May\u00a02026.",
        "The client's own people can now do most of it.",
        "A result its client keeps sealed. It counts, and nothing else of it is shown.",
    ):
        assert words.replace("'", "&#x27;") in check, words
    sent = client.post(address(ask, "check"), {"publish": "sector"})
    assert (sent.status_code, sent["Location"]) == (302, address(ask))
    attestation = Attestation.objects.get(ask=ask)
    assert {
        name: getattr(attestation, name)
        for name in (
            "worked_together role interests baseline_verdict baseline_value result_verdict result_value share_low "
            "share_high goal_before transfer hire_again publish comment level"
        ).split()
    } == {
        "worked_together": True,
        "role": "CFO",
        "interests": [],
        "baseline_verdict": "confirm",
        "baseline_value": None,
        "result_verdict": "correct",
        "result_value": Decimal("6.5"),
        "share_low": 50,
        "share_high": 75,
        "goal_before": "yes",
        "transfer": 3,
        "hire_again": "no",
        "publish": "sector",
        "comment": "",
        "level": 3,
    }
    said = client.get(address(ask))
    assert said.status_code == 200
    for words in ("Thank you. Your answer is in.", "6.50 EUR", "a retailer of 50-249 people in Estonia"):
        assert words in said.content.decode(), words


def test_sending_twice_is_once(client, ask):
    opened(client, ask)
    fill(client, ask)
    client.post(address(ask, "check"), {"publish": "named"})
    again = client.post(address(ask, "check"), {"publish": "sealed"})
    assert again.status_code == 409
    assert without_switch(again) == without_switch(client.get(address(ask)))
    assert Attestation.objects.get(ask=ask).publish == "named"


def test_another_window_was_quicker(client, ask, monkeypatch):
    """The page was still open for her when the answer came in between reading the ask and writing."""
    opened(client, ask)
    fill(client, ask)
    attest = outcomes.attest

    def after_another(ask_id, **given):
        attest(ask_id, answers=builders.CONFIRMED, at=NOW)
        return attest(ask_id, **given)

    monkeypatch.setattr(outcomes, "attest", after_another)
    assert client.post(address(ask, "check"), {"publish": "sealed"}).status_code == 409
    assert Attestation.objects.get(ask=ask).publish == "named"


def test_each_screen_is_kept_and_found_again_by_the_same_link(client, ask):
    key = key_of(ask, at=AT)
    client.get(f"/r/{key}/")
    client.post(address(ask, "work"), WORK | {"interests": ["fee", "family"]})
    client.post(address(ask, "numbers"), NUMBERS)
    ask.refresh_from_db()
    assert (ask.status, ask.draft) == ("started", {**WORK, "interests": ["fee", "family"], **NUMBERS})
    other = Client()
    first = other.get(f"/r/{key}/", follow=True).content.decode()
    assert "Welcome back" in first
    assert 'value="CFO"' in first
    assert first.count("checked") == 3
    assert 'value="6,50"' in other.get(address(ask, "numbers")).content.decode()


def test_a_screen_cannot_be_skipped(client, ask):
    opened(client, ask)
    for screen in ("numbers", "effect", "check"):
        assert client.get(address(ask, screen))["Location"] == address(ask, "work")
        assert client.post(address(ask, screen), SCREENS.get(screen, {}))["Location"] == address(ask, "work")
    client.post(address(ask, "work"), WORK)
    assert client.get(address(ask, "check"))["Location"] == address(ask, "numbers")


def test_no_such_screen(client, ask):
    opened(client, ask)
    assert client.get(address(ask, "nonsense")).status_code == 404
    assert client.get(address(ask, "saw")).status_code == 404


def test_a_changed_screen_leads_back_to_the_last(client, ask):
    opened(client, ask)
    fill(client, ask)
    assert client.post(address(ask, "work"), WORK | {"role": "Head of finance"})["Location"] == address(
        ask, "check"
    )
    assert "Head of finance" in client.get(address(ask, "check")).content.decode()


def test_where_there_was_no_work_nothing_more_is_asked(client, ask):
    opened(client, ask)
    response = client.post(address(ask, "work"), {"worked_together": "no"})
    assert response["Location"] == address(ask, "check")
    assert client.get(address(ask, "numbers"))["Location"] == address(ask, "check")
    page = client.get(address(ask, "check")).content.decode()
    assert "Cost per ticket: the client says this work did not take place." in page
    assert "after the work" not in page
    client.post(address(ask, "check"), {"publish": "named"})
    attestation = Attestation.objects.get(ask=ask)
    assert (attestation.worked_together, attestation.result_verdict, attestation.outcome.status) == (
        False,
        "cannot_say",
        "rejected",
    )
    assert "No, this work did not take place" in client.get(address(ask)).content.decode()


def test_cannot_say_is_an_answer(client, ask):
    opened(client, ask)
    unsure = {
        "numbers": {"baseline": "cannot_say", "result": "cannot_say", "result_value": ""},
        "effect": {
            "shares": "cannot_say",
            "goal_before": "unknown",
            "transfer": "cannot_say",
            "hire_again": "cannot_say",
        },
    }
    fill(client, ask, work={"role": "", "interests": ["fee"]}, **unsure)
    page = client.get(address(ask, "check")).content.decode()
    assert "Answered by a referee at the client (tie: fee), who could not say whether it is right" in page
    client.post(address(ask, "check"), {"publish": "sealed"})
    row = Attestation.objects.get(ask=ask)
    assert (row.share_low, row.share_high, row.transfer, row.hire_again, row.publish) == (
        None,
        None,
        None,
        "cannot_say",
        "sealed",
    )
    assert "It counts, and nothing else of it is shown" in client.get(address(ask)).content.decode()


def test_the_consultants_wish_to_be_closed_holds_in_the_preview(client):
    work = builders.engagement(builders.consultant(), confidentiality="sector")
    ask = builders.asked(builders.outcome(builders.goal(work)))
    opened(client, ask)
    fill(client, ask)
    reading = client.get(address(ask, "check")).content.decode().split('class="reading reading-named"')[1]
    assert "Customer service redesign, a retailer of 50-249 people in Estonia" in reading.split("</div>")[0]


# --- bad input ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("screen", "typed", "complaint"),
    [
        ("work", {}, "Please choose one."),
        ("work", {"worked_together": "perhaps"}, "Choose from the answers offered."),
        ("work", {**WORK, "role": "x" * 1_000_000}, "1,000,000 characters; 160 fit here"),
        ("work", {**WORK, "role": "C\x00FO"}, "Null characters are not allowed"),
        ("work", {**WORK, "role": "C\x1bFO"}, "Character 2 is one that text cannot hold"),
        ("work", {**WORK, "interests": ["fee", "spite"]}, "Choose from the answers offered."),
        ("numbers", {**NUMBERS, "result_value": ""}, "Write the right number, or choose another answer."),
        ("numbers", {**NUMBERS, "result_value": "six"}, "Write a number, such as 1234.5"),
        ("numbers", {**NUMBERS, "result_value": "1e309"}, "Write a number, such as 1234.5"),
        ("numbers", {**NUMBERS, "result_value": "1,234"}, "This could be 1234 or 1.234."),
        ("numbers", {**NUMBERS, "result_value": "-1"}, "Cost per ticket cannot be below 0"),
        ("numbers", {**NUMBERS, "result_value": "9" * 30}, "too large to be a business figure"),
        ("numbers", {**NUMBERS, "result_value": "6.1234567"}, "At most six digits"),
        ("numbers", {**NUMBERS, "result": "confirm"}, "You wrote another number"),
        ("numbers", {"result": "confirm", "result_value": "7"}, "Please choose one."),
        ("effect", {**EFFECT, "transfer": "5"}, "Choose from the answers offered."),
        ("effect", {**EFFECT, "shares": ""}, "Please choose one."),
        ("check", {}, "Please choose one."),
        ("check", {"publish": "loudly"}, "Choose from the answers offered."),
    ],
)
def test_bad_input_shows_the_screen_again_with_what_was_typed(client, ask, screen, typed, complaint):
    opened(client, ask)
    for each, good in SCREENS.items():
        if each == screen:
            break
        client.post(address(ask, each), good)
    ask.refresh_from_db()
    before = ask.draft
    response = client.post(address(ask, screen), typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert complaint in page
    assert "<title>Error: " in page
    if "role" in typed:
        assert typed["role"][:100].replace("\x00", "") in page.replace("\x00", "")
    if typed.get("result_value"):
        assert f'value="{typed["result_value"]}"' in page
    ask.refresh_from_db()
    assert ask.draft == before


def test_a_corrected_start_is_repeated_back(client, ask):
    opened(client, ask)
    numbers = {"baseline": "correct", "baseline_value": "8,00", "result": "wrong", "result_value": ""}
    fill(client, ask, numbers=numbers)
    page = client.get(address(ask, "check")).content.decode()
    assert "No, it was another number: 8.00 EUR" in page
    assert "Cost per ticket: 8.00 EUR to 6.10 EUR, goal 7.00 EUR." in page
    assert "Called wrong by CFO" in page


@pytest.mark.parametrize("typed", ["6,50", "6.50", " 6,50 EUR", "€ 6.5", "6.5"])
def test_numbers_as_people_type_them(client, ask, typed):
    opened(client, ask)
    fill(client, ask, numbers={"result_value": typed})
    client.post(address(ask, "check"), {"publish": "named"})
    assert Attestation.objects.get(ask=ask).result_value == Decimal("6.5")


def test_a_form_without_its_token_is_refused(ask):
    strict = Client(enforce_csrf_checks=True)
    opened(strict, ask)
    assert strict.post(address(ask, "work"), WORK).status_code == 403
    assert strict.post(address(ask, "decline")).status_code == 403
    assert strict.post(address(ask, "stop")).status_code == 403


# --- goals ----------------------------------------------------------------------------------------------


def test_the_goal_page_says_what_is_asked(client, goal_ask):
    page = opened(client, goal_ask).content.decode()
    for words in (
        "Ana Kalnina sets down what the work is to achieve",
        "Cost per ticket. Operating expense of the service desk",
        "Without dismissals.",
        "<b>pre-registered</b>",
        "If you accept by 15\u00a0May\u00a02026, it shows as a goal that both sides set beforehand.",
        "One question, and that is all.",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("chosen", "statuses", "shown"),
    [
        ("yes", ("accepted", "answered"), "Accepted by the client, set beforehand."),
        ("no", ("declined", "answered"), "What you said on"),
        ("unsure", ("proposed", "declined"), "You have declined to answer"),
    ],
)
def test_a_goal_is_accepted_refused_or_left(client, goal_ask, chosen, statuses, shown):
    opened(client, goal_ask)
    assert client.post(address(goal_ask, "goal"), {"accepts": chosen})["Location"] == address(goal_ask)
    goal_ask.refresh_from_db()
    goal = builders.Goal.objects.get(pk=goal_ask.subject_id)
    assert (goal.status, goal_ask.status) == statuses
    said = client.get(address(goal_ask))
    assert said.status_code == 200
    assert shown in said.content.decode()
    assert client.post(address(goal_ask, "goal"), {"accepts": "yes"}).status_code == 409


def test_a_goal_accepted_too_late_or_from_elsewhere_says_so(client):
    profile = builders.consultant()
    late = builders.goal(builders.engagement(profile), due_on=date(2026, 12, 1))
    ask = engagements.propose_goal(late, name=CARLA[0], email=CARLA[1], by=profile.owner.actor, at=AT)
    assert "would have had to accept by 26\u00a0January\u00a02026" in opened(client, ask).content.decode()
    client.post(address(ask, "goal"), {"accepts": "yes"})
    assert "Accepted by the client." in client.get(address(ask)).content.decode()


def test_a_mailbox_elsewhere_cannot_set_a_goal_beforehand(client):
    work = builders.engagement(builders.consultant(), starts_on=date(2026, 5, 1), ends_on=None)
    goal = builders.goal(work, due_on=date(2026, 12, 1))
    ask = engagements.propose_goal(
        goal, name="Carla", email="carla@gmail.com", by=work.profile.owner.actor, at=AT
    )
    assert "does not lie at a domain known to be" in opened(client, ask).content.decode()


def test_a_goal_that_was_taken_back_meanwhile_is_said_on_the_form(client, goal_ask, monkeypatch):
    """The ask is still open, the goal is not: nothing is lost, and the reason shows."""
    opened(client, goal_ask)
    goal = builders.Goal.objects.get(pk=goal_ask.subject_id)
    engagements.move(goal, "withdrawn", by=goal.engagement.profile.owner.actor, at=NOW)
    response = client.post(address(goal_ask, "goal"), {"accepts": "yes"})
    assert response.status_code == 422
    assert "The consultant has withdrawn this goal." in response.content.decode()


# --- peers ----------------------------------------------------------------------------------------------


def test_a_peer_says_what_he_saw(client, peer_ask):
    assert "names you as somebody who saw them at work" in opened(client, peer_ask).content.decode()
    assert client.post(address(peer_ask, "saw"), SAW)["Location"] == address(peer_ask, "words")
    assert "One more screen after this" in client.get(address(peer_ask, "words")).content.decode()
    assert client.post(address(peer_ask, "words"), WORDS)["Location"] == address(peer_ask, "check")
    check = client.get(address(peer_ask, "check")).content.decode()
    assert "Ben Peer: hired the consultant for it, 2024 to 2026." in check
    assert client.post(address(peer_ask, "check"))["Location"] == address(peer_ask)
    referral = Referral.objects.get(ask=peer_ask)
    assert (referral.relation, referral.skill, referral.seen_from, referral.seen_to, referral.gets_fee) == (
        "hired",
        "service design",
        2024,
        2026,
        False,
    )
    assert referral.status == "accepted"
    assert "Tickets fell by a third." in client.get(address(peer_ask)).content.decode()


def test_a_fee_is_shown_and_set_aside(client, peer_ask):
    opened(client, peer_ask)
    client.post(address(peer_ask, "saw"), SAW | {"seen_from": "2026"})
    client.post(address(peer_ask, "words"), WORDS | {"gets_fee": "yes"})
    check = client.get(address(peer_ask, "check")).content.decode()
    assert "Shown, not weighed: the referrer gets a fee for it." in check
    assert "for it, 2026." in check
    client.post(address(peer_ask, "check"))
    assert Referral.objects.get(ask=peer_ask).status == "set_aside"


@pytest.mark.parametrize(
    ("screen", "typed", "complaint"),
    [
        ("saw", {**SAW, "seen_to": "2027"}, "A year from 1950 to 2026."),
        ("saw", {**SAW, "seen_to": "2023"}, "The last year lies before the first."),
        ("saw", {**SAW, "seen_from": "1e309"}, "Write the year with four digits"),
        ("saw", {**SAW, "seen_from": "\uff12\uff10\uff12\uff14"}, "Write the year with four digits"),
        ("saw", {**SAW, "relation": "loved"}, "Choose from the answers offered."),
        ("words", {**WORDS, "saw": ""}, "Please fill this in."),
        ("words", {**WORDS, "skill": "x" * 81}, "81 characters; 80 fit here"),
        ("words", {**WORDS, "saw": "x" * 4001}, "4,001 characters; 4,000 fit here"),
        ("words", {**WORDS, "gets_fee": ""}, "Please choose one."),
    ],
)
def test_a_peers_bad_input(client, peer_ask, screen, typed, complaint):
    opened(client, peer_ask)
    if screen == "words":
        client.post(address(peer_ask, "saw"), SAW)
    response = client.post(address(peer_ask, screen), typed)
    assert (response.status_code, complaint in response.content.decode()) == (422, True)


# --- decline --------------------------------------------------------------------------------------------


def test_declining_takes_a_button_and_tells_no_reason(client, ask):
    key = key_of(ask, at=AT)
    page = client.get(f"/r/{key}/decline/", follow=True)
    assert page.redirect_chain == [(address(ask, "decline"), 302)]
    assert "You would rather not answer?" in page.content.decode()
    response = client.post(address(ask, "decline"), {"reason": "Ask my successor."})
    assert response["Location"] == address(ask)
    ask.refresh_from_db()
    assert (ask.status, ask.draft["declined_because"]) == ("declined", "Ask my successor.")
    assert "You have declined to answer" in client.get(address(ask)).content.decode()
    assert "You have declined to answer" in client.get(address(ask, "decline")).content.decode()
    assert client.post(address(ask, "decline")).status_code == 409
    assert client.post(address(ask, "work"), WORK).status_code == 409


def test_declining_before_the_letter_was_noted_as_sent(client, ask):
    """The worker may die between handing a letter over and writing so; her no must count all the same."""
    key = key_of(ask, at=AT)
    Ask.objects.filter(pk=ask.pk).update(status="queued", begun_at=None)
    client.get(f"/r/{key}/")
    client.post(address(ask, "decline"))
    ask.refresh_from_db()
    assert ask.status == "declined"


def test_a_reason_that_is_too_long_is_kept_on_the_form(client, ask):
    opened(client, ask)
    response = client.post(address(ask, "decline"), {"reason": "x" * 1_001})
    assert (response.status_code, "1,001 characters; 1,000 fit here" in response.content.decode()) == (
        422,
        True,
    )


def test_declining_what_another_window_has_answered(client, ask, monkeypatch):
    opened(client, ask)
    decline = followups.decline

    def after_another(ask_id, **given):
        outcomes.attest(ask_id, answers=builders.CONFIRMED, at=NOW)
        return decline(ask_id, **given)

    monkeypatch.setattr(followups, "decline", after_another)
    response = client.post(address(ask, "decline"))
    assert (response.status_code, "Your answer is in" in response.content.decode()) == (409, True)
