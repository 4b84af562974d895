"""What anybody reads: the search, scorecards, catalogues."""

import json

import pytest

from tests import builders
from tests.api.callers import problem
from vetting.api.reading import HitSerializer, _hit
from vetting.companies.catalogue import INDUSTRIES
from vetting.engagements.metrics import METRICS
from vetting.scorecards.queries import of_profile
from vetting.search.queries import facets, find
from vetting.search.rules import Query


def found(answer):
    assert answer.status_code == 200, answer.json()
    return [hit["slug"] for hit in answer.json()["hits"]]


def test_a_search_says_who_and_why(world, anybody):
    body = anybody.get("search?q=cost per ticket").json()
    assert (body["total"], body["ranked_by"], body["next"]) == (1, "cost_per_ticket", None)
    [hit] = body["hits"]
    assert (hit["slug"], hit["counted"]) == ("ana-kalnina", 1)
    [line] = hit["results"]
    assert (line["metric"], line["baseline"], line["achieved"], line["verdict"], line["level"]) == (
        "cost_per_ticket",
        "9.40 EUR",
        "6.10 EUR",
        "met",
        3,
    )
    assert hit["metrics"]["cost_per_ticket"]["n"] == 1
    assert body["facets"] == {
        name: dict(counts) for name, counts in facets(Query(text="cost per ticket")).items()
    }
    assert body["facets"]["metrics"] == {"cost_per_ticket": 1}


def test_a_hit_holds_what_the_document_says_in_its_order(world, anybody):
    page = find(Query())
    shown = [HitSerializer({**hit.shown, "own": hit.own}).data for hit in page.hits]
    assert len(shown[0]["results"]) == 1
    assert json.dumps(anybody.get("search").json()["hits"]) == json.dumps(shown)
    old = page.hits[0]
    for line in old.shown["results"]:
        del line["still"], line["still_months"]
    (line,) = _hit(old)["results"]
    assert (line["still"], line["still_months"]) == ("", 0)
    assert json.dumps(_hit(old)) == json.dumps(HitSerializer({**old.shown, "own": old.own}).data)


def test_what_she_says_of_herself_finds_nothing(world, ana, anybody):
    ana.post("profiles/me/claims", {"kind": "title", "text": "Visionary growth guru"})
    ana.patch("profiles/me", {"biography": "Visionary."})
    builders.published(world.ana)
    assert found(anybody.get("search?q=visionary")) == []
    assert found(anybody.get("search?q=guru")) == []
    assert found(anybody.get("search?q=Kalnina")) == ["ana-kalnina"]


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("", ["ana-kalnina", "eve-pocket"]),
        ("metric=cost_per_ticket", ["ana-kalnina"]),
        ("metric=conversion_rate", []),
        ("category=cost_to_serve&industry=G&size=50-249", ["ana-kalnina"]),
        ("industry=47&mode=deliver&language=lv&country=LV", ["ana-kalnina"]),
        ("level=3", ["ana-kalnina"]),
        ("level=4", []),
        ("preregistered=true", []),
        ("preregistered=false", ["ana-kalnina", "eve-pocket"]),
        ("transfer=true", ["ana-kalnina"]),
        ("change=0.35", ["ana-kalnina"]),
        ("change=0.36", []),
        ("rate=1000&currency=EUR", []),
        ("availability=now", []),
    ],
)
def test_every_filter(query, slugs, world, anybody):
    assert sorted(found(anybody.get(f"search?{query}"))) == slugs


def test_pages_of_hits(world, anybody):
    first = anybody.get("search?limit=1").json()
    second = anybody.get(first["next"].partition("/api/v1/")[2]).json()
    assert [first["total"], second["total"], second["next"]] == [2, 2, None]
    assert sorted(hit["slug"] for page in (first, second) for hit in page["hits"]) == [
        "ana-kalnina",
        "eve-pocket",
    ]


