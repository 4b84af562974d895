"""Staff's page of the outbox: the switch, and each number leads to exactly its rows."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import time_machine

from tests import builders as b
from tests.drawer import Drawer, sweep
from tests.replies.messages import REPLIES, away, person
from vetting.followups import actions, outbox
from vetting.followups.models import AskStep, Outbox
from vetting.followups.queries import DomainResult, is_paused, results_by_domain, sent_by_day
from vetting.mail.actions import slow_down
from vetting.mail.rules import AT_ONCE, Tempo
from vetting.mail.sending import Delivery, Fate
from vetting.replies.actions import settle, take
from vetting.replies.models import Reply
from vetting.web.drawings.days import days
from vetting.web.outbox import _pace

pytestmark = pytest.mark.django_db
NOW = b.AT + timedelta(hours=2)
WHY = "Our address is on a block list."


@pytest.fixture
def sam(client):
    client.force_login(b.User.objects.create_superuser("sam@touchstone.example"))
    return client


class Fates:
    """A post with one fate after the other."""

    def __init__(self, *fates):
        self.fates = list(fates)
        self.letters = []

    def send(self, mail, *, before_data):
        self.letters.append(mail)
        fate = self.fates.pop(0)
        return Delivery(fate, "451") if fate is Fate.TEMPORARY or before_data() else Delivery(Fate.STOPPED)


def asked(name, address):
    work = b.engagement(b.consultant(name), b.client())
    return b.asked(b.outcome(b.goal(work)), ("Carla Controller", address))


@pytest.fixture
def letters(settings):
    """One of each: taken, refused for good, refused for now, in doubt; and one nobody has looked at.

    To the first came three replies: one to look at, one looked at, and a program's.
    """
    settings.REPLY_ADDRESS = REPLIES
    names = {"taken": "Ana Kalnina", "gone": "Eve Ozola", "busy": "Fay Liepa", "doubt": "Gil Berzins"}
    asks = {fate: asked(name, f"{fate}@paper-umbrella.example") for fate, name in names.items()}
    for index, ask in enumerate(asks.values()):
        AskStep.objects.filter(ask=ask).update(due_at=b.AT - timedelta(minutes=10 - index))
    post = Fates(Fate.SENT, Fate.PERMANENT, Fate.TEMPORARY, Fate.AMBIGUOUS, Fate.AMBIGUOUS)
    outbox.tidy(at=b.AT)
    for _ in range(2):
        outbox.chase_due(posts=[post], at=b.AT)
    AskStep.objects.filter(step="told_end").update(due_at=b.AT + timedelta(hours=1))
    for _ in range(3):
        outbox.chase_due(posts=[post], at=b.AT)
    for message in (person(post.letters[0], "Yes."), person(post.letters[0], "No.", number=2)):
        take(message, at=b.AT)
    take(away(post.letters[0], "I am away."), at=b.AT)
    settle(Reply.objects.get(text="No.").pk, by=b.staff(), at=b.AT)
    asked("Hal Kronis", "later@shop.example")
    return asks


def page_of(client):
    with time_machine.travel(NOW, tick=False):
        return client.get("/staff/outbox/")


def linked(page):
    """(text, address) of each link to rows."""
    links = re.findall(r'<a href="([^"]*/staff/vetting/[^"]*)">([^<]*)</a>', page.content.decode())
    return [(text, unescape(url)) for url, text in links]


def test_each_number_leads_to_exactly_its_rows(sam, letters):
    page = page_of(sam)
    bare = re.findall(r"<(?:dd|td)[^>]*>\s*\d+\s*<", page.content.decode())
    assert bare == []
    links = linked(page)
    numbers = [(text, url) for text, url in links if text.isdigit()]
    with time_machine.travel(NOW, tick=False):
        found = [sam.get(url).context["cl"].result_count for _, url in numbers]
    assert found == [int(text) for text, _ in numbers]
    # due, sent today, in doubt, lost leases, suppressed, replies; the day; sent, failed, in doubt, put off, in line of the domain
    assert [text for text, _ in numbers] == ["3", "1", "1", "0", "1", "1", "1", "1", "1", "1", "1", "0"]


def test_what_waits_and_for_how_long(sam, letters):
    words = re.sub(r"<[^>]*>|\s+", " ", page_of(sam).content.decode())
    waits = re.search(r"The oldest has waited\s+(\d+ \w+)", words)
    looked = re.search(r"Last look for due letters\s+(\d+ \w+)", words)
    assert (waits[1], looked[1]) == ("2 h", "2 h")


def test_results_by_domain(letters):
    assert results_by_domain(since=b.AT - timedelta(days=1)) == [
        DomainResult("paper-umbrella.example", sent=1, failed=1, in_doubt=1, put_off=1, in_line=0)
    ]
    assert results_by_domain(since=b.AT + timedelta(days=1)) == []


def test_days_without_letters_are_days_too(letters):
    found = sent_by_day(since=b.AT - timedelta(days=2), until=b.AT)
    assert found == {date(2026, 5, 2): 0, date(2026, 5, 3): 0, date(2026, 5, 4): 1}


def test_the_pace_of_each_domain(sam, letters):
    for number in range(AT_ONCE + 2):
        asked(f"Ida {'abcdefghijklm'[number]}", f"peer{number}@big.example")
    sweep(b.AT)
    slow_down("paper-umbrella.example", at=NOW - timedelta(minutes=50))
    page = page_of(sam)
    words = re.sub(r"<[^>]*>|\s+", " ", page.content.decode())
    assert re.search(r"big\.example\s+10\s+0\s+0\s+0\s+2\s+20 a minute ", words)
    slowed = re.search(
        r"paper-umbrella\.example\s+(?:\d+\s+){5}(\d+ a minute), since its server complained (\d+ \w+) ago",
        words,
    )
    assert (slowed[1], slowed[2]) == ("10 a minute", "50 min")
    (line,) = [url for text, url in linked(page) if "big.example" in url and "paced_at" in url]
    with time_machine.travel(NOW, tick=False):
        assert sam.get(line).context["cl"].result_count == 2


@pytest.mark.parametrize(
    ("strain", "words"), [(2, "5 a minute"), (5, "one in 1.6 min"), (6, "one in 3.2 min")]
)
def test_a_slow_pace_in_words(strain, words):
    assert _pace(Tempo(NOW, strain, NOW), NOW)["pace"] == words


def test_a_young_sender_shows_its_limit(sam, letters, settings):
    words = re.sub(r"<[^>]*>|\s+", " ", page_of(sam).content.decode())
    assert re.search(r"Begun today, of at most\s+5 of 200 ", words)
    settings.MAIL_WARM_UP = 0
    assert "Begun today" not in page_of(sam).content.decode()


def test_the_switch(sam):
    ask = asked("Ana Kalnina", "carla@paper-umbrella.example")
    page = sam.post("/staff/outbox/", {"reason": " "})
    assert (page.status_code, is_paused()) == (400, False)
    page = sam.post("/staff/outbox/", {"reason": WHY}, follow=True)
    assert (is_paused(), sweep(b.AT)) == (True, [])
    assert "All letters are paused" in page.content.decode()
    assert WHY in page.content.decode()
    page = sam.post("/staff/outbox/", {"reason": "Again."})
    assert "This outbox is paused by now." in page.content.decode()
    page = sam.post("/staff/outbox/resume/", follow=True)
    assert "Letters go out again." in page.content.decode()
    page = sam.post("/staff/outbox/resume/", follow=True)
    assert "This outbox is open by now." in page.content.decode()
    assert (is_paused(), len(sweep(b.AT, Drawer()))) == (False, 1)
    ask.refresh_from_db()
    assert ask.status == "sent"


def test_for_others_there_is_no_such_page(client):
    assert client.get("/staff/outbox/").status_code == 302
    client.force_login(b.user("ana@advice.example"))
    for answer in (
        client.get("/staff/outbox/"),
        client.post("/staff/outbox/", {"reason": WHY}),
        client.post("/staff/outbox/resume/"),
    ):
        assert answer.status_code == 404
    assert not Outbox.objects.filter(status="paused").exists()


def test_reading_it_asks_the_same_few_questions_however_many_letters(
    sam, letters, django_assert_max_num_queries
):
    with django_assert_max_num_queries(16):
        page_of(sam)


def test_a_pause_is_no_reason_to_forget_why(sam):
    for why in ("First.", "Second."):
        actions.pause(reason=why, by=b.staff(), at=datetime.now(UTC))
        shown = page_of(sam).content.decode()
        assert why in shown
        actions.resume(by=b.staff(), at=datetime.now(UTC))


# --- the drawing ----------------------------------------------------------------------------------------


def test_a_chart_of_days_says_what_it_draws():
    counts = {date(2026, 5, 4): 4, date(2026, 5, 5): 0, date(2026, 5, 6): 1}
    drawn = days(counts, key="sent", title="Letters sent each day")
    drawn = drawn.replace("\N{NO-BREAK SPACE}", " ")
    assert '<desc id="sent-desc">4 May 2026 to 6 May 2026, 5 in all, at most 4 a day</desc>' in drawn
    assert re.findall(r'<rect x="([^"]*)" y="([^"]*)" width="([^"]*)" height="([^"]*)"', drawn) == [
        ("5%", "0", "23.33%", "72"),
        ("71.67%", "54", "23.33%", "18"),
    ]


def test_a_chart_of_quiet_days_is_a_line():
    assert "<rect" not in days({date(2026, 5, 4): 0}, key="sent", title="Letters")


@pytest.mark.parametrize("counts", [{}, {date(2026, 5, 4): -1}])
def test_a_chart_of_nothing_is_refused(counts):
    with pytest.raises(ValueError, match="a chart of days"):
        days(counts, key="sent", title="Letters")
