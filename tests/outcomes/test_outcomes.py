"""Results, and what clients say of them."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests import builders as b
from vetting.engagements.models import Engagement
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.kernel.actors import ANONYMOUS, system
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.outcomes import actions, queries
from vetting.outcomes.models import Attestation, Measurement, Outcome
from vetting.outcomes.questionnaire import QUESTIONS, SHARES, question
from vetting.outcomes.states import LEVELS
from vetting.profiles.models import Profile

pytestmark = pytest.mark.django_db


def reported(**work) -> Outcome:
    return b.outcome(b.goal(b.engagement(b.consultant(), **work)))


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"achieved": Decimal(-1)}, "achieved", "out_of_range"),
        ({"achieved": Decimal("1e309")}, "achieved", "out_of_range"),
        ({"measured_on": date(2026, 1, 11)}, "measured_on", "before_start"),
        ({"measured_on": date(2026, 5, 5)}, "measured_on", "in_future"),
        ({"source": "gut"}, "source", "unknown_source"),
        ({"share": 101}, "share", "out_of_range"),
        ({"money": Decimal(10), "money_currency": "EU"}, "money_currency", "unknown_currency"),
        ({"money": Decimal(10), "money_currency": "USD"}, "money_currency", "wrong_currency"),
        ({"money": Decimal("NaN"), "money_currency": "EUR"}, "money", "out_of_range"),
        ({"statement": "x" * 4_001}, "statement", "too_long"),
    ],
)
def test_a_wrong_result_is_named(wrong, field, code):
    goal = b.goal(b.engagement(b.consultant(), fee=Decimal(1000), fee_currency="EUR"))
    result = replace(
        actions.Result(achieved=Decimal("6.10"), measured_on=b.MEASURED, source="dashboard"), **wrong
    )
    with pytest.raises(InvalidError) as invalid:
        actions.report(goal=goal, result=result, by=b.speaker(goal.engagement.profile), at=b.AT)
    assert [(f, c) for f, (c, _) in invalid.value.problems.items()] == [(field, code)]
    assert (Outcome.objects.count(), Measurement.objects.count()) == (0, 0)


def test_a_goal_has_one_result():
    outcome = reported()
    with pytest.raises(RefusedError, match="has a result already"):
        b.outcome(outcome.goal, "5.00")
    assert Outcome.objects.count() == 1


def test_a_withdrawn_result_makes_room_for_another():
    outcome = reported()
    ask = b.asked(outcome)
    actions.withdraw(outcome, by=b.speaker(outcome.goal.engagement.profile), at=b.AT)
    ask.refresh_from_db()
    assert ask.status == "cancelled"
    assert b.outcome(outcome.goal, "5.00").status == "submitted"


def test_a_goal_or_work_that_is_closed_takes_no_result():
    profile = b.consultant()
    goal = b.goal(b.engagement(profile))
    actions.withdraw_goal(goal, by=profile.owner.actor, at=b.AT)
    with pytest.raises(RefusedError, match="This goal was withdrawn"):
        b.outcome(goal)
    other = b.goal(b.engagement(profile))
    actions.withdraw_work(other.engagement, by=profile.owner.actor, at=b.AT)
    with pytest.raises(RefusedError, match="This engagement is withdrawn"):
        b.outcome(other)


def test_neither_a_goal_nor_work_is_withdrawn_while_a_result_of_it_stands():
    outcome = reported()
    goal, work = outcome.goal, outcome.goal.engagement
    me = b.speaker(work.profile)
    with pytest.raises(RefusedError, match=r"^Withdraw its result first\.$"):
        actions.withdraw_goal(goal, by=me, at=b.AT)
    with pytest.raises(
        RefusedError, match=r"^Withdraw its results first; one that a client has answered stays\.$"
    ):
        actions.withdraw_work(work, by=me, at=b.AT)
    ask = b.asked(outcome)
    with pytest.raises(RefusedError, match=r"^Withdraw its result first\.$"):
        actions.withdraw_goal(goal, by=me, at=b.AT)
    ask.refresh_from_db()
    assert ask.status == "queued"
    actions.attest(ask.pk, answers=b.CONFIRMED, at=b.AT)
    with pytest.raises(RefusedError, match=r"^Your client has answered about its result, so this goal stays"):
        actions.withdraw_goal(goal, by=me, at=b.AT)
    for row in (goal, work):
        row.refresh_from_db()
    assert (goal.status, work.status) == ("draft", "client_confirmed")


def test_a_goal_goes_once_its_result_is_withdrawn_and_then_the_work():
    outcome = reported()
    goal, work = outcome.goal, outcome.goal.engagement
    me = b.speaker(work.profile)
    actions.withdraw(outcome, by=me, at=b.AT)
    assert actions.withdraw_goal(goal, by=me, at=b.AT).status == "withdrawn"
    assert actions.withdraw_work(work, by=me, at=b.AT).status == "withdrawn"


@pytest.mark.parametrize(
    ("whom", "answers", "status", "level", "work"),
    [
        (b.CARLA, {}, "confirmed", 3, "client_confirmed"),
        (
            b.CARLA,
            {"result_verdict": "correct", "result_value": Decimal(7)},
            "corrected",
            3,
            "client_confirmed",
        ),
        (
            b.CARLA,
            {"baseline_verdict": "correct", "baseline_value": Decimal(9)},
            "corrected",
            3,
            "client_confirmed",
        ),
        (b.CARLA, {"baseline_verdict": "wrong"}, "rejected", 3, "client_confirmed"),
        (b.CARLA, {"result_verdict": "wrong"}, "rejected", 2, "client_confirmed"),
        (b.CARLA, {"result_verdict": "cannot_say"}, "unanswered", 0, "client_confirmed"),
        (b.CARLA, {"worked_together": False}, "rejected", 3, "contested"),
        (b.CARLA, {"interests": ("fee",)}, "confirmed", 1, "client_confirmed"),
        (("Carla", "carla@gmail.com"), {}, "confirmed", 1, "declared"),
    ],
)
def test_what_an_answer_makes_of_a_result(whom, answers, status, level, work):
    outcome = b.answered(reported(), whom, **answers)
    assert (outcome.status, outcome.level) == (status, level)
    assert (outcome.verified_at is None) == (status == "unanswered")
    assert Engagement.objects.get(pk=outcome.goal.engagement_id).status == work
    assert Ask.objects.get(subject_id=outcome.pk).status == "answered"


def test_an_answer_is_kept_whole_with_its_numbers_beside_the_consultants():
    outcome = b.answered(
        reported(), result_verdict="correct", result_value=Decimal("7.2"), comment=" Well done "
    )
    said = queries.current_attestations([outcome.pk])[outcome.pk]
    assert [
        (str(each), each.role, each.share_low, each.share_high, each.transfer, each.publish, each.comment)
        for each in said
    ] == [("correct 2026-05-04", "CFO", 50, 75, 3, "named", "Well done")]
    line = [
        (row.kind, f"{row.value:.2f}", row.stated_by)
        for row in Measurement.objects.filter(goal=outcome.goal).order_by("measured_on", "id")
    ]
    assert line == [
        ("baseline", "9.40", "client"),
        ("result", "6.10", "consultant"),
        ("result", "7.20", "client"),
    ]


def test_the_same_answer_twice_is_one():
    outcome = reported()
    ask = b.asked(outcome)
    actions.attest(ask.pk, answers=b.CONFIRMED, at=b.AT)
    with pytest.raises(RefusedError, match="nothing was counted twice"):
        actions.attest(ask.pk, answers=b.CONFIRMED, at=b.AT)
    assert Attestation.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"interests": ("friend",)}, ["interests"]),
        ({"baseline_verdict": "maybe", "result_verdict": "maybe"}, ["baseline", "result"]),
        ({"result_verdict": "correct"}, ["result_value"]),
        ({"result_verdict": "correct", "result_value": Decimal(-1)}, ["result_value"]),
        ({"baseline_verdict": "correct", "baseline_value": Decimal("1e309")}, ["baseline_value"]),
        ({"shares": "most"}, ["shares"]),
        ({"goal_before": "perhaps"}, ["goal_before"]),
        ({"transfer": 5}, ["transfer"]),
        ({"hire_again": "never"}, ["hire_again"]),
        ({"publish": "loudly"}, ["publish"]),
        ({"role": "x" * 161, "comment": "\x00"}, ["comment", "role"]),
    ],
)
def test_a_wrong_answer_is_named_and_leaves_the_question_open(wrong, fields):
    outcome = reported()
    ask = b.asked(outcome)
    with pytest.raises(InvalidError) as invalid:
        actions.attest(ask.pk, answers=replace(b.CONFIRMED, **wrong), at=b.AT)
    assert sorted(invalid.value.problems) == fields
    ask.refresh_from_db()
    assert (ask.status, Attestation.objects.count()) == ("queued", 0)


def test_who_may_ask_and_when():
    outcome = reported()
    me = b.speaker(outcome.goal.engagement.profile)
    with pytest.raises(RefusedError):
        actions.ask_client(outcome, name="C", email=b.CARLA[1], by=ANONYMOUS, at=b.AT)
    b.asked(outcome)
    with pytest.raises(RefusedError, match="being asked about this result already"):
        actions.ask_client(outcome, name="C", email=b.CARLA[1], by=me, at=b.AT)
    actions.attest(Ask.objects.get().pk, answers=b.CONFIRMED, at=b.AT)
    with pytest.raises(RefusedError, match="This result is confirmed already"):
        actions.ask_client(outcome, name="C", email=b.CARLA[1], by=me, at=b.AT)
    with pytest.raises(RefusedError, match="cannot be taken back"):
        actions.withdraw(outcome, by=me, at=b.AT)


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("ana.kalnina@advice.example", "own_mailbox"),
        ("ANA.KALNINA+x@advice.example", "own_mailbox"),
        ("anakalnina@advice.example", "own_mailbox"),
        ("colleague@advice.example", "own_domain"),
        ("colleague@mail.advice.example", "own_domain"),
        ("nobody", "invalid_email"),
    ],
)
def test_nobody_vouches_for_herself(email, code):
    outcome = reported()
    with pytest.raises(InvalidError) as invalid:
        actions.ask_client(
            outcome, name="C", email=email, by=b.speaker(outcome.goal.engagement.profile), at=b.AT
        )
    assert [(f, c) for f, (c, _) in invalid.value.problems.items()] == [("email", code)]
    assert Ask.objects.count() == 0


def test_silence_lets_another_be_asked_and_lowers_nothing():
    outcome = reported()
    ask = b.asked(outcome)
    assert queries.silent(most=9) == []
    followups.decline(ask.pk, at=b.AT, reason="I was on leave")
    assert queries.silent(most=9) == [outcome.pk]
    actions.note_silence(outcome.pk, by=system("followups"), at=b.AT)
    actions.note_silence(outcome.pk, by=system("followups"), at=b.AT)
    outcome.refresh_from_db()
    assert (outcome.status, queries.silent(most=9)) == ("unanswered", [])
    assert b.asked(outcome, ("Dan", "dan@paper-umbrella.example")).status == "queued"


def test_a_public_record_shows_the_numbers():
    profile = b.recorded()
    outcome = b.outcome(b.goal(b.engagement(profile)))
    version = Profile.objects.get(pk=profile.pk).evidence_version
    shown_at = b.AT - timedelta(days=3)
    actions.verify_by_record(outcome, record="Official result", shown_at=shown_at, by=b.staff(), at=b.AT)
    outcome.refresh_from_db()
    assert (outcome.status, outcome.level, outcome.verified_at) == ("confirmed", 1, shown_at)
    assert Profile.objects.get(pk=profile.pk).evidence_version == version + 1


def test_only_staff_read_a_public_record_and_not_before_it_is_there():
    outcome = b.outcome(b.goal(b.engagement(b.recorded())))
    with pytest.raises(RefusedError, match="Only staff"):
        actions.verify_by_record(outcome, record="x", shown_at=b.AT, by=ANONYMOUS, at=b.AT)
    with pytest.raises(InvalidError) as invalid:
        actions.verify_by_record(outcome, record="", shown_at=b.AT + timedelta(days=1), by=b.staff(), at=b.AT)
    assert sorted(invalid.value.problems) == ["record", "shown_at"]


def test_nobody_asks_for_a_profile_without_an_owner():
    outcome = b.outcome(b.goal(b.engagement(b.recorded())))
    with pytest.raises(RefusedError):
        actions.ask_client(outcome, name="C", email=b.CARLA[1], by=b.staff(), at=b.AT)


def test_who_sees_which_outcomes():
    outcome = reported()
    assert list(queries.visible_to(b.speaker(outcome.goal.engagement.profile))) == [outcome]
    assert list(queries.visible_to(b.staff())) == [outcome]
    assert list(queries.visible_to(b.user("eve@x.example").actor)) == []
    assert list(queries.visible_to(ANONYMOUS)) == []
    assert list(queries.of_profile(outcome.goal.engagement.profile_id)) == [outcome]
    assert str(outcome) == f"{outcome.goal_id}: 6.10"


def test_the_questionnaire_asks_nine_things_at_most():
    assert len(QUESTIONS) == 9
    assert set(question("shares").choices) == {"", *SHARES}
    assert len(LEVELS) == 6
