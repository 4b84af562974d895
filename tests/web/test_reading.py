"""The front page, the method, the page for consultants, and what machines ask for."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import OperationalError, connection

from tests import builders as b
from tests.web.reader import links, part, words
from vetting.engagements.metrics import METRICS
from vetting.outcomes.questionnaire import QUESTIONS
from vetting.scoring.weights import PUBLISHED

pytestmark = pytest.mark.django_db

LEAD_TIME = {"metric": "lead_time", "currency": "", "baseline": Decimal(21), "target": Decimal(14)}
MARGIN = {"metric": "gross_margin", "currency": "", "baseline": Decimal(31), "target": Decimal(34)}


def test_the_front_page_of_an_empty_platform_promises_nothing(client):
    page = client.get("/")
    assert "Advisers, by what their clients confirm they achieved." in words(page)
    assert (
        "No result is confirmed yet As soon as a client has confirmed the first one, it stands here."
        in words(page)
    )
    assert page.context["examples"] == []
    assert "For example" not in words(page)


@pytest.mark.parametrize("address", ["/", "/search/"])
def test_pages_say_that_the_demo_world_is_being_made(client, settings, tmp_path, address):
    settings.DEMO_FILE = tmp_path / "demo.json"
    told = tmp_path / "demo.part"
    told.write_text("41")
    page = client.get(address)
    assert "The demo world is being made 41 % Some years of an invented market" in words(page)
    assert '<progress class="part" max="100" value="41"' in page.content.decode()
    told.write_text("")  # caught in the instant in which it is written
    assert "The demo world is being made" not in words(client.get(address))


def three_people():
    shop, works = b.client(), b.client("Nordlicht", industry="28")
    ana, ben, cid = (b.consultant(name) for name in ("Ana Kalnina", "Ben Berzins", "Cid Celms"))
    for person in (ana, ben, cid):
        b.result(person, organization=shop)
    b.result(ana, "10", organization=works, aim=LEAD_TIME)
    b.result(ben, "11", organization=works, aim=LEAD_TIME)
    b.result(cid, "35", organization=works, aim=MARGIN)
    b.published(ana, ben, cid)


def test_every_example_is_made_from_what_is_there_and_finds_it(client):
    three_people()
    page = client.get("/")
    labels = [example["label"] for example in page.context["examples"]]
    assert labels == ["Cost per ticket", "Lead time at a machine builder", "Gross margin, Latvian-speaking"]
    people = [hit["name"] for hit in page.context["hits"]]
    assert len(set(people)) == 3
    for example, person in zip(page.context["examples"], people, strict=True):
        found = client.get(links(page)[example["label"]])
        assert person in [hit["name"] for hit in found.context["hits"]]
    assert "Three whom these searches find at this moment" in words(page)
    assert links(page)["See everybody"] == "/search/"


def test_one_consultant_makes_one_example(client):
    ana = b.consultant(languages=["en"])
    b.result(ana)
    b.result(ana, "10", organization=b.client("Lines"), aim=LEAD_TIME)
    b.published(ana)
    page = client.get("/")
    assert [example["label"] for example in page.context["examples"]] == ["Cost per ticket"]
    assert "One whom this search finds at this moment" in words(page)


def test_an_example_without_industry_or_other_language_is_the_metric_alone(client):
    place = b.client("Anywhere", industry="")
    people = [b.consultant(name, languages=["en"]) for name in ("Ana", "Ben", "Cid")]
    for person, aim, value in zip(people, ({}, LEAD_TIME, MARGIN), ("6.10", "10", "35"), strict=True):
        b.result(person, value, organization=place, aim=aim)
    b.published(*people)
    labels = [example["label"] for example in client.get("/").context["examples"]]
    assert labels == ["Cost per ticket", "Gross margin", "Lead time"]


def test_two_metrics_of_one_kind_make_one_example(client):
    people = [b.consultant("Ana"), b.consultant("Ben")]
    b.result(people[0])
    b.result(people[1], aim={"metric": "cost_per_order"})
    b.published(*people)
    assert METRICS["cost_per_order"].category == METRICS["cost_per_ticket"].category
    assert [example["label"] for example in client.get("/").context["examples"]] == ["Cost per order"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_front_page_takes_three_queries_an_example(client, django_assert_num_queries, rows):
    people = [b.consultant(name) for name in ("Ana", "Ben", "Cid")[:rows]]
    aims = ({}, LEAD_TIME, MARGIN)
    for person, aim, value in zip(people, aims, ("6.10", "10", "35"), strict=False):
        b.result(person, value, organization=b.client(), aim=aim)
    b.published(*people)
    client.get("/")  # the field's spread is kept for a minute
    with django_assert_num_queries(1 + 3 * rows):  # of each what is new, the hits, their number
        assert len(client.get("/").context["hits"]) == rows


def test_the_method_shows_the_figures_in_use(client):
    shown = words(client.get("/method/"))
    assert f"The scale in use is {PUBLISHED.version}" in shown
    for level, doubt in enumerate(PUBLISHED.fabrication):
        text = f"{doubt * 100:.1f}".removesuffix(".0")
        assert f"{text} %" in shown.partition(f"E{level} ")[2][:80]
    assert [f"{dimension.weight:.0%}".replace("%", " %") in shown for dimension in PUBLISHED.dimensions] == [
        True
    ] * 4
    assert "A further result at the same client counts 70 % of the one before." in shown
    assert "carries a further chance of 10 % of saying nothing" in shown
    assert "both sides accepted it before the work or within 14 days after its start" in shown
    assert "nobody gets more than three letters in 30 days" in shown
    assert "asked about more than two new things in 90 days" in shown
    assert "a reminder after 4 and after 11 days, and after 30 days we stop" in shown
    assert "The nine questions we ask" in shown
    again = "asked for the same number again after about 3, 6 and 12 months: one question, one reminder after 11 days"
    assert again in shown
    assert [question.words in shown for question in QUESTIONS] == [True] * 9


def test_the_method_names_every_metric_once_and_each_can_be_searched_for(client):
    page = client.get("/method/")
    listed = part(page, '<dl class="facts">', "</dl>")
    found = links(listed)
    assert found == {metric.name: f"/search/?metric={key}" for key, metric in METRICS.items()}
    assert f"{len(METRICS)} metrics, each with one definition" in words(page)
    assert client.get(found["Lead time"]).status_code == 200


def test_the_page_for_consultants_leads_a_stranger_to_sign_up(client):
    page = client.get("/for-consultants/")
    assert links(page)["Make a profile"] == "/account/signup/"
    assert "Your client answers nine questions in about three minutes" in words(page)
    assert "the same number again after about 3, 6 and 12 months: one question, one reminder." in words(page)
    assert "accepted by day 14 counts for more" in words(page)


def test_the_page_for_consultants_leads_one_with_an_account_to_the_desk(client):
    client.force_login(b.user("ana@advice.example"))
    page = client.get("/for-consultants/")
    assert links(page)["Go to your desk"] == "/desk/"
    assert "Make a profile" not in links(page)


def test_robots_stay_out_of_what_is_one_persons(client):
    page = client.get("/robots.txt")
    assert page["Content-Type"] == "text/plain"
    assert page.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /account/",
        "Disallow: /desk/",
        "Disallow: /r/",
        "Disallow: /staff/",
    ]


def test_health_of_a_quiet_platform(client):
    page = client.get("/health/")
    assert (page.status_code, page.json()) == (
        200,
        {
            "database": "ok",
            "sweep": "in time",
            "outbox": {"due": 0, "expired_leases": 0, "uncertain": 0, "oldest_due_seconds": 0},
        },
    )
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(("seconds", "sweep"), [(60, "in time"), (61, "late")])
def test_health_names_a_sweep_that_does_not_come(client, seconds, sweep):
    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    with time_machine.travel(b.AT + timedelta(seconds=seconds), tick=False):
        page = client.get("/health/")
    assert page.status_code == 200
    assert (page.json()["sweep"], page.json()["outbox"]["due"]) == (sweep, 1)
    assert page.json()["outbox"]["oldest_due_seconds"] == seconds


def test_health_without_the_database(client):
    def away(*_):
        raise OperationalError

    with connection.execute_wrapper(away):
        page = client.get("/health/")
    assert (page.status_code, page.json(), page["Retry-After"]) == (503, {"database": "away"}, "5")


@pytest.mark.parametrize("address", ["/", "/method/", "/for-consultants/", "/robots.txt", "/health/"])
def test_nothing_is_posted_to_a_page_one_reads(client, address):
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200
    assert client.get(address, {"q": "\x00", "page": "9" * 1000}).status_code == 200
