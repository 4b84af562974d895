"""Several letters on the line at once: each once, checked and noted together, and none kept by another's trouble."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.builders import AT
from tests.drawer import Drawer, sweep
from tests.followups.test_races import after, holding, together
from tests.smtp_faults import FaultySmtp
from vetting.audit.models import AuditEntry
from vetting.followups import actions, outbox
from vetting.followups.models import Ask, AskKey, AskStep
from vetting.followups.queries import letter_of
from vetting.mail.sending import Delivery, Fate, SmtpLine

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "one two three four five six".split()


@pytest.fixture
def asks():
    return [
        builders.asked(
            builders.outcome(builders.goal(builders.engagement(builders.consultant(f"Ana {word}")))),
            (word, f"{word}@paper-umbrella.example"),
        )
        for word in WORDS
    ]


class Meeting(Drawer):
    """A line whose letter waits between RCPT and DATA until one is there on each of the others."""

    def __init__(self, meet, *, is_there=True):
        super().__init__()
        self.meet, self.is_there = meet, is_there

    def opens(self):
        return self.is_there

    def send(self, mail, *, before_data):
        self.meet.wait()
        return super().send(mail, before_data=before_data)


def lines(count):
    meet = threading.Barrier(count, timeout=10)
    return [Meeting(meet) for _ in range(count)]


def states():
    return list(AskStep.objects.filter(step="ask").order_by("id").values_list("state", flat=True))


def test_each_letter_goes_once_over_one_of_the_lines(asks):
    posts = lines(3)
    assert outbox.chase_due(posts=posts, at=AT, most=50) is True
    assert all(post.letters for post in posts)
    reached = sorted(str(letter["To"]) for post in posts for letter in post.letters)
    assert reached == sorted(f"{word}@paper-umbrella.example" for word in WORDS)
    assert (states(), AskKey.objects.count()) == (["sent"] * 6, 6)
    assert set(Ask.objects.order_by("id").values_list("status", flat=True)) == {"sent"}
    assert AskStep.objects.filter(state="planned").count() == 3 * 6
    moves = AuditEntry.objects.filter(verb="move", kind="ask", before="queued", after="sent")
    assert sorted(moves.values_list("row_id", flat=True)) == sorted(ask.pk for ask in asks)


def test_what_waits_together_is_checked_and_noted_in_one_transaction(asks):
    steps = outbox.claim(at=AT, most=50)
    with CaptureQueriesContext(connection) as seen:
        assert outbox.last_checks([outbox.Begun(step, str(step.pk), AT) for step in steps]) == [True] * 6
    assert len(seen) == 8  # BEGIN and COMMIT among them
    with CaptureQueriesContext(connection) as seen:
        outbox.settle([outbox.Ended(step, Delivery(Fate.SENT, "250"), AT) for step in steps])
    assert len(seen) == 8
    assert states() == ["sent"] * 6


def test_more_lines_than_letters_are_not_opened(asks):
    actions.cancel(asks[0].subject_id, by=asks[0].consultant.actor, at=AT)
    posts = lines(5) + [Meeting(None)]
    assert outbox.chase_due(posts=posts, at=AT, most=50) is True
    assert [len(post.letters) for post in posts] == [1, 1, 1, 1, 1, 0]


def test_a_server_that_takes_one_line_only_gets_all_by_that_one(asks):
    meet = threading.Barrier(1)
    posts = [Meeting(meet), Meeting(meet, is_there=False), Meeting(meet, is_there=False)]
    outbox.chase_due(posts=posts, at=AT, most=50)
    assert [len(post.letters) for post in posts] == [6, 0, 0]


def test_a_stop_keeps_its_letter_and_lets_the_others_go(asks):
    stopped = []

    def stop():
        if not stopped:
            stopped.append(together(lambda: actions.stop(asks[1].pk, at=AT)))

    meet = threading.Barrier(3, timeout=10, action=stop)
    posts = [Meeting(meet) for _ in range(3)]
    outbox.chase_due(posts=posts, at=AT, most=50)
    assert sum(len(post.letters) for post in posts) == 5
    assert states() == ["sent", "cancelled", *["sent"] * 4]
    assert Ask.objects.get(pk=asks[1].pk).status == "stopped"


def test_one_who_is_answering_keeps_nobody_else_waiting(asks):
    """Her ask is locked: the others are checked and begun meanwhile, and hers has the last word."""
    steps = outbox.claim(at=AT, most=3)
    letters = [outbox.Begun(step, str(step.pk), AT) for step in steps]
    seen = []

    def decline():
        seen.append(states()[:3])
        return actions.decline(asks[1].pk, at=AT).status

    first, ready = holding(lambda: actions.lock(asks[1].pk), decline)
    declined, checked = together(first, after(ready, lambda: outbox.last_checks(letters)))
    assert (declined, checked) == ("declined", [True, False, True])
    assert seen == [["data", "claimed", "data"]]
    assert states()[:3] == ["data", "cancelled", "data"]


def test_a_word_of_the_server_waits_for_her_answer_alone(asks):
    steps = outbox.claim(at=AT, most=3)
    outbox.last_checks([outbox.Begun(step, str(step.pk), AT) for step in steps])
    seen = []

    def decline():
        seen.append(states()[:3])
        return actions.decline(asks[1].pk, at=AT).status

    sent = [outbox.Ended(step, Delivery(Fate.SENT, "250"), AT) for step in steps]
    first, ready = holding(lambda: actions.lock(asks[1].pk), decline)
    together(first, after(ready, lambda: outbox.settle(sent)))
    assert seen == [["sent", "data", "sent"]]
    assert states()[:3] == ["sent"] * 3
    assert [Ask.objects.get(pk=ask.pk).status for ask in asks[:3]] == ["sent", "declined", "sent"]


class Once(Meeting):
    """Waits for the others with its first letter only."""

    def send(self, mail, *, before_data):
        if not self.letters:
            self.meet.wait()
        return Drawer.send(self, mail, before_data=before_data)


class Broken(Meeting):
    def send(self, mail, *, before_data):
        self.meet.wait()
        message = "the line is gone"
        raise ValueError(message)


def test_a_letter_that_kills_its_line_leaves_the_others_theirs(asks):
    meet = threading.Barrier(2, timeout=10)
    with pytest.raises(ValueError, match="the line is gone"):
        outbox.chase_due(posts=[Once(meet), Broken(meet)], at=AT, most=50)
    assert sorted(states()) == ["claimed", *["sent"] * 5]
    outbox.recover(at=AT + timedelta(minutes=1))
    assert sorted(states()) == ["planned", *["sent"] * 5]


def test_a_claimed_letter_is_set_without_asking_the_database(asks):
    actions.hand_on(asks[0].pk, name="Dora", email="dora@paper-umbrella.example", at=AT)
    steps = outbox.claim(at=AT, most=50)
    handed_on = [step for step in steps if step.ask.replaces_id]
    with CaptureQueriesContext(connection) as seen:
        letters = [letter_of(step, "key", at=AT) for step in steps]
    assert (len(handed_on), len(letters), len(seen)) == (1, 7, 0)


def test_over_real_lines(asks, settings):
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = ""
    with FaultySmtp() as server, SmtpLine() as first, SmtpLine() as second, SmtpLine() as third:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        outbox.chase_due(posts=[first, second, third], at=AT, most=50)
        assert (len(server.letters), server.connections) == (6, 3)
    assert states() == ["sent"] * 6
    assert sweep(AT) == []
