"""The clock's door: a lost bell loses nothing."""

import queue
import threading
from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery
from structlog.testing import capture_logs

from tests import builders as b
from tests.drawer import sweep
from tests.imap import ImapBox
from tests.replies.messages import REPLIES, person
from vetting.followups.models import Ask
from vetting.jobs import bell, clock, followups, replies, schedule, scorecards, search
from vetting.outcomes.models import Outcome
from vetting.referrals.actions import ask_peer
from vetting.referrals.models import Referral
from vetting.replies.models import Reply
from vetting.scorecards.models import Scorecard
from vetting.search.models import Listing

pytestmark = pytest.mark.django_db


def test_the_clock_is_the_databases():
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_stale_cards_and_listings_find_themselves():
    people = [b.consultant(f"Ana {word}") for word in ("One", "Two", "Three")]
    for wake in (scorecards.wake, search.wake, scorecards.wake, search.wake):
        wake()
    assert Scorecard.objects.count() == Listing.objects.count() == len(people)


def test_an_ask_that_ended_in_silence_frees_the_result_and_the_referral():
    ana = b.consultant()
    outcome = b.outcome(b.goal(b.engagement(ana)))
    b.asked(outcome)
    asked = ask_peer(profile=ana, name=b.BEN[0], email=b.BEN[1], by=ana.owner.actor, at=b.AT)
    followups.note_silences()
    assert Outcome.objects.get().status == "awaiting_client"
    from vetting.followups.actions import expire

    for ask in Ask.objects.order_by("id"):
        expire(ask.pk, at=b.AT + timedelta(days=365))
    followups.note_silences()
    assert (Outcome.objects.get().status, Referral.objects.get(pk=asked.pk).status) == (
        "unanswered",
        "unanswered",
    )


def test_beat_rings_only_bells_that_exist():
    from celery import current_app

    for entry in schedule.BEAT.values():
        assert entry["task"] in current_app.tasks
    assert len(schedule.WAKES) == len(schedule.BEAT)


def test_the_mailbox_of_replies_is_read_by_one_worker_a_minute(settings):
    settings.REPLY_ADDRESS = REPLIES
    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    [letter] = sweep(b.AT)
    with ImapBox(person(letter, "Yes.")) as box:
        settings.REPLY_IMAP_URL = box.url
        for wake in schedule.SLOW_WAKES * 2:
            wake()
        assert [words for words in box.heard if words.startswith("LOGIN")] == ['LOGIN carla@box "p w"']
    assert [reply.kind for reply in Reply.objects.order_by("id")] == ["person"]


def test_without_a_mailbox_nobody_looks_for_one(settings, django_assert_num_queries):
    settings.REPLY_IMAP_URL = ""
    with django_assert_num_queries(0):
        replies.wake()


def test_a_bell_that_nobody_hears_holds_up_nobody(django_capture_on_commit_callbacks, monkeypatch):
    """The broker refuses; who rang does not wait to learn it, and the next ring is tried again."""
    deaf = Celery(broker="redis://127.0.0.1:1/0")
    deaf.conf.broker_transport_options = {"max_retries": 0, "socket_connect_timeout": 1}
    monkeypatch.setattr(bell, "current_app", deaf)
    with capture_logs() as logs:
        with django_capture_on_commit_callbacks(execute=True):
            bell.ring("scorecards")
            bell.ring("scorecards")
        for thread in threading.enumerate():
            if thread.name == "bell-scorecards":
                thread.join(30)
    assert [(log["event"], log["room"]) for log in logs] == [("bell_not_heard", "scorecards")]


def test_a_bell_is_heard(django_capture_on_commit_callbacks, monkeypatch):
    heard = queue.SimpleQueue()
    app = Celery(broker="memory://")
    monkeypatch.setattr(bell, "current_app", app)
    monkeypatch.setattr(app, "send_task", lambda name, **options: heard.put(name))
    with django_capture_on_commit_callbacks(execute=True):
        bell.ring("search")
        assert heard.empty()
    assert heard.get(timeout=10) == "search.wake"


def test_a_card_made_anew_rings_for_its_listing(django_capture_on_commit_callbacks, monkeypatch):
    heard = queue.SimpleQueue()
    app = Celery(broker="memory://")
    monkeypatch.setattr(bell, "current_app", app)
    monkeypatch.setattr(app, "send_task", lambda name, **options: heard.put(name))
    b.consultant()
    for expected in (["search.wake"], []):
        with django_capture_on_commit_callbacks(execute=True):
            scorecards.wake()
        assert [heard.get(timeout=10) for _ in expected] == expected
        assert heard.empty()
