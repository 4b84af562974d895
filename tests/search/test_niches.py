"""Ranked by a metric in an industry, and what stands in for it; the skills peers saw."""

from decimal import Decimal

import pytest

from tests import builders as b
from vetting.scorecards.queries import of_profile
from vetting.search.models import Listing, ListingNiche
from vetting.search.queries import find
from vetting.search.rules import Query

pytestmark = pytest.mark.django_db

LEAD_TIME = {"metric": "lead_time", "currency": "", "baseline": Decimal(21), "target": Decimal(14)}


@pytest.fixture
def market():
    """Ana cut the cost of tickets in shops and sped up a bank; Ben the other way round, and better."""
    shop, bank = b.client("Shop"), b.client("Bank", industry="64")
    ana, ben = b.consultant("Ana"), b.consultant("Ben")
    b.result(ana, "7.50", organization=shop)
    b.result(ana, "18", organization=bank, aim=LEAD_TIME)
    b.result(ben, "5.00", organization=bank)
    b.result(ben, "10", organization=shop, aim=LEAD_TIME)
    b.published(ana, ben)
    return ana, ben


def ranks(query):
    page = find(query)
    return page.ranked_in, [(hit.shown["name"], hit.rank, hit.own) for hit in page.hits]


def test_a_metric_in_an_industry_ranks_by_what_was_confirmed_there(market):
    _, ben = market
    low = {each.name: of_profile(each.pk).metrics["cost_per_ticket"] for each in market}
    elsewhere = Listing.objects.get(profile=ben).theta_elsewhere
    place, found = ranks(Query(metric="cost_per_ticket", industry="47"))
    assert place == "47"
    assert sorted(found, key=lambda each: each[0]) == [
        ("Ana", low["Ana"]["industries"]["47"]["theta_low"], True),
        ("Ben", elsewhere, False),
    ]
    assert [rank for _, rank, _ in found] == sorted((rank for _, rank, _ in found), reverse=True)
    assert elsewhere < of_profile(ben.pk).theta_low
    assert ranks(Query(metric="cost_per_ticket", industry="G"))[1] == [
        (name, rank, own) for name, rank, own in found
    ]


def test_without_an_industry_or_without_a_metric_nothing_stands_in(market):
    assert [own for _, _, own in ranks(Query(metric="cost_per_ticket"))[1]] == [True, True]
    place, found = ranks(Query(industry="47"))
    assert (place, [own for _, _, own in found]) == ("", [True, True])
    assert [rank for _, rank, _ in found] == sorted(
        Listing.objects.order_by("id").values_list("theta_low", flat=True), reverse=True
    )


def test_a_niche_of_one_industry_is_the_metric_s_own_standing_and_a_sealed_result_has_none(market):
    ana, _ = market
    card = of_profile(ana.pk)
    for standing in card.metrics.values():
        for niche in standing["industries"].values():
            assert niche == {name: standing[name] for name in niche}
    assert sorted(
        ListingNiche.objects.filter(listing__profile=ana).order_by("id").values_list("metric", "industry")
    ) == [("cost_per_ticket", "47"), ("cost_per_ticket", "G"), ("lead_time", "64"), ("lead_time", "K")]
    cem = b.consultant("Cem")
    b.result(cem, publish="sealed")
    b.published(cem)
    assert not ListingNiche.objects.filter(listing__profile=cem).exists()
    assert of_profile(cem.pk).metrics == {}


def test_pages_of_a_niche_follow_each_other(market):
    query = Query(metric="cost_per_ticket", industry="47")
    first = find(query, size=1)
    second = find(query, size=1, cursor=first.next_cursor)
    together = [hit.profile_id for hit in (*first.hits, *second.hits)]
    assert together == [hit.profile_id for hit in find(query).hits]
    assert second.next_cursor == ""


def test_a_skill_is_what_a_peer_saw_whose_word_weighs():
    ana, ben = b.consultant("Ana Kalnina", domain="elsewhere.example"), b.consultant("Ben Peer")
    b.result(ben)
    b.referral(ana, ("Ben", ben.owner.email), skill="Service Désign")
    b.referral(ana, ("Paid", "paid@peer.example"), skill="Guru", gets_fee=True)
    b.published(ana, ben)
    assert Listing.objects.get(profile=ana).skills == ["service design"]
    found = find(Query(skill="SERVICE design"))
    assert [hit.shown["name"] for hit in found.hits] == ["Ana Kalnina"]
    assert found.facets()["skills"] == {"service design": 1}
    assert find(Query(skill="guru")).total == 0
    assert find(Query(text="desgin")).corrected == {"desgin": "design"}
