"""Work declared, closed, withdrawn; and the page that shows everything said about it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from tests import builders as b
from tests.web.consultant import CLIENT, GOAL, NOW, WORK, brief, kept, problems, signed_in
from tests.web.reader import links, words
from vetting.companies.models import Organization
from vetting.engagements import actions
from vetting.engagements.models import Engagement
from vetting.followups import actions as followups
from vetting.kernel.actors import system
from vetting.outcomes import waves
from vetting.outcomes.questionnaire import Still

pytestmark = pytest.mark.django_db
NEW = "/desk/work/new/"
BOTH = CLIENT | WORK


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


def url(engagement, step=""):
    return f"/desk/work/{engagement.pk}/{step}"


def said(page):
    return [str(message) for message in page.context["messages"]]


def test_client_and_work_are_declared_in_one_form():
    ana = b.consultant()
    client = signed_in(ana)
    page = client.post(NEW, BOTH)
    engagement = Engagement.objects.select_related("organization").get()
    assert (page.status_code, page["Location"]) == (302, url(engagement))
    assert (engagement.profile, engagement.starts_on, engagement.ends_on, engagement.mode) == (
        ana,
        date(2026, 5, 1),
        None,
        "deliver",
    )
    assert (engagement.fee, engagement.fee_currency, engagement.confidentiality) == (
        Decimal(18000),
        "EUR",
        "named",
    )
    organization = engagement.organization
    assert (organization.name, organization.industry, organization.size_band) == (
        "Paper Umbrella",
        "47",
        "50-249",
    )
    page = words(client.get(url(engagement)))
    assert "Paper Umbrella, 1 May 2026 to today Declared by you; no client has confirmed it yet." in page
    assert "Your fee, private 18 000 EUR" in page.replace("\u202f", " ")


def test_the_same_form_twice_is_one_piece_of_work():
    client = signed_in(b.consultant())
    for typed in (
        BOTH,
        BOTH,
        BOTH | {"domain": "", "name": "No Domain"},
        BOTH | {"domain": "", "name": "no domain"},
    ):
        assert client.post(NEW, typed).status_code == 302
    assert sorted(Organization.objects.values_list("name", flat=True)) == ["No Domain", "Paper Umbrella"]
    assert Engagement.objects.count() == 2


def test_a_client_named_before_need_not_be_described_again():
    ana = b.consultant()
    client = signed_in(ana)
    client.post(NEW, BOTH)
    first = Organization.objects.get()
    assert links(client.get(NEW))["Paper Umbrella"] == f"?client={first.pk}"
    page = client.get(f"{NEW}?client={first.pk}")
    assert "name" not in page.context["form"].fields
    assert client.post(f"{NEW}?client={first.pk}", WORK | {"work": "Returns"}).status_code == 302
    assert list(Engagement.objects.order_by("work").values_list("organization", "work")) == [
        (first.pk, "Customer service redesign"),
        (first.pk, "Returns"),
    ]


@pytest.mark.parametrize("key", ["01a2083e-96c1-79bc-a844-f04fbda87d42", "nothing", "\x00", "' or 1=1"])
def test_a_client_who_is_not_hers_is_not_found(key):
    assert signed_in(b.consultant()).get(NEW, {"client": key}).status_code == 404


def test_a_foreign_client_is_not_found():
    foreign = b.engagement(b.consultant("Eve Pocket")).organization
    assert signed_in(b.consultant()).get(NEW, {"client": foreign.pk}).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("name", "", "required"),
        ("name", "n" * 1_000_000, "too_long"),
        ("domain", "not a domain", "invalid_domain"),
        ("domain", "gmail.com", "free_provider"),
        ("domain", "mail.paper-umbrella.example", "not_registered"),
        ("country", "", "required"),
        ("industry", "999", "invalid_choice"),
        ("size_band", "12", "invalid_choice"),
        ("work", "", "required"),
        ("work", "w\x00", "null_characters_not_allowed"),
        ("work", "w" * 1_000_000, "too_long"),
        ("description", "d" * 4_001, "too_long"),
        ("starts_on", "", "required"),
        ("starts_on", "1949-12-31", "too_early"),
        ("starts_on", "9999-12-31", "too_late"),
        ("starts_on", "2026-02-30", "invalid"),
        ("starts_on", "\x00", "invalid"),
        ("ends_on", "2026-04-30", "ends_before_start"),
        ("ends_on", "x" * 1_000_000, "invalid"),
        ("mode", "guru", "invalid_choice"),
        ("mode", "", "required"),
        ("confidentiality", "loud", "invalid_choice"),
        ("fee", "1e309", "invalid_number"),
        ("fee", "0", "not_positive"),
        ("fee", "1000000000000000", "out_of_range"),
        ("fee", "1.1234567", "too_fine"),
        ("fee_currency", "", "unknown_currency"),
        ("fee_currency", "XXX", "invalid_choice"),
    ],
    ids=brief,
)
def test_what_is_wrong_comes_back_as_it_was_typed(field, typed, code):
    page = signed_in(b.consultant()).post(NEW, BOTH | {field: typed})
    assert problems(page) == {field: [code]}
    shown = kept(page)
    assert {name: shown[name] for name in BOTH} == BOTH | {field: typed}
    assert page.content.decode().count('class="error-summary"') == 1
    assert (Organization.objects.count(), Engagement.objects.count()) == (0, 0)


def test_a_day_is_taken_as_europeans_write_it():
    signed_in(b.consultant()).post(NEW, BOTH | {"starts_on": "01.05.2026"})
    assert Engagement.objects.get().starts_on == date(2026, 5, 1)


def test_the_list_of_work():
    ana = b.consultant()
    client = signed_in(ana)
    assert "No work declared yet" in words(client.get("/desk/work/"))
    engagement = b.engagement(ana)
    b.goal(engagement)
    b.engagement(ana, b.client("Moonbeam"), work="Returns", ends_on=None)
    page = client.get("/desk/work/")
    assert "1 goal: Cost per ticket." in words(page).replace("\xa0", " ")
    assert "No goal yet." in words(page)
    assert url(engagement) in links(page).values()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_work_asks_as_often_for_many(rows, django_assert_num_queries):
    ana = b.consultant()
    for number in range(rows):
        b.goal(b.engagement(ana, b.client(f"Client {number}")))
    client = signed_in(ana)
    with django_assert_num_queries(5):
        client.get("/desk/work/")


@pytest.mark.parametrize("path", ["/desk/work/", NEW])
def test_without_a_profile_one_is_led_to_make_it(path):
    page = signed_in(b.user("nora@new.example")).get(path, follow=True)
    assert page.redirect_chain == [("/desk/profile/", 302)]
    assert said(page) == ["First make your profile; your work belongs to it."]


def test_closing_the_work():
    ana = b.consultant()
    client = signed_in(ana)
    declared = b.engagement(ana, b.client("Moonbeam"))
    turned = client.get(url(declared, "close/"), follow=True)
    assert said(turned) == ["Declared by you; no client has confirmed it yet."]
    engagement = b.result(ana).goal.engagement
    assert "The work is over" in words(client.get(url(engagement)))
    assert kept(client.get(url(engagement, "close/"))) == {"ends_on": date(2026, 4, 17)}
    wrong = client.post(url(engagement, "close/"), {"ends_on": "2026-01-11"})
    assert (problems(wrong), kept(wrong)) == ({"ends_on": ["ends_before_start"]}, {"ends_on": "2026-01-11"})
    assert problems(client.post(url(engagement, "close/"), {"ends_on": "soon"})) == {"ends_on": ["invalid"]}
    done = client.post(url(engagement, "close/"), {"ends_on": "2026-05-03"}, follow=True)
    assert said(done) == ["The work is over; its last day is on record."]
    engagement.refresh_from_db()
    assert (engagement.status, engagement.ends_on) == ("closed", date(2026, 5, 3))
    again = client.post(url(engagement, "close/"), {"ends_on": "2026-05-03"}, follow=True)
    assert said(again) == ["Confirmed by the client, and over."]


def test_withdrawing_work_and_its_goals():
    ana = b.consultant()
    client = signed_in(ana)
    engagement = b.engagement(ana)
    goal = b.goal(engagement)
    actions.propose_goal(goal, name=b.CARLA[0], email=b.CARLA[1], by=ana.owner.actor, at=b.AT)
    refused = client.post(url(engagement, "withdraw/"), follow=True)
    assert said(refused) == ["Withdraw its goals first: a client has been asked about them."]
    outcome = b.outcome(goal)
    refused = client.post(f"/desk/goals/{goal.pk}/withdraw/", follow=True)
    assert said(refused) == ["Withdraw its result first."]
    for path, says in (
        (
            f"/desk/results/{outcome.pk}/withdraw/",
            "The result is withdrawn, and any open question about it is closed.",
        ),
        (
            f"/desk/goals/{goal.pk}/withdraw/",
            "The goal is withdrawn, and any open question about it is closed.",
        ),
        (url(engagement, "withdraw/"), "Withdrawn. It stays in your coverage line as declared."),
    ):
        page = client.post(path, follow=True)
        assert (page.redirect_chain, said(page)) == ([(url(engagement), 302)], [says])
        assert [level.level_tag for level in client.post(path, follow=True).context["messages"]] == [
            "warning"
        ]
    for row in (outcome, goal, engagement):
        row.refresh_from_db()
        assert row.status == "withdrawn"
    page = words(client.get(url(engagement)))
    assert "Withdrawn by you; it stays in your coverage line." in page
    assert "Draft" not in page


def test_everything_said_but_whether_they_would_hire_again():
    ana = b.consultant()
    outcome = b.result(
        ana,
        comment="We counted first.",
        interests=("fee",),
        result_verdict="correct",
        result_value=Decimal("6.50"),
    )
    page = words(signed_in(ana).get(url(outcome.goal.engagement)))
    for said_so in (
        "The client corrected the numbers on 4 May 2026.",
        "Not pre-registered: the client had not accepted it beforehand.",
        "CFO, 4 May 2026: outside source",
        "Ties to you I get a fee or another advantage for answering",
        "The value before Yes, it is right",
        "The result No, it was another number: 6.50 EUR",
        "Due to you 50 to 75 % of the change",
        "Was the goal set before Yes",
        "Can they do it without you Most of it",
        "How it may be shown With the name of our organization",
        "We counted first.",
    ):
        assert said_so in page
    assert "hire this consultant" not in page
    assert "hire you again is private" in page
    assert "Withdraw the result" not in page


def test_a_client_who_says_it_never_took_place():
    ana = b.consultant()
    outcome = b.result(ana, worked_together=False, shares="", transfer=None)
    page = words(signed_in(ana).get(url(outcome.goal.engagement)))
    assert "The client said that this work did not take place." in page
    assert "No, this work did not take place" in page
    assert "The value before" not in page
    assert "Draft another goal" not in page
    assert "Asked, not answered" not in page


def test_answers_that_say_little_read_as_that():
    ana = b.consultant()
    outcome = b.result(
        ana, baseline_verdict="cannot_say", result_verdict="cannot_say", shares="", transfer=None
    )
    page = words(signed_in(ana).get(url(outcome.goal.engagement)))
    assert "It stays at level E0; you may ask another person." in page
    assert "Due to you Cannot say" in page
    assert "Can they do it without you It was not meant to be, or I cannot say" in page
    assert "Ask another person about the result" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_an_engagement_asks_as_often_for_many_goals(rows, django_assert_num_queries):
    ana = b.consultant()
    engagement = b.engagement(ana)
    for number in range(rows):
        b.answered(
            b.outcome(b.goal(engagement, target=Decimal(7 - number))),
            (f"C{number}", f"c{number}@paper-umbrella.example"),
        )
    client = signed_in(ana)
    with django_assert_num_queries(13):
        client.get(url(engagement))


def test_what_the_client_said_later_stands_with_the_goal():
    ana = b.consultant()
    outcome = b.result(ana)
    page = words(signed_in(ana).get(url(outcome.goal.engagement)))
    assert "Whether it holds The client is asked again about 2 August 2026. Silence lowers nothing." in page
    said = Still(still="held")
    for wave in (90, 180):
        ask = waves.ask_again(outcome.pk, by=system("test"), at=b.AT + timedelta(days=wave))
        waves.answer(ask.pk, still=said, at=b.AT + timedelta(days=wave))
    page = words(signed_in(ana).get(url(outcome.goal.engagement)))
    for told in (
        "Sustained: half a year later and more the number holds, the client said on 31 October 2026.",
        "E5 held after 180 days or more",
        "Still 6.10 EUR after 3 months, 2 August 2026 Still 6.10 EUR after 6 months, 31 October 2026",
        "The client is asked again about 4 May 2027.",
        "6 months later 6.10 EUR October 2026",
    ):
        assert told in page, told
    ask = waves.ask_again(outcome.pk, by=system("test"), at=b.AT + timedelta(days=365))
    waves.answer(ask.pk, still=Still(still="faded", value=Decimal(8)), at=b.AT + timedelta(days=365))
    page = words(signed_in(ana).get(url(outcome.goal.engagement)))
    assert "Faded: the number is worse than the client confirmed it, she said on 4 May 2027." in page
    assert "is asked again" not in page


def test_a_client_without_a_domain_is_pointed_out():
    ana = b.consultant()
    client = signed_in(ana)
    client.post(NEW, BOTH | {"domain": ""})
    assert "No domain of this client is known" in words(client.get(url(Engagement.objects.get())))


PATHS = (
    ("get", "/desk/work/{engagement}/"),
    ("get", "/desk/work/{engagement}/close/"),
    ("post", "/desk/work/{engagement}/close/"),
    ("post", "/desk/work/{engagement}/withdraw/"),
    ("get", "/desk/work/{engagement}/goal/"),
    ("get", "/desk/work/{engagement}/goal/cost_per_ticket/"),
    ("post", "/desk/work/{engagement}/goal/cost_per_ticket/"),
    ("get", "/desk/goals/{goal}/ask/"),
    ("post", "/desk/goals/{goal}/ask/"),
    ("get", "/desk/goals/{goal}/report/"),
    ("post", "/desk/goals/{goal}/report/"),
    ("post", "/desk/goals/{goal}/withdraw/"),
    ("get", "/desk/results/{outcome}/ask/"),
    ("post", "/desk/results/{outcome}/ask/"),
    ("post", "/desk/results/{outcome}/withdraw/"),
)


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_what_is_anothers_is_the_same_as_what_is_not_there(method, path):
    outcome = b.outcome(b.goal(b.engagement(b.consultant())))
    foreign = {"outcome": outcome.pk, "goal": outcome.goal_id, "engagement": outcome.goal.engagement_id}
    absent = dict.fromkeys(foreign, "01a2083e-96c1-79bc-a844-f04fbda87d42")
    eve, sam = signed_in(b.consultant("Eve Pocket")), signed_in(b.user("sam2@touchstone.example", staff=True))
    pages = [
        getattr(client, method)(path.format(**keys), GOAL if method == "post" else {})
        for client in (eve, sam)
        for keys in (foreign, absent, dict.fromkeys(foreign, "no-uuid"))
    ]
    assert [page.status_code for page in pages] == [404] * 6
    assert len({words(page) for page in pages[:3]}) == 1


def test_a_silent_ask_can_be_put_to_another_person():
    from vetting.jobs.followups import note_silences

    ana = b.consultant()
    outcome = b.outcome(b.goal(b.engagement(ana)))
    ask = b.asked(outcome)
    followups.decline(ask.pk, at=b.AT)
    note_silences()
    page = signed_in(ana).get(url(outcome.goal.engagement))
    assert links(page)["Ask another person at Paper Umbrella"] == f"/desk/results/{outcome.pk}/ask/"
    assert "Declined on 4 May 2026." in words(page)
