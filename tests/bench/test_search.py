"""The search bench works: each way answers, and all of them alike."""

from itertools import islice

import pytest
from django.db import connection

from bench import filling, search
from bench.listings import people
from bench.world import world
from vetting.indexes import holding
from vetting.search.models import Listing


@pytest.mark.django_db(transaction=True)
def test_all_ways_find_the_same(settings, tmp_path, monkeypatch):
    settings.SEGMENTS = tmp_path
    monkeypatch.setitem(search.SCALES, "small", 400)
    monkeypatch.setitem(search.ASKED, "small", 20)
    lines = []
    p95 = search.measure("small", through_http=False, tell=lambda **line: lines.append(line))
    holding.forget()
    (equal,) = [line for line in lines if line["measure"] == "answers equal to plain SQL"]
    assert equal["equal"] == equal["of"] > 0
    (agreed,) = [line for line in lines if line["measure"] == "numbers of hits that agree"]
    assert {name for name, counted in agreed.items() if isinstance(counted, list)} == set(p95)
    assert all(same == of > 0 for same, of in (agreed[name] for name in p95))
    assert set(p95) == {"segments", "postgresql", "tantivy", "sqlite fts5"}


@pytest.mark.django_db
def test_a_market_whose_filling_was_ended_is_not_there_and_has_its_indexes(monkeypatch):
    def ended(world):
        yield from islice(people(world), 3)
        raise KeyboardInterrupt

    before = indexes()
    monkeypatch.setattr(filling, "people", ended)
    monkeypatch.setattr(filling, "_PART", 2)
    with pytest.raises(KeyboardInterrupt):
        filling.fill(world(10, referrals=0))
    assert (Listing.objects.count(), indexes()) == (0, before)
    monkeypatch.undo()
    filling.fill(world(10, referrals=0))
    assert (Listing.objects.count(), indexes()) == (10, before)


def indexes():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'vetting_listing' ORDER BY 1"
        )
        return cursor.fetchall()
