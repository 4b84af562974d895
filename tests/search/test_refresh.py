"""Listings are rebuilt while others change the same profiles."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from tests import builders as b
from vetting.profiles.actions import touch_evidence
from vetting.scorecards.actions import compute
from vetting.scorecards.models import Scorecard
from vetting.search.actions import refresh
from vetting.search.models import Listing
from vetting.search.queries import stale


@pytest.mark.django_db(transaction=True)
def test_an_import_that_changes_many_profiles_and_a_rebuild_do_not_deadlock():
    """The import holds the second profile and wants the first; the rebuild goes the other way round."""
    first, second = b.consultant("Ana One"), b.consultant("Ana Two")
    b.published(first, second)
    begun = Event()

    def rebuild() -> None:
        begun.set()
        try:
            refresh([first.pk, second.pk])
        finally:
            connection.close()

    thread = Thread(target=rebuild)
    with transaction.atomic():
        touch_evidence(second.pk)
        thread.start()
        begun.wait()
        thread.join(0.5)  # by now it has rebuilt the first and waits for the second
        touch_evidence(first.pk)
    thread.join(10)
    assert not thread.is_alive()
    assert Listing.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_import_and_the_cards_of_the_same_profiles_do_not_deadlock():
    """New work locks its profile; a card only points at it, and must not wait for that."""
    first, second = b.consultant("Ana One"), b.consultant("Ana Two")
    place = b.client()

    def score() -> None:
        try:
            compute([first.pk, second.pk], at=b.AT)
        finally:
            connection.close()

    thread = Thread(target=score)
    with transaction.atomic():
        b.engagement(second, place)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()
        b.engagement(first, place)
    assert Scorecard.objects.count() == 2


@pytest.mark.django_db
def test_changed_evidence_is_listed_before_cards_that_are_only_of_another_night():
    people = [b.consultant(f"Ana {word}") for word in ("One", "Two", "Three")]
    b.published(*people)
    assert stale(most=9) == []
    compute([profile.pk for profile in people], at=b.AT + timedelta(days=1))
    touch_evidence(people[2].pk)
    compute([people[2].pk], at=b.AT + timedelta(days=1))
    assert stale(most=1) == [people[2].pk]
    assert stale(most=9) == [people[2].pk, people[0].pk, people[1].pk]
