"""The reading room."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests import builders as b
from vetting.kernel.verdict import InvalidError
from vetting.profiles import actions as profiles
from vetting.scorecards.queries import of_profile
from vetting.search.dossier import referrals_of, results_of
from vetting.search.models import Listing, ListingMetric
from vetting.search.queries import asked_metric, facets, find, stale
from vetting.search.rules import Query

pytestmark = pytest.mark.django_db


def names(query: Query, **options) -> list[str]:
    return [hit.shown["name"] for hit in find(query, **options).hits]


@pytest.fixture
def market():
    """Ana cut the cost of tickets twice, Ben did so once and missed once, Cem raised conversion in a sealed work."""
    ana = b.consultant("Ana Kalnina", rate=Decimal(900), rate_currency="EUR", availability="now")
    ben = b.consultant("Ben Other", country="DE", languages=["de"], place="Köln")
    cem = b.consultant("Cem Third", country="TR", languages=["tr", "en"])
    b.result(ana, "5.00", organization=b.client("Paper Umbrella"))
    b.result(ana, "6.00", organization=b.client("Bank of Sand", industry="64", size_band="1000-4999"))
    b.result(ben, "6.90", organization=b.client("Slow Shop"), publish="sector", transfer=1)
    b.result(ben, "9.90", organization=b.client("Late Shop"))
    aim = {"metric": "conversion_rate", "baseline": Decimal(2), "target": Decimal(3), "currency": ""}
    b.result(cem, "3.5", organization=b.client("Hidden Shop"), aim=aim, publish="sealed")
    profiles.add_claim(ana, kind="title", text="Visionary growth guru", by=ana.owner.actor, at=b.AT)
    profiles.change(ana, details={"biography": "Thoughtleader extraordinaire"}, by=ana.owner.actor, at=b.AT)
    b.published(ana, ben, cem)
    return ana, ben, cem


def test_her_own_words_find_nobody(market):
    for words in ("guru", "visionary", "growth guru", "thoughtleader"):
        assert names(Query(text=words)) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), ["Ana Kalnina", "Cem Third", "Ben Other"]),
        (Query(text="ana"), ["Ana Kalnina"]),
        (Query(text="KALNIŅA"), ["Ana Kalnina"]),
        (Query(text="koln"), ["Ben Other"]),
        (Query(text="ticket cost"), ["Ana Kalnina", "Ben Other"]),
        (Query(text="retailer"), ["Ana Kalnina", "Ben Other"]),
        (Query(text="Umbrella"), ["Ana Kalnina"]),
        (Query(text="Slow"), []),
        (Query(text="Hidden"), []),
        (Query(text="conversion"), []),
        (Query(metric="cost_per_ticket"), ["Ana Kalnina", "Ben Other"]),
        (Query(metric="conversion_rate"), []),
        (Query(category="cost_to_serve"), ["Ana Kalnina", "Ben Other"]),
        (Query(industry="64"), ["Ana Kalnina"]),
        (Query(industry="G"), ["Ana Kalnina", "Ben Other"]),
        (Query(size="1000-4999"), ["Ana Kalnina"]),
        (Query(country="TR"), ["Cem Third"]),
        (Query(language="en"), ["Ana Kalnina", "Cem Third"]),
        (Query(mode="deliver"), ["Ana Kalnina", "Ben Other"]),
        (Query(availability="now"), ["Ana Kalnina"]),
        (Query(level=3), ["Ana Kalnina", "Cem Third", "Ben Other"]),
        (Query(level=4), []),
        (Query(transfer=True), ["Ana Kalnina", "Cem Third", "Ben Other"]),
        (Query(preregistered=True), []),
        (Query(rate=Decimal(900), currency="EUR"), ["Ana Kalnina"]),
        (Query(rate=Decimal(899), currency="EUR"), []),
        (Query(rate=Decimal(900), currency="USD"), []),
        (Query(change=Decimal("0.3")), ["Ana Kalnina"]),
        (Query(change=Decimal("0.1"), metric="cost_per_ticket"), ["Ana Kalnina", "Ben Other"]),
        (Query(text='"unclosed OR -(quote'), []),
        (Query(text="🙂"), []),
    ],
)
def test_finding(market, query, found):
    assert names(query) == found
    assert find(query).total == len(found)


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        (Query(text="x" * 201), "q", "too_long"),
        (Query(text="nul\x00"), "q", "control_character"),
        (Query(metric="aura"), "metric", "unknown_value"),
        (Query(category="luck"), "category", "unknown_value"),
        (Query(industry="XX"), "industry", "unknown_value"),
        (Query(size="huge"), "size", "unknown_value"),
        (Query(country="XX"), "country", "unknown_value"),
        (Query(language="zz"), "language", "unknown_value"),
        (Query(mode="inspire"), "mode", "unknown_value"),
        (Query(availability="x"), "availability", "unknown_value"),
        (Query(level=6), "level", "out_of_range"),
        (Query(change=Decimal("NaN")), "change", "out_of_range"),
        (Query(rate=Decimal(0), currency="EUR"), "rate", "out_of_range"),
        (Query(rate=Decimal(1)), "currency", "required"),
        (Query(rate=Decimal("1e20"), currency="EUR"), "rate", "out_of_range"),
    ],
)
def test_a_search_that_cannot_be_is_named(query, field, code):
    with pytest.raises(InvalidError) as invalid:
        find(query)
    assert [(f, c) for f, (c, _) in invalid.value.problems.items()] == [(field, code)]


def test_pages_follow_each_other_and_a_cursor_cannot_be_made_up(market):
    first = find(Query(), size=2)
    second = find(Query(), size=2, cursor=first.next_cursor)
    assert [hit.shown["name"] for hit in (*first.hits, *second.hits)] == names(Query())
    assert (first.total, second.total, second.next_cursor) == (3, 3, "")
    for cursor in ("x", first.next_cursor + "x", first.next_cursor[:-1]):
        with pytest.raises(InvalidError) as invalid:
            find(Query(), cursor=cursor)
        assert list(invalid.value.problems) == ["cursor"]
    for size in (0, 101):
        with pytest.raises(InvalidError) as invalid:
            find(Query(), size=size)
        assert list(invalid.value.problems) == ["size"]


def test_a_search_for_a_metric_is_ranked_by_that_metric(market):
    page = find(Query(text="Cost per ticket"))
    assert page.ranked_by == "cost_per_ticket" == asked_metric(Query(text="ticket cost"))
    assert asked_metric(Query(text="cost")) == ""
    assert asked_metric(replace(Query(), metric="conversion_rate")) == "conversion_rate"
    lows = [
        ListingMetric.objects.get(listing__profile=hit.profile_id, metric="cost_per_ticket").theta_low
        for hit in page.hits
    ]
    assert lows == [hit.rank for hit in page.hits]
    assert lows == sorted(lows, reverse=True)


def test_facets_count_what_a_further_filter_would_leave(market):
    found = facets(Query(category="cost_to_serve"))
    assert found["metrics"] == {"cost_per_ticket": 2}
    assert found["industries"] == {"47": 2, "G": 2, "64": 1, "K": 1}
    assert found["country"] == {"DE": 1, "LV": 1}
    assert found["level"] == {"3": 2}
    assert found["transfer"] == {"true": 2}
    for industry, count in found["industries"].items():
        assert find(Query(category="cost_to_serve", industry=industry)).total == count


def test_a_listing_follows_its_card_and_leaves_with_its_profile(market):
    ana, _, _ = market
    assert stale(most=9) == []
    b.result(ana, "4.00", organization=b.client("New Place"))
    from vetting.scorecards.actions import compute
    from vetting.search.actions import refresh

    compute([ana.pk], at=b.AT + timedelta(hours=2))
    assert stale(most=9) == [ana.pk]
    refresh([ana.pk])
    assert stale(most=9) == []
    profiles.pause(ana, by=ana.owner.actor, at=b.AT)
    assert names(Query(text="ana")) == []
    assert stale(most=9) == [ana.pk]
    refresh([ana.pk])
    assert (stale(most=9), Listing.objects.filter(profile=ana).exists()) == ([], False)


def test_results_are_shown_as_openly_as_both_sides_allow(market):
    ana, ben, cem = market
    named = results_of(ana, of_profile(ana.pk))[0]
    assert (named.client, named.verdict, named.baseline.text, named.level) in {
        ("Paper Umbrella", "met", "9.40 EUR", 3),
        ("Bank of Sand", "met", "9.40 EUR", 3),
    }
    sector = next(each for each in results_of(ben, of_profile(ben.pk)) if each.publication == "sector")
    assert (sector.client, sector.client_slug) == ("a retailer of 50-249 people in Estonia", "")
    (sealed,) = results_of(cem, of_profile(cem.pk))
    assert (sealed.client, sealed.work, sealed.baseline, sealed.achieved, sealed.reason) == (
        "a client who is not shown",
        "",
        None,
        None,
        "",
    )
    assert (sealed.verdict, sealed.change) == ("met", 0.0)
    assert sealed.contribution > 0


def test_a_miss_and_a_silence_stand_in_their_place(market):
    _, ben, _ = market
    b.outcome(b.goal(b.engagement(ben, b.client("Silent Shop"))))
    verdicts = [(each.verdict, each.client) for each in results_of(ben, of_profile(ben.pk))]
    assert sorted(verdicts) == [
        ("met", "a retailer of 50-249 people in Estonia"),
        ("missed", "Late Shop"),
        ("unknown", "a retailer of 50-249 people in Estonia"),
    ]


def test_a_correction_shows_both_numbers():
    ana = b.consultant()
    b.result(ana, result_verdict="correct", result_value=Decimal("7.5"), interests=("family",))
    (shown,) = results_of(ana, None)
    assert (shown.claimed.text, shown.achieved.text, shown.verdict) == ("6.10 EUR", "7.50 EUR", "missed")
    assert shown.witness == "CFO (tie: family)"
    assert shown.contribution is None


def test_why_a_referral_weighs_what_it_does():
    owner = b.user("ana@elsewhere.example")
    details = {"name": "Ana", "country": "LV", "languages": ["lv"]}
    ana = profiles.create(owner=owner, details=details, by=owner.actor, at=b.AT)
    ben = b.consultant("Ben Peer")
    b.result(ben)
    b.referral(ana, ("Ben", ben.owner.email))
    b.referral(ana, ("Paid", "paid@peer.example"), gets_fee=True)
    b.referral(ana, ("Nobody", "nobody@peer.example"), seen_to=2024)
    b.published(ana, ben)
    shown = {
        each.name: (each.weighs, each.slug, each.years, each.why)
        for each in referrals_of(ana, of_profile(ana.pk))
    }
    assert shown == {
        "Ben Peer": (
            True,
            "ben-peer",
            "2024 to 2026",
            "Weighs by what the referrer's own clients confirmed; she refers to nobody else.",
        ),
        "Paid": (False, "", "2024 to 2026", "Shown, not weighed: the referrer gets a fee for it."),
        "Nobody": (
            False,
            "",
            "2024",
            "Shown, not weighed: the referrer has no profile with results of her own yet.",
        ),
    }
