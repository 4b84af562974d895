"""Work and goals."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests import builders as b
from vetting.engagements import actions, rules
from vetting.engagements.actions import Aim, Work
from vetting.engagements.models import Engagement, Goal
from vetting.engagements.queries import goals_of, goals_visible_to, imported, of_profile, visible_to
from vetting.followups.models import Ask
from vetting.kernel.actors import ANONYMOUS
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.outcomes import actions as outcomes

pytestmark = pytest.mark.django_db
WORK = Work(work="Redesign", starts_on=date(2026, 4, 27))
AIM = Aim(
    metric="cost_per_ticket",
    baseline=Decimal("9.40"),
    target=Decimal(7),
    due_on=date(2026, 9, 1),
    currency="EUR",
)


def problems(error) -> list[tuple[str, str]]:
    return [(field, code) for field, (code, _) in error.value.problems.items()]


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"work": ""}, "work", "required"),
        ({"description": "x" * 4_001}, "description", "too_long"),
        ({"starts_on": date(1949, 12, 31)}, "starts_on", "too_early"),
        ({"ends_on": date(2026, 4, 26)}, "ends_on", "ends_before_start"),
        ({"mode": "inspire"}, "mode", "unknown_mode"),
        ({"confidentiality": "secret"}, "confidentiality", "unknown_confidentiality"),
        ({"fee": Decimal(-1), "fee_currency": "EUR"}, "fee", "not_positive"),
        ({"fee": Decimal("1e18"), "fee_currency": "EUR"}, "fee", "out_of_range"),
        ({"fee": Decimal(1)}, "fee_currency", "unknown_currency"),
    ],
)
def test_wrong_work_is_named(wrong, field, code):
    profile = b.consultant()
    with pytest.raises(InvalidError) as invalid:
        actions.declare(
            profile=profile,
            organization=b.client(),
            work=replace(WORK, **wrong),
            by=profile.owner.actor,
            at=b.AT,
        )
    assert problems(invalid) == [(field, code)]
    assert Engagement.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"metric": "aura"}, "metric", "unknown_metric"),
        ({"currency": "XTS"}, "currency", "unknown_currency"),
        ({"metric": "conversion_rate", "target": Decimal(12)}, "currency", "no_currency"),
        ({"baseline": Decimal("1e309")}, "baseline", "out_of_range"),
        ({"target": Decimal(-1)}, "target", "out_of_range"),
        ({"target": Decimal("9.4")}, "target", "wrong_side"),
        ({"target": Decimal(10)}, "target", "wrong_side"),
        ({"due_on": date(2026, 4, 1)}, "due_on", "due_before_start"),
        ({"note": "x" * 401}, "note", "too_long"),
    ],
)
def test_a_wrong_goal_is_named(wrong, field, code):
    engagement = b.engagement(b.consultant(), starts_on=date(2026, 4, 27), ends_on=None)
    with pytest.raises(InvalidError) as invalid:
        actions.draft_goal(
            engagement=engagement, aim=replace(AIM, **wrong), by=engagement.profile.owner.actor, at=b.AT
        )
    assert problems(invalid) == [(field, code)]
    assert Goal.objects.count() == 0


def test_a_metric_that_grows_wants_a_target_above():
    engagement = b.engagement(b.consultant())
    with pytest.raises(InvalidError) as invalid:
        b.goal(engagement, metric="conversion_rate", baseline=Decimal(3), target=Decimal(2), currency="")
    assert invalid.value.problems["target"][1] == "For Conversion rate better is above the baseline of 3."


def test_work_and_goals_belong_to_their_consultant():
    profile, eve = b.consultant(), b.consultant("Eve Other").owner.actor
    engagement = b.engagement(profile)
    goal = b.goal(engagement)
    for verb in (
        lambda: actions.declare(profile=profile, organization=b.client(), work=WORK, by=eve, at=b.AT),
        lambda: actions.draft_goal(engagement=engagement, aim=AIM, by=eve, at=b.AT),
        lambda: actions.propose_goal(goal, name="C", email="c@paper-umbrella.example", by=eve, at=b.AT),
        lambda: outcomes.withdraw_goal(goal, by=eve, at=b.AT),
        lambda: outcomes.withdraw_work(engagement, by=eve, at=b.AT),
        lambda: actions.close(engagement, ends_on=date(2026, 5, 1), by=eve, at=b.AT),
    ):
        with pytest.raises(RefusedError):
            verb()
    assert list(visible_to(eve)) == []
    assert list(goals_visible_to(eve)) == []
    assert list(visible_to(ANONYMOUS)) == []
    assert list(goals_visible_to(ANONYMOUS)) == []
    assert list(visible_to(profile.owner.actor)) == [engagement] == list(of_profile(profile.pk))
    assert list(goals_visible_to(profile.owner.actor)) == [goal] == list(goals_of([engagement.pk]))
    assert list(visible_to(b.staff())) == [engagement]
    assert list(goals_visible_to(b.staff())) == [goal]
    assert (imported("k"), str(engagement)) == (None, "Customer service redesign")
    assert str(goal) == "cost_per_ticket 9.40 -> 7.00"


def proposed(*, starts_on: date, email: str = "carla@paper-umbrella.example") -> tuple[Goal, Ask]:
    engagement = b.engagement(b.consultant(), starts_on=starts_on, ends_on=None)
    goal = b.goal(engagement, due_on=date(2026, 12, 1))
    ask = actions.propose_goal(goal, name="Carla", email=email, by=engagement.profile.owner.actor, at=b.AT)
    return goal, ask


@pytest.mark.parametrize(
    ("starts_on", "days_later", "email", "preregistered", "work"),
    [
        (date(2026, 6, 1), 1, "carla@paper-umbrella.example", True, "client_confirmed"),
        (b.AT.date(), 14, "carla@paper-umbrella.example", True, "client_confirmed"),
        (b.AT.date(), 15, "carla@paper-umbrella.example", False, "client_confirmed"),
        (date(2026, 6, 1), 1, "carla@gmail.com", False, "declared"),
    ],
)
def test_a_goal_is_preregistered_when_both_sides_accepted_it_early_from_the_clients_own_mailbox(
    starts_on, days_later, email, preregistered, work
):
    goal, ask = proposed(starts_on=starts_on, email=email)
    actions.answer_goal(ask.pk, accepts=True, at=b.AT + timedelta(days=days_later))
    goal.refresh_from_db()
    ask.refresh_from_db()
    assert (goal.status, goal.preregistered, ask.status) == ("accepted", preregistered, "answered")
    assert goal.agreed_hash == rules.content_hash(goal)
    assert Engagement.objects.get(pk=goal.engagement_id).status == work


def test_the_hash_is_of_what_was_agreed_and_of_nothing_else():
    goal, _ = proposed(starts_on=date(2026, 6, 1))
    first = rules.content_hash(goal)
    goal.refresh_from_db()
    assert rules.content_hash(goal) == first
    goal.target = Decimal("6.99")
    assert rules.content_hash(goal) != first


def test_a_declined_goal_stays_declined_and_is_answered_once():
    goal, ask = proposed(starts_on=date(2026, 6, 1))
    actions.answer_goal(ask.pk, accepts=False, at=b.AT)
    goal.refresh_from_db()
    assert (goal.status, goal.preregistered, goal.agreed_hash) == ("declined", False, "")
    with pytest.raises(RefusedError, match="answered this already"):
        actions.answer_goal(ask.pk, accepts=True, at=b.AT)


def test_a_withdrawn_goal_closes_its_question():
    goal, ask = proposed(starts_on=date(2026, 6, 1))
    outcomes.withdraw_goal(goal, by=goal.engagement.profile.owner.actor, at=b.AT)
    ask.refresh_from_db()
    assert ask.status == "cancelled"
    with pytest.raises(RefusedError, match="This question is closed"):
        actions.answer_goal(ask.pk, accepts=True, at=b.AT)


def test_a_goal_is_proposed_once():
    goal, _ = proposed(starts_on=date(2026, 6, 1))
    with pytest.raises(RefusedError, match="This goal is proposed already"):
        actions.propose_goal(
            goal,
            name="Carla",
            email="carla2@paper-umbrella.example",
            by=goal.engagement.profile.owner.actor,
            at=b.AT,
        )
    assert Ask.objects.count() == 1


def test_closing_and_withdrawing_work():
    goal, ask = proposed(starts_on=date(2026, 5, 1))
    engagement, me = goal.engagement, goal.engagement.profile.owner.actor
    actions.answer_goal(ask.pk, accepts=True, at=b.AT)
    engagement.refresh_from_db()
    with pytest.raises(InvalidError):
        actions.close(engagement, ends_on=date(2026, 4, 1), by=me, at=b.AT)
    assert actions.close(engagement, ends_on=date(2026, 8, 1), by=me, at=b.AT).status == "closed"
    with pytest.raises(RefusedError):
        outcomes.withdraw_work(engagement, by=me, at=b.AT)
    other = b.engagement(engagement.profile)
    assert outcomes.withdraw_work(other, by=me, at=b.AT).status == "withdrawn"


def test_there_is_an_end_to_goals():
    engagement = b.engagement(b.consultant())
    for n in range(rules.MOST_GOALS):
        b.goal(engagement, note=f"Goal {n}")
    with pytest.raises(RefusedError, match="are enough for one engagement"):
        b.goal(engagement)


def test_the_same_goal_drafted_twice_is_one():
    engagement = b.engagement(b.consultant())
    first, twin, other = b.goal(engagement), b.goal(engagement, note=" "), b.goal(engagement, note="Another")
    assert twin == first != other
    outcomes.withdraw_goal(first, by=b.speaker(engagement.profile), at=b.AT)
    assert b.goal(engagement) not in {first, other}


def test_the_same_work_declared_twice_is_one():
    ana, ben = b.consultant(), b.consultant("Ben Other")
    first, twin, other = b.engagement(ana), b.engagement(ana), b.engagement(ana, work="A second round")
    assert twin == first not in {other, b.engagement(ben)}
    outcomes.withdraw_work(first, by=b.speaker(ana), at=b.AT)
    assert b.engagement(ana) not in {first, other}
