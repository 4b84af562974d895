"""A client or a peer is asked by a letter that was read before; and where each ask stands."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from tests import builders as b
from tests.drawer import sweep, text_of
from tests.replies.messages import REPLIES, away, person
from tests.web.consultant import CARLA, NOW, brief, kept, problems, signed_in
from tests.web.reader import links, words
from vetting.accounts.models import User
from vetting.engagements import actions as engagements
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.jobs.followups import note_silences
from vetting.mail.actions import suppress
from vetting.referrals.models import Referral
from vetting.replies.actions import settle, take
from vetting.web.asklines import lines_of

pytestmark = pytest.mark.django_db
PEER = {"name": "Ben Peer", "email": "ben@peer.example"}


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def goal():
    return b.goal(
        b.engagement(b.consultant(), starts_on=date(2026, 5, 1), ends_on=None), due_on=date(2026, 12, 1)
    )


@pytest.fixture
def outcome():
    return b.outcome(b.goal(b.engagement(b.consultant("Una Second"))))


def said(page):
    return [str(message) for message in page.context["messages"]]


def plain(page):
    return words(page).replace("\xa0", " ")


def asking(of):
    kind = {"Goal": "goals", "Outcome": "results"}[type(of).__name__]
    return f"/desk/{kind}/{of.pk}/ask/"


def owner_of(of):
    return signed_in(of.engagement.profile if hasattr(of, "engagement") else of.goal.engagement.profile)


def test_the_letter_reads_as_it_was_shown(goal):
    client = owner_of(goal)
    page = client.post(asking(goal), CARLA | {"step": "preview"})
    assert Ask.objects.count() == 0
    shown = " ".join(page.context["paragraphs"])
    assert "Pre-registered if the client accepts it by 15 May 2026" in plain(page)
    assert "It leaves on 4 May 2026 at the earliest" in plain(page)
    assert page.context["doubt"] == ""
    sent = client.post(asking(goal), CARLA | {"step": "send"}, follow=True)
    assert said(sent) == ["Queued. The letter leaves in their office hours; here you see where it stands."]
    goal.refresh_from_db()
    assert (goal.status, Ask.objects.get().status) == ("proposed", "queued")
    [letter] = sweep(NOW)
    assert letter["Subject"] == page.context["subject"]
    link = next(line for line in text_of(letter).splitlines() if line.startswith("http"))
    key = link.rstrip("/").rpartition("/")[2]
    assert text_of(letter).replace(key, "…").split() == shown.split()
    for paragraph in page.context["paragraphs"]:
        assert " ".join(paragraph.split()) in words(page)


def test_the_same_letter_is_not_sent_twice(goal, outcome):
    for of, says in (
        (goal, "This goal is proposed already."),
        (outcome, "A client is being asked about this result already."),
    ):
        client = owner_of(of)
        client.post(asking(of), CARLA | {"step": "send"}, follow=True)
        for page in (
            client.post(asking(of), CARLA | {"step": "send"}, follow=True),
            client.get(asking(of), follow=True),
        ):
            assert said(page) == [says]
    assert Ask.objects.count() == 2


def test_the_person_can_be_changed_before_it_is_sent(goal):
    page = owner_of(goal).post(asking(goal), CARLA | {"step": "change"})
    assert (page.status_code, kept(page), page.context["form"].errors) == (200, CARLA, {})
    assert Ask.objects.count() == 0


@pytest.mark.parametrize("step", ["preview", "send", ""])
@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("name", "", "required"),
        ("name", "n" * 1_000_000, "too_long"),
        ("name", "\x00", "null_characters_not_allowed"),
        ("email", "", "required"),
        ("email", "carla at example", "invalid_email"),
        ("email", "a@localhost", "invalid_email"),
        ("email", "c" * 1_000_000 + "@example.com", "invalid_email"),
        ("email", "c\x00@example.com", "null_characters_not_allowed"),
        ("email", "ANA.KALNINA@ADVICE.EXAMPLE", "own_mailbox"),
        ("email", "anakalnina+x@advice.example", "own_mailbox"),
        ("email", "somebody@advice.example", "own_domain"),
        ("email", "somebody@mail.advice.example", "own_domain"),
        ("email", "stopped@paper-umbrella.example", "stopped"),
    ],
    ids=brief,
)
def test_whom_nobody_may_ask(goal, step, field, typed, code):
    suppress("stopped@paper-umbrella.example", reason="stopped", at=b.AT)
    page = owner_of(goal).post(asking(goal), CARLA | {field: typed, "step": step})
    assert problems(page) == {field: [code]}
    assert kept(page) == CARLA | {field: typed}
    assert "Error: Ask the client to accept the goal" in page.content.decode()
    assert Ask.objects.count() == 0


def test_a_mailbox_that_proves_nothing_is_pointed_out(goal):
    client = owner_of(goal)
    page = client.post(asking(goal), CARLA | {"email": "carla@gmail.com"})
    assert page.context["doubt"].startswith(
        "This mailbox is not at paper-umbrella.example, the domain of Paper Umbrella. An answer from it counts for little"
    )
    assert "A mailbox at paper-umbrella.example counts for most" in words(client.get(asking(goal)))


def test_a_client_without_a_domain_proves_nothing():
    from vetting.companies.actions import register

    ana = b.consultant()
    nameless = register(name="Corner Shop", by=ana.owner.actor, at=b.AT)
    goal = b.goal(b.engagement(ana, nameless))
    client = signed_in(ana)
    assert "You have named no domain of Corner Shop" in words(client.get(asking(goal)))
    assert (
        client.post(asking(goal), CARLA)
        .context["doubt"]
        .startswith("You have named no domain of Corner Shop")
    )


@pytest.mark.parametrize(
    ("confidentiality", "starts"),
    [
        (
            "named",
            ["If the client is to be named", "If only its kind is to be shown", "If it is to be sealed"],
        ),
        ("sector", ["If only its kind is to be shown", "If it is to be sealed"]),
        ("sealed", ["If it is to be sealed"]),
    ],
)
def test_what_will_be_published_is_shown_in_every_form_it_may_take(confidentiality, starts):
    ana = b.consultant()
    outcome = b.outcome(b.goal(b.engagement(ana, confidentiality=confidentiality)))
    page = signed_in(ana).post(asking(outcome), CARLA | {"step": "preview"})
    lines = page.context["question"].published
    assert [line.partition(":")[0] for line in lines if line.startswith("If")] == starts
    assert lines[-1] == "A no is published like a yes."
    named = "Customer service redesign, Paper Umbrella. Cost per ticket: 9.40 EUR to 6.10 EUR, goal 7.00 EUR."
    assert (named in words(page)) == (confidentiality == "named")


def test_a_peer_is_asked_once():
    ana = b.consultant()
    client = signed_in(ana)
    page = client.post("/desk/peers/ask/", PEER)
    assert "names you as somebody who saw them at work" in words(page)
    assert page.context["doubt"] == ""
    sent = client.post("/desk/peers/ask/", PEER | {"step": "send"}, follow=True)
    assert "Ben Peer at peer.example" in words(sent)
    again = client.post(
        "/desk/peers/ask/", PEER | {"email": "BEN+x@peer.example", "step": "send"}, follow=True
    )
    assert said(again) == ["You have asked this person before; here is where it stands."]
    assert Referral.objects.count() == 1
    withdrawn = client.post(f"/desk/peers/{Referral.objects.get().pk}/withdraw/", follow=True)
    assert said(withdrawn) == ["The question is withdrawn; no more letters go out for it."]
    assert "Withdrawn by you on 4 May 2026." in plain(withdrawn)
    twice = client.post(f"/desk/peers/{Referral.objects.get().pk}/withdraw/", follow=True)
    assert said(twice) == ["This referral was withdrawn already."]
    assert Ask.objects.get().status == "cancelled"


def test_what_peers_said():
    ana = b.consultant()
    client = signed_in(ana)
    assert "Nobody was asked yet." in words(client.get("/desk/peers/"))
    b.referral(ana)
    b.referral(ana, ("Mara Berzina", "mara@elsewhere.example"), gets_fee=True, seen_from=2026)
    page = words(client.get("/desk/peers/"))
    assert (
        "Worked with the consultant on it, 2024 to 2026, for service design She had the team count its own tickets."
        in page
    )
    assert "Worked with the consultant on it, 2026, for service design" in page
    assert "Shown, not weighed: the referrer gets a fee for it." in page
    assert "Withdraw the question" not in page


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/desk/peers/", "/desk/peers/ask/"])
def test_without_a_profile_one_is_led_to_make_it(path, method):
    page = getattr(signed_in(b.user("nora@new.example")), method)(path)
    if path == "/desk/peers/" and method == "post":
        assert page.status_code == 405
    else:
        assert (page.status_code, page["Location"]) == (302, "/desk/profile/")


def test_nobody_withdraws_anothers_question():
    ana = b.consultant()
    signed_in(ana).post("/desk/peers/ask/", PEER | {"step": "send"})
    eve = signed_in(b.consultant("Eve Pocket"))
    assert eve.post(f"/desk/peers/{Referral.objects.get().pk}/withdraw/").status_code == 404
    assert Ask.objects.get().status == "queued"


def test_too_many_open_asks(goal, monkeypatch):
    from vetting.followups import rules

    monkeypatch.setattr(rules, "MOST_OPEN", 0)
    page = owner_of(goal).post(asking(goal), CARLA | {"step": "send"})
    assert problems(page) == {"__all__": ["too_many_open"]}
    assert kept(page) == CARLA


# --- where each ask stands ------------------------------------------------------------------------------


def line(ask):
    [found] = lines_of(
        [Ask.objects.select_related("referee").get(pk=ask.pk)], User.objects.get(pk=ask.consultant_id)
    )
    return found


def reads(ask):
    found = line(ask)
    return f"{found.state}{found.words}".replace("\xa0", " ")


def test_from_queued_to_answered(outcome):
    ask = b.asked(outcome)
    assert (
        reads(ask) == "Queued. The letter leaves on a working day between 08:00 and 18:00 in their time zone."
    )
    sweep(b.AT)
    assert reads(ask) == "Sent on 4 May 2026, not answered yet. It ends on 3 June 2026."
    followups.save_draft(ask.pk, answers={"role": "CFO"}, at=b.AT)
    assert reads(ask) == "Started to answer; sent on 4 May 2026. It ends on 3 June 2026."
    from vetting.outcomes.actions import attest

    attest(ask.pk, answers=b.CONFIRMED, at=b.AT + timedelta(days=1))
    assert reads(ask) == "Answered on 5 May 2026."
    assert (line(ask).group, line(ask).again_url, line(ask).person, line(ask).place) == (
        "answered",
        "",
        "Carla Controller",
        "paper-umbrella.example",
    )
    assert line(ask).url == f"/desk/work/{outcome.goal.engagement_id}/#{outcome.goal_id}"


@pytest.mark.parametrize(
    ("end", "says"),
    [
        (lambda ask: followups.decline(ask.pk, at=NOW), "Declined on 4 May 2026."),
        (
            lambda ask: followups.stop(ask.pk, at=NOW),
            "Stopped on 4 May 2026: they take no more letters about you.",
        ),
        (
            lambda ask: followups.bounce(ask, for_good=True, at=NOW),
            "Bounced on 4 May 2026: the letter could not be delivered.",
        ),
        (
            lambda ask: followups.expire(ask.pk, at=NOW + timedelta(days=365)),
            "Expired on 4 May 2027: nobody answered. That lowers no estimate; it shows in your coverage line.",
        ),
    ],
)
def test_an_ask_that_ended_without_an_answer_says_what_can_be_done(goal, outcome, end, says):
    proposed = engagements.propose_goal(
        goal, name=b.CARLA[0], email=b.CARLA[1], by=goal.engagement.profile.owner.actor, at=b.AT
    )
    asked = b.asked(outcome, ("Olga Other", "olga@paper-umbrella.example"))
    for ask, of in ((proposed, goal), (asked, outcome)):
        end(ask)
        note_silences()
        found = line(ask)
        assert reads(ask) == says
        assert (found.group, found.again_url, found.again_words) == (
            "unanswered",
            asking(of),
            "Ask another person at Paper Umbrella",
        )


def test_an_ask_is_asked_again_only_from_its_last_one(outcome):
    first = b.asked(outcome)
    followups.decline(first.pk, at=NOW)
    note_silences()
    b.asked(outcome, ("Olga", "olga@paper-umbrella.example"))
    rows = Ask.objects.select_related("referee").order_by("created_at", "status")
    found = {
        row.status: row_line for row, row_line in zip(rows, lines_of(rows, first.consultant), strict=True)
    }
    assert {status: each.again_url for status, each in found.items()} == {"declined": "", "queued": ""}


def test_a_cap_that_holds_a_letter_says_so_with_its_day(goal):
    ana = goal.engagement.profile
    other = b.goal(goal.engagement, target=Decimal(6), due_on=date(2026, 12, 1))
    first, second = (
        engagements.propose_goal(each, name=b.CARLA[0], email=b.CARLA[1], by=ana.owner.actor, at=b.AT)
        for each in (goal, other)
    )
    sweep(b.AT)
    asks = {ask.status: ask for ask in Ask.objects.order_by("id")}
    assert reads(asks["queued"]) == (
        "Held, for now until 3 June 2026: this person has another open question of yours; this one follows it."
        " It is number 1 in the line of letters to this person."
    )
    assert {first.pk, second.pk} == {asks["queued"].pk, asks["sent"].pk}
    page = plain(signed_in(ana).get("/desk/asks/"))
    assert "Held , for now until 3 June 2026" in page


def test_a_reminder_that_is_held_says_so(outcome):
    from vetting.followups.models import AskStep

    ask = b.asked(outcome)
    sweep(b.AT)
    AskStep.objects.filter(ask=ask, step="reminder_4").update(
        held="This person had three letters in 30 days already."
    )
    assert reads(ask) == (
        "Sent on 4 May 2026, not answered yet. It ends on 3 June 2026. "
        "The reminder is held, for now until 8 May 2026: this person had three letters in 30 days already."
    )


def test_a_peers_silence_leads_to_another_peer():
    ana = b.consultant()
    signed_in(ana).post("/desk/peers/ask/", PEER | {"step": "send"})
    ask = Ask.objects.get()
    followups.decline(ask.pk, at=NOW)
    found = line(ask)
    assert (found.what, found.url, found.again_url, found.again_words) == (
        "What they saw of your work",
        "/desk/peers/",
        "/desk/peers/ask/",
        "Ask another peer",
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_asks_asks_as_often_for_many(rows, django_assert_num_queries):
    ana = b.consultant()
    for number in range(rows):
        b.asked(
            b.outcome(b.goal(b.engagement(ana, b.client(f"Client {number}")))),
            (f"C{number}", f"c@client-{number}.example"),
        )
    client = signed_in(ana)
    with django_assert_num_queries(7):
        client.get("/desk/asks/")


def test_the_list_of_asks_has_pages(outcome, monkeypatch):
    from vetting.web import asking as pages

    monkeypatch.setattr(pages, "ASKS_A_PAGE", 1)
    client = owner_of(outcome)
    assert "Nobody was asked yet" in words(client.get("/desk/asks/"))
    b.asked(outcome)
    client.post("/desk/peers/ask/", PEER | {"step": "send"})
    first, second = client.get("/desk/asks/"), client.get("/desk/asks/?page=2")
    assert links(first)["Next →"] == "?page=2"
    assert links(second)["← Previous"] == "?page=1"
    for page in ("3", "0", "x", "\x00"):
        assert client.get("/desk/asks/", {"page": page}).status_code == 404


def test_nobody_sees_anothers_asks(outcome):
    b.asked(outcome)
    for who in (b.consultant("Eve Pocket"), b.user("sam2@touchstone.example", staff=True)):
        assert "Nobody was asked yet" in words(signed_in(who).get("/desk/asks/"))


def test_a_consultant_reads_that_somebody_wrote_back_and_never_the_words(outcome, settings):
    settings.REPLY_ADDRESS = REPLIES
    b.asked(outcome)
    [letter] = sweep(b.AT)
    owner = owner_of(outcome)
    take(away(letter, "Secret absence until 13 May."), at=b.AT)
    assert "wrote to us" not in words(owner.get("/desk/asks/"))
    reply = take(person(letter, "Secret words."), at=b.AT).reply
    line = "They wrote to us on 4 May 2026; our staff read it."
    assert line in words(owner.get("/desk/asks/"))
    settle(reply.pk, by=b.staff(), at=b.AT)
    for page in ("/desk/", "/desk/asks/", f"/desk/work/{outcome.goal.engagement_id}/", "/api/v1/asks"):
        shown = owner.get(page).content.decode()
        assert "Secret" not in shown
        assert "Contr\u00f6ller" not in shown
    assert line in words(owner.get("/desk/asks/"))


def test_the_letter_is_shown_and_sent_in_the_language_that_was_named(goal):
    client = owner_of(goal)
    page = client.post(asking(goal), CARLA | {"language": "de", "step": "preview"}).content.decode()
    assert "Ist dies das Ziel, dem Sie zustimmen?" in page
    assert '<div class="letter-body" lang="de">' in page
    assert '<input type="hidden" name="language" value="de">' in page
    client.post(asking(goal), CARLA | {"language": "de", "step": "send"})
    assert Ask.objects.select_related("referee").get().referee.language == "de"


def test_a_language_that_is_none_of_ours_is_refused(goal):
    page = owner_of(goal).post(asking(goal), CARLA | {"language": "xx", "step": "send"})
    assert problems(page) == {"language": ["invalid_choice"]}
    assert Ask.objects.count() == 0
