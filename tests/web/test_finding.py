"""The search page, as Dana uses it."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from tests import builders as b
from tests.web.reader import links, part, words
from vetting.kernel.actors import system
from vetting.kernel.verdict import InvalidError
from vetting.outcomes import waves
from vetting.outcomes.questionnaire import Still
from vetting.profiles import actions as profiles
from vetting.search.queries import facets, find
from vetting.search.rules import Query

pytestmark = pytest.mark.django_db

LEAD_TIME = {"metric": "lead_time", "currency": "", "baseline": Decimal(21), "target": Decimal(14)}


def search(client, **asked):
    return client.get(f"/search/?{urlencode(asked)}" if asked else "/search/")


@pytest.fixture
def ana():
    ana = b.consultant(rate=Decimal(900), rate_currency="EUR", availability="now")
    b.result(ana)
    b.published(ana)
    return ana


def names(page):
    return [hit["name"] for hit in page.context["hits"]]


def test_a_hit_says_what_was_confirmed_and_why_it_stands_there(client, ana):
    page = search(client, q="cost per ticket")
    [hit] = page.context["hits"]
    low = f"{ana_card(ana).metrics['cost_per_ticket']['low']:.0f}"
    assert hit["url"] == "/c/ana-kalnina/"
    assert hit["place"] == "Riga, Latvia · Latvian, English · 900\u00a0EUR a day"
    assert hit["results"] == [
        {"verdict": "met", "text": "Cost per ticket 9.40 → 6.10 EUR at Paper Umbrella, goal met"}
    ]
    assert hit["blocks"] == ["confirmed"]
    assert hit["why"] == f"1\u00a0checked result on cost per ticket puts the lower end at {low}."
    assert "1 consultant, by cost per ticket alone" in words(page)
    assert links(page)["Ana Kalnina"] == "/c/ana-kalnina/"


def ana_card(ana):
    from vetting.scorecards.queries import of_profile

    return of_profile(ana.pk)


def test_what_she_says_of_herself_finds_nothing(client):
    guru = b.consultant("Gus Grand", biography="Visionary of synergy")
    profiles.add_claim(guru, kind="title", text="Growth guru", by=guru.owner.actor, at=b.AT)
    b.result(guru)
    b.published(guru)
    for said in ("growth guru", "visionary", "synergy"):
        page = search(client, q=said)
        assert (page.status_code, page.context["hits"]) == (200, [])
        assert "No confirmed result matches this" in words(page)
        assert links(page)["See everybody"] == "/search/"
    assert names(search(client, q="gus grand")) == ["Gus Grand"]


def test_an_empty_platform_says_so(client):
    page = search(client)
    assert "Nobody is listed yet" in words(page)
    assert links(page)["For consultants"] == "/for-consultants/"


def test_one_metric_alone_ranks_where_one_is_asked_for(client):
    shop = b.client()
    ana, ben = b.consultant("Ana Kalnina"), b.consultant("Ben Berzins")
    b.result(ana, organization=shop)
    b.result(ben, "7.90", organization=shop)
    for place in ("One", "Two", "Three"):
        b.result(ben, "10", organization=b.client(place), aim=LEAD_TIME)
    b.published(ana, ben)
    overall, by_cost = search(client), search(client, q="Cost per Ticket")
    assert names(overall) == ["Ben Berzins", "Ana Kalnina"]
    assert names(by_cost) == ["Ana Kalnina", "Ben Berzins"]
    assert names(search(client, metric="cost_per_ticket")) == ["Ana Kalnina", "Ben Berzins"]
    assert "In order of the lower end of the streak:" in words(overall)
    assert "In order of the lower end of the streak on cost per ticket:" in words(by_cost)
    assert [hit["card"]["n"] for hit in by_cost.context["hits"]] == [1, 1]
    assert names(search(client, q="lead time")) == ["Ben Berzins"]


def test_the_two_results_are_those_asked_for_and_the_newest_never_the_best(client):
    ana = b.consultant()
    b.result(ana, "6.10", organization=b.client("First"))
    b.result(ana, "8.80", organization=b.client("Second"))
    b.result(ana, "10", organization=b.client("Third"), aim=LEAD_TIME)
    b.published(ana)
    newest = [
        "Lead time 21 → 10 days at Third, goal met",
        "Cost per ticket 9.40 → 8.80 EUR at Second, goal missed",
    ]
    costs = [newest[1], "Cost per ticket 9.40 → 6.10 EUR at First, goal met"]

    def shown(**asked):
        [hit] = search(client, **asked).context["hits"]
        return [line["text"] for line in hit["results"]], hit["why"].partition(";")[2]

    assert shown() == (newest, "")
    assert shown(category="cost_to_serve") == (costs, " 2 are about what you asked for.")
    assert shown(q="first") == ([costs[1], newest[0]], " 1 is about what you asked for.")
    assert shown(metric="cost_per_ticket") == (costs, "")


def test_a_hit_says_whether_it_held(client):
    ana = b.consultant()
    held, faded = b.result(ana), b.result(ana, organization=b.client("Glass Harbour"))
    b.result(ana, organization=b.client("Quiet Mill"), publish="sealed")
    for outcome, still in ((held, Still(still="held")), (faded, Still(still="faded", value=Decimal(8)))):
        at = b.AT + timedelta(days=180)
        waves.answer(waves.ask_again(outcome.pk, by=system("test"), at=at).pk, still=still, at=at)
    b.published(ana, at=b.AT + timedelta(days=181))
    [hit] = search(client).context["hits"]
    assert {line["text"] for line in hit["results"]} == {
        "Cost per ticket 9.40 → 6.10 EUR at Paper Umbrella, goal met, held after 6 months",
        "Cost per ticket 9.40 → 6.10 EUR at Glass Harbour, goal met, faded after 6 months",
    }


def test_a_unit_is_said_once_where_both_numbers_share_it(client):
    ana = b.consultant()
    b.result(ana, "1", aim=LEAD_TIME)
    b.published(ana)
    [hit] = search(client).context["hits"]
    assert hit["results"][0]["text"] == "Lead time 21 days → 1 day at Paper Umbrella, goal met"


def test_nothing_confirmed_is_said_and_not_hidden(client):
    ana = b.consultant()
    b.published(ana)
    page = search(client)
    [hit] = page.context["hits"]
    assert (hit["results"], hit["card"]["n"]) == ([], 0)
    assert hit["why"] == f"Nothing is confirmed yet; somebody unknown ranks at {ana_card(ana).low:.0f}."
    assert "nothing confirmed yet" in words(page)
    assert "We cannot say that this one stands above the middle of the field." in words(page)


def test_how_sure_is_counted_against_the_middle_of_the_field(client):
    strong = b.consultant("Stella Strong")
    for number in range(12):
        b.result(strong, "6.10", organization=b.client(f"Client {number}"))
    weak = [b.consultant(f"Wil Weak {letter}") for letter in "ABC"]
    for person in weak:
        b.result(person, "9.30", organization=b.client())
    b.published(strong, *weak)
    said = words(search(client))
    assert "Of the four shown here one stands clearly above the middle of the field" in said
    assert "This one stands clearly above the middle of the field." in words(search(client, q="Stella"))


def test_two_of_whom_nothing_is_known_are_not_called_alike(client):
    b.published(b.consultant(), b.consultant("Ben Berzins"))
    said = "Of none of those shown here can we say that they stand above the middle of the field."
    assert said in words(search(client))


def test_a_demo_and_a_public_record_are_marked(client):
    demo, polls = b.consultant("Dora Demo", demo=True), b.recorded()
    b.published(demo, polls)
    assert {hit["name"]: hit["origin"] for hit in search(client).context["hits"]} == {
        "Dora Demo": "Demo: an invented person",
        "Northern Polls": "Compiled from a public record, not by the person",
    }


def test_chips_take_one_filter_off_each(client, ana):
    asked = {"q": "ticket", "language": "lv", "level": "3", "rate": "1000", "currency": "eur", "change": "10"}
    page = search(client, **asked, transfer="on", preregistered="false")
    assert names(page) == ["Ana Kalnina"]
    chips = {chip["label"]: chip["remove_url"] for chip in page.context["chips"]}
    rest = {"q": "ticket", "language": "lv", "level": "3", "transfer": "true", "change": "10", "rate": "1000"}
    rest["currency"] = "EUR"

    def without(*names):
        return f"/search/?{urlencode({name: value for name, value in rest.items() if name not in names})}"

    assert chips == {
        "Latvian": without("language"),
        "Evidence: client confirmed or corrected the numbers, or better": without("level"),
        "Client's people can go on alone": without("transfer"),
        "Better by 10 % or more": without("change"),
        "Up to 1\u202f000\u00a0EUR a day": without("rate", "currency"),
    }
    assert page.context["clear_url"] == "/search/?q=ticket"


def test_every_filter_narrows(client, ana):
    b.published(b.consultant("Ben Berzins", country="DE", languages=["de"], availability="none"))
    assert len(names(search(client))) == 2
    for name, value in {
        "category": "cost_to_serve",
        "metric": "cost_per_ticket",
        "industry": "G",
        "size": "50-249",
        "level": "1",
        "language": "lv",
        "country": "LV",
        "mode": "deliver",
        "availability": "now",
        "transfer": "true",
        "change": "35",
        "rate": "900.00",
    }.items():
        extra = {"currency": "EUR"} if name == "rate" else {}
        assert names(search(client, **{name: value}, **extra)) == ["Ana Kalnina"], name
    assert names(search(client, change="36")) == []
    assert names(search(client, preregistered="true")) == []
    assert names(search(client, rate="899.99", currency="EUR")) == []


def test_facets_name_what_would_be_left_and_their_links_find_it(client, ana):
    other = b.consultant("Ben Berzins", country="DE", languages=["de", "en"])
    bank = b.client("Kalku Bank", industry="64", size_band="1000-4999")
    b.result(other, "10", organization=bank, aim=LEAD_TIME, work={"mode": "advise"}, transfer=0)
    b.published(other)
    page = search(client)
    shown = {
        facet["title"]: {option["label"]: option["count"] for option in facet["first"]}
        for facet in page.context["facets"]
    }
    assert list(shown["The client's size"]) == ["50-249 people", "1000-4999 people"]
    assert shown == {
        "What was moved": {"Cost to serve": 1, "Cycle time": 1},
        "Measured by": {"Cost per ticket": 1, "Lead time": 1},
        "The client's industry": {
            "Wholesale and retail trade; repair of motor vehicles and motorcycles": 1,
            "Financial and insurance activities": 1,
        },
        "The client's size": {"50-249 people": 1, "1000-4999 people": 1},
        "Language": {"German": 1, "Latvian": 1},  # both speak English: that filter would leave everybody
        "Country": {"Germany": 1, "Latvia": 1},
        "Way of working": {"Advises": 1, "Delivers": 1},
        "Availability": {"Free now": 1},
        "Goals and skill": {"Client's people can go on alone": 1},
    }
    for facet in page.context["facets"]:
        for option in facet["first"]:
            assert len(names(client.get(option["url"]))) == option["count"]


def test_an_industry_narrows_from_its_section_to_its_divisions(client, ana):
    other = b.consultant("Ben Berzins")
    b.result(other, organization=b.client("Motor House", industry="45"))
    bank = b.consultant("Carl Cash")
    b.result(bank, organization=b.client("Kalku Bank", industry="64"))
    b.published(other, bank)

    def industries(**asked):
        groups = {group["title"]: group["first"] for group in search(client, **asked).context["facets"]}
        return {option["url"].rpartition("=")[2] for option in groups.get("The client's industry", [])}

    assert industries() == {"G", "K"}
    assert industries(industry="G") == {"45", "47"}
    assert industries(industry="47") == set()


def test_a_level_counts_all_who_have_it_or_better(client, ana):
    other = b.consultant("Ben Berzins")
    b.answered(b.outcome(b.goal(b.engagement(other))), ("Paul", "paul@gmail.com"))
    third = b.consultant("Nora New")
    b.published(other, third)
    groups = {group["title"]: group["first"] for group in search(client).context["facets"]}
    assert [(option["label"], option["count"]) for option in groups["Evidence, at least"]] == [
        ("Outside source", 2),
        ("Client confirmed or corrected the numbers", 1),
    ]


def test_a_long_facet_shows_eight_and_folds_the_rest(client):
    codes = ["AT", "BE", "CZ", "DE", "EE", "FI", "GR", "HU", "IE"]
    people = [b.consultant(f"Person {code}", country=code) for code in codes]
    b.published(*people)
    [countries] = [group for group in search(client).context["facets"] if group["title"] == "Country"]
    assert (len(countries["first"]), [option["label"] for option in countries["more"]]) == (8, ["Ireland"])
    assert words(part(search(client), "<details>", "</details>")) == "1 more Ireland 1 found"


def test_pages_follow_a_cursor_and_lead_back(client):
    people = [b.consultant(f"Person {number:02}") for number in range(23)]
    b.published(*people)
    first = search(client, language="lv")
    second = client.get(links(first)["Next →"])
    assert (len(names(first)), len(names(second))) == (20, 3)
    assert set(names(first)) | set(names(second)) == {profile.name for profile in people}
    assert "23 consultants" in words(first)
    assert "Next →" not in links(second)
    assert links(second)["← Back to the first"] == "/search/?language=lv"
    assert "← Back to the first" not in links(first)


@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_takes_the_same_queries_however_many_it_shows(client, django_assert_num_queries, rows):
    people = [b.consultant(f"Person {number}") for number in range(rows)]
    place = b.client()
    for person in people:
        b.result(person, organization=place)
    b.published(*people)
    search(client)  # the field's spread is kept for a minute
    with django_assert_num_queries(15):  # what is new, hits, their number, 12 facets
        assert len(names(search(client))) == rows


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"q": "x" * 201}, "q", "Ensure this value has at most 200 characters (it has 201)."),
        ({"q": "x" * 1_000_000}, "q", "Ensure this value has at most 200 characters (it has 1000000)."),
        ({"q": "a\x00b"}, "q", "Null characters are not allowed."),
        ({"q": "a\u202eb"}, "q", "Character 2 is one that text cannot hold."),
        ({"metric": "followers"}, "metric", "'followers' is not a known metric."),
        ({"metric": "x\x00"}, "metric", "Null characters are not allowed."),
        ({"category": "fame"}, "category", "'fame' is not a known category."),
        ({"industry": "ZZ"}, "industry", "'ZZ' is not a known industry."),
        ({"size": "huge"}, "size", "'huge' is not a known size."),
        ({"country": "XX"}, "country", "'XX' is not a known country."),
        ({"language": "english"}, "language", "'english' is not a known language."),
        ({"mode": "talk"}, "mode", "'talk' is not a known mode."),
        ({"availability": "soon"}, "availability", "'soon' is not a known availability."),
        ({"level": "6"}, "level", "Ensure this value is less than or equal to 5."),
        ({"level": "-1"}, "level", "Ensure this value is greater than or equal to 0."),
        ({"level": "high"}, "level", "Enter a whole number."),
        ({"change": "1e309"}, "change", "Ensure that there are no more than 7 digits in total."),
        ({"change": "0"}, "change", "Ensure this value is greater than or equal to 0.01."),
        ({"change": "NaN"}, "change", "Enter a number."),
        ({"rate": "-5", "currency": "EUR"}, "rate", "A day's rate is above zero."),
        (
            {"rate": "1e309", "currency": "EUR"},
            "rate",
            "Ensure that there are no more than 12 digits in total.",
        ),
        ({"rate": "900"}, "currency", "Name the currency of the rate, such as EUR."),
        ({"rate": "900", "currency": "euro"}, "currency", "'EURO' is not a known currency."),
        ({"currency": "EUR"}, "rate", "Write the rate too; a currency alone finds nothing."),
        ({"cursor": "forged"}, "cursor", "This cursor is not one of ours; start again."),
        ({"cursor": "a\x00"}, "cursor", "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_searched_for_comes_back_with_the_reason(client, ana, asked, field, said):
    page = search(client, **asked)
    assert page.status_code == 400
    assert page.context["form"].errors == {field: [said]}
    assert said in words(page)
    assert (page.context["page"], page.context["facets"]) == (None, [])
    assert "Nothing was searched yet" in words(page)


def test_what_was_typed_is_kept_beside_the_reason(client, ana):
    page = search(
        client, q="cost <b>", metric="followers", language="lv", rate="many", currency="EUR", level="3.0"
    )
    assert page.context["form"].errors == {"rate": ["Enter a number."]}
    assert 'name="q" value="cost &lt;b&gt;"' in page.content.decode()
    assert page.context["chips"] == [
        {"label": "Metric: followers", "remove_url": without(page, "metric")},
        {"label": "Language: lv", "remove_url": without(page, "language")},
        {"label": "Evidence: 3.0", "remove_url": without(page, "level")},
        {"label": "A day's rate, at most: many", "remove_url": without(page, "rate", "currency")},
    ]
    assert 'id="search-rate"' in page.content.decode()
    assert 'value="many"' in page.content.decode()
    # The other form drops what was wrong with this one, and what belongs to it.
    assert page.context["kept"] == [
        ("metric", "followers"),
        ("language", "lv"),
        ("level", "3.0"),
    ]
    assert '<details class="fold" open>' in page.content.decode()


def without(page, *names):
    typed = {"q": "cost <b>", "metric": "followers", "language": "lv", "level": "3.0", "rate": "many"}
    typed["currency"] = "EUR"
    return f"/search/?{urlencode({name: value for name, value in typed.items() if name not in names})}"


@pytest.mark.parametrize(
    "q", ["", "   ", "the", "'; drop table", '"', "-", "&|!()", "%", "\\", "🪨", "a" * 200]
)
def test_any_words_are_searched_for_without_a_fault(client, ana, q):
    assert search(client, q=q).status_code == 200


def test_unknown_parameters_and_other_methods(client, ana):
    assert names(search(client, utm_source="letter", page="9")) == ["Ana Kalnina"]
    assert client.post("/search/").status_code == 405
    assert client.head("/search/").status_code == 200


def test_a_metric_counts_the_same_in_total_hits_and_facets(client):
    """The words of a metric alone are not a result on it: "ticket" may stand in the name of the work."""
    ana, ben = b.consultant(), b.consultant("Ben Berzins")
    b.result(ana)
    b.result(
        ben,
        "10",
        organization=b.client("Lines"),
        aim=LEAD_TIME,
        work={"work": "Cost per ticket of the lines"},
    )
    b.published(ana, ben)
    page = find(Query(text="cost per ticket"))
    assert ([hit.shown["name"] for hit in page.hits], page.total) == (["Ana Kalnina"], 1)
    assert facets(Query(text="cost per ticket"))["metrics"] == {"cost_per_ticket": 1}


def test_a_result_newer_than_the_card_waits_for_the_next_card(client):
    from vetting.search.actions import refresh

    ana = b.consultant()
    b.result(ana)
    b.published(ana)
    b.result(ana, "10", organization=b.client("Lines"), aim=LEAD_TIME)
    refresh([ana.pk])
    assert names(search(client, metric="lead_time")) == []
    b.published(ana)
    assert names(search(client, metric="lead_time")) == ["Ana Kalnina"]


def test_a_page_of_no_size_is_refused():
    with pytest.raises(InvalidError, match="A page has 1 to 100 hits"):
        find(Query(), size=0)
