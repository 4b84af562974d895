"""A goal: its metric chosen from the catalogue, its numbers, and what came of it."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from tests import builders as b
from tests.web.consultant import GOAL, NOW, RESULT, brief, kept, problems, signed_in
from tests.web.reader import links, words
from vetting.engagements import actions
from vetting.engagements.metrics import METRICS
from vetting.engagements.models import Goal
from vetting.engagements.rules import MOST_GOALS
from vetting.outcomes import actions as outcomes
from vetting.outcomes.models import Outcome

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def engagement():
    return b.engagement(
        b.consultant(), starts_on=date(2026, 5, 1), ends_on=None, fee=Decimal(18000), fee_currency="EUR"
    )


@pytest.fixture
def client(engagement):
    return signed_in(engagement.profile)


def new(engagement, metric="cost_per_ticket"):
    return f"/desk/work/{engagement.pk}/goal/{metric}/"


def catalogue(engagement):
    return f"/desk/work/{engagement.pk}/goal/"


def said(page):
    return [str(message) for message in page.context["messages"]]


def test_the_whole_catalogue_stands_there_with_its_formulas(client, engagement):
    page = client.get(catalogue(engagement))
    ways = links(page)
    assert {name: ways[name] for name in (kind.name for kind in METRICS.values())} == {
        kind.name: new(engagement, kind.key) for kind in METRICS.values()
    }
    assert [label for label in ("Revenue", "Cost to serve", "Capability") if label in ways] == [
        "Revenue",
        "Cost to serve",
        "Capability",
    ]
    assert METRICS["cost_per_ticket"].formula in words(page)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("support cost", "1 metric for “support cost”"),
        ("zzz", "No metric is called “zzz”."),
        ("z" * 1_000_000, f"No metric is called “{'z' * 120}”."),
        ("\x00", "No metric is called “\x00”."),
        ("<zzz>", "No metric is called “<zzz>”."),
    ],
    ids=brief,
)
def test_searching_the_catalogue(client, engagement, typed, says):
    page = client.get(catalogue(engagement), {"q": typed})
    assert page.status_code == 200
    assert says in words(page).replace("\xa0", " ")


def test_the_numbers_stand_beside_what_they_mean(client, engagement):
    page = client.get(new(engagement))
    read, kind = words(page), METRICS["cost_per_ticket"]
    assert kind.formula in read
    assert kind.baseline in read
    assert "Better is Lower" in read
    assert (
        "Pre-registered if the client accepts it by 15 May 2026, from a mailbox at their own domain."
        in read.replace("\xa0", " ")
    )
    assert kept(page)["currency"] == "EUR"
    share = client.get(new(engagement, "conversion_rate"))
    assert "currency" not in share.context["form"].fields
    assert "Better is Higher" in words(share)
    assert share.content.decode().count('<span class="unit">%</span>') == 2


def test_a_goal_is_drafted(client, engagement):
    page = client.post(new(engagement), GOAL, follow=True)
    goal = Goal.objects.get()
    assert page.redirect_chain == [(f"/desk/work/{engagement.pk}/#{goal.pk}", 302)]
    assert (goal.metric, goal.baseline, goal.target, goal.currency, goal.due_on, goal.note) == (
        "cost_per_ticket",
        Decimal("9.4"),
        Decimal(7),
        "EUR",
        date(2026, 12, 1),
        "Without dismissals.",
    )
    read = words(page).replace("\xa0", " ")
    assert "A draft. The client has not been asked to accept it." in read
    assert "Your note to the client: Without dismissals." in read
    client.post(new(engagement), GOAL)
    assert Goal.objects.count() == 1
    client.post(
        new(engagement, "conversion_rate"), {"baseline": "2,1 %", "target": "3", "due_on": "1.12.2026"}
    )
    assert list(
        Goal.objects.filter(metric="conversion_rate").values_list("baseline", "target", "currency")
    ) == [(Decimal("2.1"), Decimal(3), "")]


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("baseline", "", "required"),
        ("baseline", "1e309", "invalid_number"),
        ("baseline", "9" * 1_000_000, "invalid_number"),
        ("baseline", "NaN", "invalid_number"),
        ("baseline", "9.40\x00", "null_characters_not_allowed"),
        ("baseline", "1000000000000000", "out_of_range"),
        ("target", "9,41", "wrong_side"),
        ("target", "9,40", "wrong_side"),
        ("target", "-1", "out_of_range"),
        ("target", "6.1234567", "too_fine"),
        ("currency", "XXX", "invalid_choice"),
        ("currency", "", "required"),
        ("due_on", "2026-04-30", "due_before_start"),
        ("due_on", "soon", "invalid"),
        ("note", "n" * 401, "too_long"),
        ("note", "n" * 1_000_000, "too_long"),
        ("note", "\x07", "control_character"),
    ],
    ids=brief,
)
def test_what_is_wrong_comes_back_as_it_was_typed(client, engagement, field, typed, code):
    page = client.post(new(engagement), GOAL | {field: typed})
    assert problems(page) == {field: [code]}
    assert kept(page) == GOAL | {field: typed}
    assert Goal.objects.count() == 0


def test_a_metric_that_is_not_there_leads_back_to_the_catalogue(client, engagement):
    for page in (
        client.get(new(engagement, "cost_per_tickt")),
        client.post(new(engagement, "cost_per_tickt"), GOAL),
    ):
        assert page.status_code == 404
        assert 'There is no metric "cost_per_tickt". The nearest: cost_per_ticket' in words(page)
        assert new(engagement) in links(page).values()
    assert Goal.objects.count() == 0


def test_there_is_an_end_to_goals(client, engagement):
    for number in range(MOST_GOALS):
        client.post(
            new(engagement),
            GOAL | {"target": f"{number},5"} if number < 9 else GOAL | {"target": f"0,{number}"},
        )
    page = client.post(new(engagement), GOAL)
    assert problems(page) == {"__all__": ["too_many"]}
    assert Goal.objects.count() == MOST_GOALS


@pytest.mark.parametrize(
    ("starts_on", "status", "says"),
    [
        (
            date(2026, 5, 1),
            "accepted",
            "Pre-registered: both sides accepted it before the work or within 14 days of its start.",
        ),
        (date(2026, 1, 12), "accepted", "Not pre-registered: it was accepted after 26 January 2026."),
        (
            date(2026, 1, 12),
            "draft",
            "It can no longer be pre-registered: that ended on 26 January 2026, 14 days after the work began.",
        ),
        (date(2026, 5, 1), "declined", "The client declined this goal on 4 May 2026."),
    ],
)
def test_what_becomes_of_a_goal(starts_on, status, says):
    ana = b.consultant()
    engagement = b.engagement(ana, starts_on=starts_on, ends_on=None)
    goal = b.goal(engagement, due_on=date(2026, 12, 1))
    if status != "draft":
        ask = actions.propose_goal(goal, name=b.CARLA[0], email=b.CARLA[1], by=ana.owner.actor, at=b.AT)
        actions.answer_goal(ask.pk, accepts=status == "accepted", at=b.AT)
    assert says in words(signed_in(ana).get(f"/desk/work/{engagement.pk}/")).replace("\xa0", " ")


def test_a_goal_accepted_from_elsewhere_says_why_it_is_not_preregistered():
    ana = b.consultant()
    engagement = b.engagement(ana, starts_on=date(2026, 5, 1), ends_on=None)
    ask = actions.propose_goal(
        b.goal(engagement, due_on=date(2026, 12, 1)),
        name="C",
        email="carla@gmail.com",
        by=ana.owner.actor,
        at=b.AT,
    )
    actions.answer_goal(ask.pk, accepts=True, at=b.AT)
    page = words(signed_in(ana).get(f"/desk/work/{engagement.pk}/"))
    assert "Not pre-registered: the mailbox is not at the client’s domain." in page


def test_a_result_is_reported(client, engagement):
    goal = b.goal(engagement, due_on=date(2026, 12, 1))
    page = client.get(f"/desk/goals/{goal.pk}/report/")
    assert "From 9.40 EUR to 7.00 EUR by 1 December 2026 was the goal, at Paper Umbrella." in words(
        page
    ).replace("\xa0", " ")
    assert (kept(page)["share"], kept(page)["money_currency"]) == (100, "EUR")
    sent = client.post(f"/desk/goals/{goal.pk}/report/", RESULT)
    outcome = Outcome.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/desk/results/{outcome.pk}/ask/")
    assert (outcome.achieved, outcome.measured_on, outcome.source, outcome.share) == (
        Decimal("6.1"),
        date(2026, 5, 2),
        "dashboard",
        80,
    )
    assert (outcome.money, outcome.money_currency, outcome.statement) == (
        Decimal(52000),
        "EUR",
        "We counted first.",
    )
    again = client.post(f"/desk/goals/{goal.pk}/report/", RESULT, follow=True)
    assert said(again)[1:] == ["This goal has a result already."]
    assert Outcome.objects.count() == 1
    assert "Result reported on 4 May 2026. The client has not been asked yet." in words(again).replace(
        "\xa0", " "
    )


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("achieved", "", "required"),
        ("achieved", "1e309", "invalid_number"),
        ("achieved", "-6", "out_of_range"),
        ("measured_on", "2026-04-30", "before_start"),
        ("measured_on", "2026-05-05", "in_future"),
        ("measured_on", "\x00", "invalid"),
        ("source", "hearsay", "invalid_choice"),
        ("source", "", "required"),
        ("share", "", "required"),
        ("share", "101", "out_of_range"),
        ("share", "-1", "out_of_range"),
        ("share", "99999999999999999999", "out_of_range"),
        ("share", "half", "invalid"),
        ("statement", "s" * 1_000_000, "too_long"),
        ("money", "1e309", "invalid_number"),
        ("money", "9" * 20, "out_of_range"),
        ("money_currency", "USD", "wrong_currency"),
        ("money_currency", "", "unknown_currency"),
        ("money_currency", "XXX", "invalid_choice"),
    ],
    ids=brief,
)
def test_a_wrong_result_comes_back_as_it_was_typed(client, engagement, field, typed, code):
    goal = b.goal(engagement, due_on=date(2026, 12, 1))
    page = client.post(f"/desk/goals/{goal.pk}/report/", RESULT | {field: typed})
    assert problems(page) == {field: [code]}
    assert kept(page) == RESULT | {field: typed}
    assert Outcome.objects.count() == 0


def test_a_goal_that_is_closed_takes_no_result(client, engagement):
    goal = b.goal(engagement, due_on=date(2026, 12, 1))
    outcomes.withdraw_goal(goal, by=engagement.profile.owner.actor, at=b.AT)
    page = client.get(f"/desk/goals/{goal.pk}/report/", follow=True)
    assert said(page) == ["This goal was withdrawn; draft another one."]
    assert "Withdrawn by you on 4 May 2026." in words(page).replace("\xa0", " ")


def test_what_was_withdrawn_may_be_reported_anew(client, engagement):
    goal = b.goal(engagement, due_on=date(2026, 12, 1))
    first = b.outcome(goal, measured_on=date(2026, 5, 2))
    client.post(f"/desk/results/{first.pk}/withdraw/")
    page = client.get(f"/desk/work/{engagement.pk}/")
    assert "Withdrawn by you" in words(page)
    assert "Report the result" in links(page)
    assert client.post(f"/desk/goals/{goal.pk}/report/", RESULT).status_code == 302
    assert sorted(Outcome.objects.values_list("status", flat=True)) == ["submitted", "withdrawn"]
