"""The world of the benchmarks in rows."""

import re

import pytest
from django.core.management import call_command
from django.db import connection

from bench import fill
from bench.world import world
from tests import builders as b
from vetting.outcomes.models import Outcome
from vetting.profiles.models import Profile
from vetting.referrals.models import Referral
from vetting.scorecards.actions import compute, rescore
from vetting.scorecards.models import Scorecard
from vetting.scorecards.queries import stale
from vetting.scoring.calibration import NONE
from vetting.search.actions import refresh
from vetting.search.models import Listing

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 200


@pytest.fixture(autouse=True)
def _tidy():
    yield
    empty()


def empty():
    call_command("flush", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names() if name.startswith("world_")]
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join([*tables, 'none'])}")


def schema():
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'vetting_%' ORDER BY 1")
        # PostgreSQL writes the casts of a condition down differently when it has read its own words once.
        indexes = {re.sub(r"::[a-z ]+(\[\])?|[()]", "", definition) for (definition,) in cursor.fetchall()}
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid::regclass::text LIKE 'vetting_%' ORDER BY 1, 2"
        )
        return indexes, set(cursor.fetchall())


def fingerprints():
    with connection.cursor() as cursor:
        found = {}
        for name in fill.TABLES:
            cursor.execute(
                f"SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t.id)) FROM vetting_{name} t"
            )
            found[name] = cursor.fetchone()
        return found


def test_a_run_that_was_killed_goes_on_and_makes_the_same_world():
    before, every = schema(), fill.steps(world(PEOPLE), seed=1)
    names = [step.name for step in fill.fill(every)]
    assert fill.is_whole()
    assert schema() == before
    whole = fingerprints()
    assert {name: count for name, (count, _) in whole.items() if name != "referral"} == {
        "profile": PEOPLE,
        "organization": PEOPLE // 5,
        "referee": PEOPLE // 5,
        "engagement": 5 * PEOPLE,
        "goal": 5 * PEOPLE,
        "outcome": 5 * PEOPLE,
        "attestation": 5 * PEOPLE,
    }
    empty()
    for stop in (7, len(every) + 3):  # among the rows, and among the indexes
        for number, _ in enumerate(fill.fill(every)):
            if number == stop:
                break
        assert not fill.is_whole()
    again = [step.name for step in fill.fill(every)]
    assert again == [*names[: len(every)], *names[len(every) + 4 :]]
    assert (schema(), fingerprints()) == (before, whole)


def test_all_of_it_can_be_scored_listed_and_refers_to_nobody_twice():
    for _ in fill.fill(fill.steps(world(PEOPLE), seed=1)):
        pass
    assert rescore(NONE, at=b.AT)
    assert stale(at=b.AT, most=9) == []
    cards = Scorecard.objects.all()
    assert (cards.count(), cards.exclude(faults=[]).count()) == (PEOPLE, 0)
    assert sum(card.counted for card in cards) == Outcome.objects.count()
    pairs = Referral.objects.values_list("profile", "referrer")
    assert len(pairs) == len(set(pairs)) > PEOPLE
    keys = [card.profile_id for card in cards.order_by("-counted")[:3]]
    one_by_one = [compute([key], at=b.AT)[0].ledger for key in keys]
    assert [Scorecard.objects.get(profile=key).ledger for key in keys] == one_by_one
    refresh(keys)
    assert Listing.objects.count() == 3
    assert Profile.objects.filter(status="listed").count() == PEOPLE