@pytest.mark.parametrize(
    ("query", "name", "code"),
    [
        ("metric=happiness", "metric", "unknown_value"),
        ("category=fun", "category", "unknown_value"),
        ("industry=00", "industry", "unknown_value"),
        ("size=7", "size", "unknown_value"),
        ("country=XX", "country", "unknown_value"),
        ("language=latvian", "language", "unknown_value"),
        ("mode=hire", "mode", "unknown_value"),
        ("availability=soon", "availability", "unknown_value"),
        ("level=6", "level", "max_value"),
        ("level=x", "level", "invalid"),
        ("preregistered=perhaps", "preregistered", "invalid"),
        ("change=1e309", "change", "out_of_range"),
        ("change=NaN", "change", "invalid"),
        ("rate=0&currency=EUR", "rate", "out_of_range"),
        ("rate=900", "currency", "required"),
        ("rate=1e1000000&currency=EUR", "rate", "out_of_range"),
        ("q=" + "a" * 201, "q", "too_long"),
        ("q=%00", "q", "null_characters_not_allowed"),
        ("q=%07", "q", "control_character"),
        ("q=a&q=b", "q", "repeated"),
        ("query=a", "query", "unknown_field"),
        ("q=" + "word " * 2_000, "q", "too_long"),
        ("&".join(f"industry={n}" for n in range(200)), "industry", "repeated"),
        ("cursor=" + "x" * 5_000, "cursor", "bad_cursor"),
        ("limit=100000", "limit", "max_value"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(query, name, code, world, anybody):
    answer = anybody.get(f"search?{query}")
    assert answer.status_code == 400
    assert [(each["parameter"], each["code"]) for each in answer.json()["errors"]] == [(name, code)]


@pytest.mark.parametrize(
    "text", ["%FF%FE", "'", '"', "a & | !", "<->", "()", "%F0%9F%98%80", "-", "or or", "%25"]
)
def test_any_text_may_be_searched_for(text, world, anybody):
    assert anybody.get(f"search?q={text.replace('&', '%26')}").status_code == 200


def test_of_two_hundred_facets_nobody_knows_the_first_are_named(anybody, db):
    answer = anybody.get("search?" + "&".join(f"facet{n}=x" for n in range(200)))
    assert answer.status_code == 400
    assert [(each["parameter"], each["code"]) for each in answer.json()["errors"]] == [
        (name, "unknown_field") for name in sorted(f"facet{n}" for n in range(200))[:20]
    ]


def test_every_wrong_filter_is_told_at_once(anybody, db):
    answer = anybody.get("search?metric=happiness&country=XX")
    assert answer.json() == {
        **problem("invalid", 400, "2 values are wrong."),
        "errors": [
            {"parameter": "country", "code": "unknown_value", "detail": "'XX' is not a known country."},
            {"parameter": "metric", "code": "unknown_value", "detail": "'happiness' is not a known metric."},
        ],
    }


def test_a_scorecard_holds_its_ledger(world, anybody):
    card = of_profile(world.ana.pk)
    body = anybody.get("scorecards/ana-kalnina").json()
    assert (body["profile"], body["counted"], body["current"]) == ("ana-kalnina", 1, True)
    assert (body["mean"], body["low"], body["high"]) == (card.mean, card.low, card.high)
    assert [entry | {"sentence": ""} for entry in body["ledger"]] == [
        entry | {"sentence": ""} for entry in card.ledger
    ]
    assert body["ledger"][0]["sentence"].startswith("Cost per ticket 9.40 to 6.10 EUR (goal 7.00 EUR) at ")
    assert body["ledger_sum"] == sum(entry["value"] for entry in card.ledger)
    assert {entry["dimension"] for entry in body["ledger"]} == {"results", "transfer"}
    assert sorted(body["dimensions"]) == sorted(card.dimensions)
    assert list(body["metrics"]) == ["cost_per_ticket"]


def test_a_scorecard_says_when_more_is_known_by_now(world, ana, anybody):
    ana.post(f"goals/{world.draft.pk}/withdraw")
    assert anybody.get("scorecards/ana-kalnina").json()["current"] is False


def test_of_a_sealed_result_nothing_shows_but_that_it_counts(world, anybody):
    sealed = builders.result(world.eve, organization=builders.client("Tin Works"), publish="sealed")
    builders.published(world.eve)
    [shown] = anybody.get("profiles/eve-pocket").json()["results"]
    told = {name: value for name, value in shown.items() if value not in ("", None, [], 0, False)}
    assert told.pop("contribution") > 0
    assert told == {
        "key": str(sealed.pk),
        "client": "a client who is not shown",
        "publication": "sealed",
        "verdict": "met",
        "status": "confirmed",
        "level": 3,
        "level_words": "client confirmed or corrected the numbers",
    }


def test_of_a_sealed_result_no_reason_is_given(world, anybody):
    """It counts, and neither its work nor how far it went is said."""
    sealed = builders.result(world.eve, work={"confidentiality": "sealed"}, aim={"note": "private"})
    builders.published(world.eve)
    body = anybody.get("scorecards/eve-pocket").json()
    assert [entry["key"] for entry in body["ledger"]] == [str(sealed.pk)] * len(body["ledger"])
    assert {(entry["reason"], entry["sentence"]) for entry in body["ledger"]} == {
        ("", "A result its client keeps sealed")
    }
    assert all(entry["value"] != 0 for entry in body["ledger"])
    [shown] = anybody.get("profiles/eve-pocket").json()["results"]
    assert (shown["baseline"], shown["target"], shown["achieved"], shown["work"], shown["reason"]) == (
        None,
        None,
        None,
        "",
        "",
    )


def test_the_catalogues_are_whole(anybody, db):
    metrics = anybody.get("metrics").json()["results"]
    assert [each["key"] for each in metrics] == list(METRICS)
    ticket = next(each for each in metrics if each["key"] == "cost_per_ticket")
    assert {name: ticket[name] for name in ("unit", "direction", "needs_currency", "floor", "ceiling")} == {
        "unit": "money_per_item",
        "direction": -1,
        "needs_currency": True,
        "floor": "0",
        "ceiling": None,
    }
    industries = anybody.get("industries").json()["results"]
    assert [each["code"] for each in industries] == list(INDUSTRIES)
    assert industries[0] == {"code": "A", "name": "Agriculture, forestry and fishing", "section": "A"}
