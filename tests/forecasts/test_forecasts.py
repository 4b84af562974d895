"""Said once beforehand, never rewritten, settled by the client's answer."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from tests import builders as b
from vetting.engagements import actions as engagements
from vetting.forecasts.actions import foretell, settle
from vetting.forecasts.models import Forecast, Settlement
from vetting.forecasts.queries import due, record_of_all, record_of_referrer
from vetting.jobs import forecasts
from vetting.outcomes import actions as outcomes
from vetting.scoring.score import probability_met
from vetting.scoring.weights import VERSION

pytestmark = pytest.mark.django_db
TODAY, DUE = b.AT.date(), date(2026, 6, 30)
SOON = b.AT + timedelta(hours=1)
LATER = b.AT + timedelta(days=70)


def agreed(profile, name="Paper Umbrella", *, at=b.AT, **aim):
    """A goal that client and consultant accepted on the day the work began."""
    work = b.engagement(profile, b.client(name), starts_on=at.date(), ends_on=None)
    goal = b.goal(work, due_on=DUE, **aim)
    to = f"carla@{name.lower().replace(' ', '-')}.example"
    ask = engagements.propose_goal(goal, name="Carla Controller", email=to, by=b.speaker(profile), at=at)
    return engagements.answer_goal(ask.pk, accepts=True, at=at), ("Carla Controller", to)


def made(at=SOON):
    return foretell(due(at=at, most=99), at=at)


def ended(goal, whom, achieved="6.10", **answers):
    result = outcomes.Result(achieved=Decimal(achieved), measured_on=LATER.date(), source="dashboard")
    found = outcomes.report(goal=goal, result=result, by=b.speaker(goal.engagement.profile), at=LATER)
    ask = outcomes.ask_client(
        found, name=whom[0], email=whom[1], by=b.speaker(goal.engagement.profile), at=LATER
    )
    outcomes.attest(ask.pk, answers=replace(b.CONFIRMED, **answers), at=LATER)


def test_a_goal_accepted_beforehand_is_foretold_from_the_evidence_of_that_moment():
    ana = b.consultant()
    b.result(ana, organization=b.client("Earlier Place"))
    goal, _ = agreed(ana)
    (forecast,) = made()
    assert (forecast.goal_id, forecast.made_at, forecast.model_version) == (goal.pk, SOON, VERSION)
    assert forecast.counted == 1
    from vetting.scoring.posterior import Posterior

    standing = Posterior(mean=forecast.mean, sd=forecast.sd, low=0, high=0, reliability=0, n=1)
    assert forecast.probability == probability_met(standing, ambition=forecast.ambition)
    assert made() == []


def test_where_nothing_is_due_the_database_is_asked_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert foretell([], at=b.AT) == []


def test_a_bolder_goal_is_less_likely_and_a_good_record_makes_it_likelier():
    ana, ben = b.consultant("Ana One"), b.consultant("Ben Two")
    for number in range(4):
        b.result(ben, organization=b.client(f"Earlier Place {number}"))
    agreed(ana, "Place One")
    agreed(ana, "Place Two", target=Decimal("3.00"))
    agreed(ben, "Place Three")
    usual, bold, proved = (forecast.probability for forecast in made())
    assert bold < usual < proved


@pytest.mark.parametrize("case", ["late", "reported", "not beforehand", "declined", "withdrawn"])
def test_what_somebody_could_know_already_is_never_foretold(case):
    ana = b.consultant()
    if case == "not beforehand":
        goal = b.goal(b.engagement(ana))
        ask = engagements.propose_goal(
            goal, name="C", email="carla@paper-umbrella.example", by=ana.owner.actor, at=b.AT
        )
        engagements.answer_goal(ask.pk, accepts=True, at=b.AT)
    else:
        goal, _ = agreed(ana)
    if case == "reported":
        b.outcome(goal, measured_on=TODAY)
    if case in {"declined", "withdrawn"}:
        goals = type(goal).objects.filter(pk=goal.pk)
        outcomes.withdraw_goal(goals.get(), by=ana.owner.actor, at=b.AT)
    at = b.AT + timedelta(days=2, seconds=1) if case == "late" else SOON
    assert made(at) == []
    goal.refresh_from_db()
    goal.engagement  # noqa: B018 - read with the goal, as the job does
    assert foretell([goal], at=at) == []


def test_two_workers_at_once_make_one():
    agreed(b.consultant())
    goals = due(at=SOON, most=9)
    foretell(goals, at=SOON)
    foretell(goals, at=SOON)
    assert Forecast.objects.count() == 1


@pytest.mark.parametrize(
    ("achieved", "answers", "end"),
    [
        ("6.10", {}, "met"),
        ("7.00", {}, "met"),
        ("7.01", {}, "missed"),
        ("6.10", {"result_verdict": "correct", "result_value": Decimal("7.50")}, "missed"),
        ("6.10", {"result_verdict": "wrong"}, "missed"),
    ],
)
def test_the_clients_answer_settles_it(achieved, answers, end):
    goal, whom = agreed(b.consultant())
    made()
    assert settle(at=LATER) == 0
    ended(goal, whom, achieved, **answers)
    assert (settle(at=LATER), settle(at=LATER)) == (1, 0)
    (settled,) = Settlement.objects.select_related("outcome")
    assert (settled.end, settled.outcome.goal_id, settled.reason) == (end, goal.pk, "")
    assert str(settled) == f"{settled.forecast_id}: {end}"


def test_what_has_no_end_is_void_with_its_reason_or_waits():
    ana = b.consultant()
    withdrawn, _ = agreed(ana, "Place One")
    contested, whom = agreed(ana, "Place Two")
    waiting, _ = agreed(ana, "Place Three")
    made()
    outcomes.withdraw_goal(withdrawn, by=ana.owner.actor, at=b.AT)
    ended(contested, whom, result_verdict="cannot_say")
    engagements.contest(contested.engagement, by=b.staff(), at=LATER)
    settle(at=LATER)
    found = Settlement.objects.values_list("forecast__goal_id", "end", "reason")
    assert set(found) == {
        (withdrawn.pk, "void", "the goal was withdrawn"),
        (contested.pk, "void", "the engagement was contested"),
    }
    record = record_of_all(at=LATER)
    assert (record.made, record.open, record.overdue, record.void, record.reliability.n) == (3, 1, 1, 2, 0)
    settle(at=b.AT + timedelta(days=57 + 366))
    assert Settlement.objects.get(forecast__goal=waiting).reason == (
        "nobody confirmed a result within 365 days of its due date"
    )


def test_neither_a_forecast_nor_its_end_is_ever_rewritten():
    goal, whom = agreed(b.consultant())
    made()
    ended(goal, whom)
    settle(at=LATER)
    for table, change in ((Forecast, {"probability": 0.99}), (Settlement, {"end": "missed"})):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            table.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            table.objects.all().delete()


def test_the_job_makes_and_settles(monkeypatch):
    goal, whom = agreed(b.consultant())
    monkeypatch.setattr(forecasts, "now", lambda: SOON)
    forecasts.wake()
    assert str(Forecast.objects.get()) == f"{goal.pk}: {Forecast.objects.get().probability:.0%}"
    ended(goal, whom)
    forecasts.wake()
    assert Settlement.objects.get().end == "met"


def test_a_referrer_is_known_by_what_happened_after_her_word():
    ben = b.consultant("Ben Peer", domain="peer.example")
    ana, eve = b.consultant("Ana One"), b.consultant("Eve Two")
    b.answered(
        b.outcome(b.goal(b.engagement(ana, b.client("Before Place")))),
        ("C", "c@before-place.example"),
        at=b.AT - timedelta(days=1),
    )
    assert record_of_referrer(ben.pk).referred == 0
    for person in (ana, eve):
        b.referral(person, ("Ben", ben.owner.email))
    assert record_of_referrer(ben.pk).results == 0
    met, whom = agreed(ana, "Place One")
    missed, other = agreed(ana, "Place Two")
    sealed, third = agreed(eve, "Place Three")
    made()
    ended(met, whom)
    ended(missed, other, "8.00")
    ended(sealed, third, publish="sealed")
    settle(at=LATER)
    found = record_of_referrer(ben.pk)
    assert (found.referred, found.with_results, found.results, found.met) == (2, 1, 2, 1)
    assert (found.forecasts.n, found.forecasts.met) == (2, 1)
