"""What the segments answer is what plain SQL answers: hits, order and every count, while rows change."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import hypothesis
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from vetting.indexes import actions, holding, queries
from vetting.indexes.models import ListingChange, Segment
from vetting.jobs import indexes
from vetting.kernel.keys import uuid7
from vetting.profiles.models import Profile
from vetting.search.models import EDITION, Listing, ListingMetric, ListingNiche
from vetting.search.queries import find as plainly
from vetting.search.rules import Query
from vetting.words.actions import remember
from vetting.words.queries import forms_of

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
METRICS = ("cost_per_ticket", "lead_time", "conversion_rate")
INDUSTRIES = {"47": "G", "64": "K", "62": "J"}
WORDS = [f"word{n}" for n in range(40)]
TYPOS = ["nobody", "wrod7", "word333", "owrd12", "word4x", "worrd40"]
SKILLS = ("design", "service design", "größe")
RANKS = [n / 8 for n in range(-8, 16)]


def listing(draw, profile):
    """A listing whatever: search reads no more of a person than this."""
    codes = draw.sample(sorted(INDUSTRIES), draw.randint(0, 2))
    metrics = sorted(draw.sample(METRICS, draw.randint(0, 3)))
    rate = draw.choice((None, "100", "250.5", "0.000001", "1e14"))
    row = Listing(
        id=uuid7(),
        profile=profile,
        edition=EDITION,
        evidence_version=1,
        card_computed_at=AT,
        theta_low=draw.choice(RANKS),
        theta_elsewhere=draw.choice(RANKS) - 0.3,
        terms=sorted(draw.sample(WORDS, draw.randint(0, 8))),
        skills=sorted(draw.sample(SKILLS, draw.randint(0, 2))),
        metrics=metrics,
        categories=sorted(draw.sample(("revenue", "margin", "cost_to_serve"), draw.randint(0, 2))),
        industries=sorted({*codes, *(INDUSTRIES[code] for code in codes)}),
        sizes=draw.sample(("1-9", "10-49"), draw.randint(0, 2)),
        modes=draw.sample(("advise", "deliver"), draw.randint(0, 2)),
        languages=draw.sample(("de", "en", "lv"), draw.randint(0, 2)),
        country=draw.choice(("LV", "DE", "")),
        rate=rate and Decimal(rate),
        rate_currency=draw.choice(("EUR", "USD")) if rate else "",
        availability=draw.choice(("now", "month", "")),
        level=draw.choice((0, 2, 3)),
        preregistered=draw.random() < 0.3,
        transfer=draw.random() < 0.3,
        hit={"name": profile.name},
    )
    remember(row.terms)
    row.save(force_insert=True)
    ListingMetric.objects.bulk_create(
        ListingMetric(listing=row, metric=metric, theta_low=draw.choice(RANKS), change=draw.choice(RANKS))
        for metric in metrics
    )
    ListingNiche.objects.bulk_create(
        ListingNiche(listing=row, metric=metric, industry=industry, theta_low=draw.choice(RANKS))
        for metric in metrics
        for industry in row.industries
        if draw.random() < 0.6
    )


def people(draw, number):
    made = Profile.objects.bulk_create(
        Profile(id=uuid7(), slug=f"p-{uuid7()}", name=f"P {n}", status="listed", status_at=AT, created_at=AT)
        for n in range(number)
    )
    for profile in made:
        listing(draw, profile)
    return made


def question(draw):
    text = " ".join(draw.sample([*WORDS, *TYPOS], draw.choice((0, 0, 1, 1, 2))))
    asked = {
        "metric": draw.choice(("", "", *METRICS)),
        "industry": draw.choice(("", "", "47", "G", "64")),
        "category": draw.choice(("", "", "", "revenue")),
        "size": draw.choice(("", "", "", "1-9", "5000+")),
        "country": draw.choice(("", "", "LV", "FR")),
        "language": draw.choice(("", "", "de", "lv", "fr")),
        "skill": draw.choice(("", "", "", "Service Design", "Größe")),
        "mode": draw.choice(("", "", "", "advise")),
        "availability": draw.choice(("", "", "", "now")),
        "level": draw.choice((0, 0, 0, 2, 3, 5)),
        "preregistered": draw.random() < 0.1,
        "transfer": draw.random() < 0.1,
        "change": draw.choice((None, None, None, Decimal("0.5"), Decimal("0.125"))),
    }
    if draw.random() < 0.2:
        asked |= {
            "rate": draw.choice((Decimal("250.5"), Decimal("0.000001"), Decimal("5e14"))),
            "currency": "EUR",
        }
    kept = {name: value for name, value in asked.items() if draw.random() < 0.5}
    if "rate" in kept or "currency" in kept:
        kept |= {name: asked[name] for name in ("rate", "currency")}
    return Query(text=text, **kept)


def told(page):
    return (
        list(page.hits),
        page.total,
        page.ranked_by,
        page.ranked_in,
        page.corrected,
        page.next_cursor.partition(":")[0],  # what follows is when it was signed
        [(facet, list(values.items())) for facet, values in page.facets().items()],
    )


def compare(draw, number, ways):
    """Each in one snapshot, so that whoever writes meanwhile changes neither of the two or both."""
    for _ in range(number):
        query, size, cursor = question(draw), draw.choice((1, 3, 20)), ""
        for _ in range(3):
            with transaction.atomic():
                with connection.cursor() as inside:
                    inside.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                page = queries.find(query, cursor=cursor, size=size)
                expected = plainly(query, cursor=cursor, size=size)
                assert told(page) == told(expected), query
            ways.append(page.way)
            cursor = page.next_cursor
            if not cursor:
                break


@pytest.fixture
def market(settings, tmp_path, monkeypatch):
    settings.SEGMENTS = tmp_path
    monkeypatch.setattr("vetting.indexes.queries.LEAST_LISTINGS", 1)
    holding.forget()
    yield Random(5)
    holding.forget()


def opened():
    queries.find(Query())
    holding.wait()


@pytest.mark.django_db(transaction=True)
def test_many_questions_are_answered_alike(market):
    """Some two hundred in an ordinary run; with `--hypothesis-profile=deep` four thousand."""
    draw, ways = market, []
    often = hypothesis.settings.default.max_examples
    made = people(draw, 300)
    actions.rebuild(at=AT)
    opened()
    compare(draw, often, ways)
    for step in range(8):
        for profile in draw.sample(made, draw.choice((1, 1, 2, 30))):
            change = draw.choice(("again", "again", "gone", "paused", "back"))
            with transaction.atomic():
                if change in {"again", "gone"}:
                    Listing.objects.filter(profile=profile).delete()
                if change == "again":
                    listing(draw, profile)
                if change in {"paused", "back"}:
                    Profile.objects.filter(pk=profile.pk).update(
                        status="paused" if change == "paused" else "listed"
                    )
        made += people(draw, draw.choice((0, 1, 5)))
        if step == 5:
            actions.rebuild(at=AT)
            opened()
        compare(draw, often // 8, ways)
    beyond = ways.count("postgresql")
    assert len(ways) > 2 * often
    assert beyond < len(ways) / 20  # rates no array holds


ODD = (
    Query(),
    Query(text="of the and"),
    Query(text="x" * 200),
    Query(text=" ".join(f"{a}{b}" for a in "abcdefgh" for b in "stuvwxyz")),
    Query(text="word7 " * 33),
    Query(text='"word7 OR -(quote AND NOT :* <-> % _ \\'),
    Query(text="\N{PARTY POPPER}" * 200),
    Query(
        text="\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED} \N{CYRILLIC SMALL LETTER ES}\N{CJK UNIFIED IDEOGRAPH-8CBB}"
    ),
    Query(text="word1\N{COMBINING ACUTE ACCENT}2"),
    Query(skill="nobody's skill"),
    Query(level=5, change=Decimal(999), rate=Decimal("0.000001"), currency="EUR"),
    Query(
        text="word7",
        skill="design",
        metric="lead_time",
        category="margin",
        industry="47",
        size="1-9",
        country="LV",
        language="de",
        mode="advise",
        availability="now",
        level=1,
        preregistered=True,
        transfer=True,
        change=Decimal("0.01"),
        rate=Decimal(300),
        currency="EUR",
    ),
)


@pytest.mark.django_db(transaction=True)
def test_odd_questions_are_answered_alike_and_with_no_more_statements_than_others(market):
    people(market, 60)
    actions.rebuild(at=AT)
    opened()
    for query in ODD:
        expected = plainly(query, size=100)
        with CaptureQueriesContext(connection) as asked:
            page = queries.find(query, size=100)
            told_of = told(page)
        assert (page.way, told_of) == ("segment", told(expected)), query
        assert len(asked) == (2 if page.total else 1), query
    forms_of("wrod7 owrd12 word7 word12")  # stems are asked for once in the life of a process
    with CaptureQueriesContext(connection) as asked:
        page = queries.find(Query(text="wrod7 owrd12"))
        assert (page.way, page.corrected) == ("segment", {"wrod7": "word7", "owrd12": "word12"})
    assert len(asked) == 2 + bool(page.total)


@pytest.mark.django_db(transaction=True)
def test_what_was_committed_is_found_at_once_and_what_was_not_is_not(market):
    draw = market
    (ana,) = people(draw, 1)
    actions.rebuild(at=AT)
    opened()
    assert (queries.find(Query()).way, queries.find(Query()).total) == ("segment", 1)
    with transaction.atomic():
        people(draw, 1)
        inside = queries.find(Query())
        assert (inside.way, inside.total) == ("postgresql", 2)
        transaction.set_rollback(True)
    assert (queries.find(Query()).way, queries.find(Query()).total) == ("segment", 1)
    (ben,) = people(draw, 1)
    assert {hit.profile_id for hit in queries.find(Query()).hits} == {ana.pk, ben.pk}
    Profile.objects.filter(pk=ana.pk).update(status="paused")
    page = queries.find(Query())
    assert (page.way, [hit.profile_id for hit in page.hits]) == ("segment", [ben.pk])
    ben.delete()
    assert (queries.find(Query()).way, queries.find(Query()).total) == ("segment", 0)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_gone_damaged_or_of_another_place_is_not_used(market, settings):
    people(market, 20)
    for harm in ("gone", "truncated", "damaged", "restored"):
        row = actions.rebuild(at=AT)
        path = holding.path_of(row.pk)
        whole = path.read_bytes()
        if harm == "gone":
            path.unlink()
        if harm == "truncated":
            path.write_bytes(whole[: len(whole) // 2])
        if harm == "damaged":
            path.write_bytes(whole[:-100] + bytes(100 * [7]))
        if harm == "restored":
            Segment.objects.filter(pk=row.pk).update(cluster=1)
        holding.forget()
        opened()
        assert (queries.find(Query()).way, queries.find(Query()).total) == ("postgresql", 20), harm
    assert actions.rebuild(at=AT).documents == 20
    opened()
    assert queries.find(Query()).way == "segment"
    Segment.objects.all().delete()
    assert queries.find(Query()).way == "postgresql"


@pytest.mark.django_db(transaction=True)
def test_a_change_of_many_at_once_is_postgresql_s_until_the_next_segment(market, monkeypatch):
    made = people(market, 30)
    actions.rebuild(at=AT)
    opened()
    monkeypatch.setattr(holding, "MOST_CHANGED", 10)
    Profile.objects.filter(pk__in=[each.pk for each in made[:8]]).update(status="paused")
    assert (queries.find(Query()).way, queries.find(Query()).total) == ("segment", 22)
    Profile.objects.filter(pk__in=[each.pk for each in made[8:11]]).update(status="paused")
    for _ in range(2):
        assert (queries.find(Query()).way, queries.find(Query()).total) == ("postgresql", 19)
        holding.wait()
    assert actions.rebuild(at=AT) is not None
    opened()
    assert (queries.find(Query()).way, queries.find(Query()).total) == ("segment", 19)


@pytest.mark.django_db(transaction=True)
def test_one_builds_at_a_time_when_it_is_due_and_old_files_go(market, settings):
    assert (queries.is_due(), actions.rebuild(at=AT)) == (False, None)
    made = people(market, 3)
    assert queries.is_due()
    indexes.wake()
    assert (Segment.objects.get().documents, queries.is_due()) == (3, False)
    for _ in range(4):
        actions.rebuild(at=AT)
    assert Segment.objects.count() == 2
    assert {path.stem for path in settings.SEGMENTS.iterdir()} == {
        str(key) for key in Segment.objects.order_by("id").values_list("pk", flat=True)
    }
    assert not queries.is_due()
    ListingChange.objects.create(xid=current(), profile_id=made[0].pk)
    assert not queries.is_due()
    ListingChange.objects.create(xid=current(), profile_id=None)
    assert queries.is_due()


def current():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_touches_many_is_written_down_as_one(market, monkeypatch):
    made = people(market, 5)
    before = ListingChange.objects.count()
    assert {each.profile_id for each in ListingChange.objects.order_by("id")} == {each.pk for each in made}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO vetting_profile (id, slug, origin, name, biography, country, place, languages, rate_currency,"
            " availability, evidence_version, created_at, is_demo, source_key, status, status_at)"
            " SELECT gen_random_uuid(), 'q-' || n, 'self', 'Q', '', '', '', '{}', '', '', 1, now(), false, '', 'listed', now()"
            " FROM generate_series(1, 2100) AS n"
        )
        cursor.execute(
            "INSERT INTO vetting_listing (id, profile_id, evidence_version, card_computed_at, theta_low, metrics,"
            " categories, industries, sizes, modes, languages, country, rate_currency, availability, level,"
            " preregistered, transfer, hit) SELECT gen_random_uuid(), id, 1, now(), 0, '{}', '{}', '{}', '{}', '{}',"
            " '{}', '', '', '', 0, false, false, '{}' FROM vetting_profile WHERE slug LIKE 'q-%'"
        )
    after = list(ListingChange.objects.order_by("-id").values_list("profile_id", flat=True))
    assert (len(after) - before, after[0]) == (1, None)
