"""Evidence that cannot be scored is refused where it is made, with the field and the row named."""

import pickle
from datetime import date, datetime, timedelta

import pytest

from tests.scoring.histories import DAY, a_claim, a_referral
from vetting.scoring.evidence import Direction, ScoringError, attainment, sift

NOT_FINITE = [float("nan"), float("inf"), -float("inf"), 10**400, "12", b"1"]


def refused(make, **changes):
    with pytest.raises(ScoringError) as caught:
        make("bad", **changes)
    assert caught.value.key == "bad"
    return caught.value.field, caught.value.message


@pytest.mark.parametrize("value", NOT_FINITE)
@pytest.mark.parametrize(
    "field",
    [
        "baseline",
        "target",
        "achieved",
        "usual_change",
        "share",
        "fee",
        "money",
        "sustained_6m",
        "sustained_12m",
    ],
)
def test_a_number_that_is_none_is_refused(field, value):
    assert refused(a_claim, **{field: value}) == (field, "is not a finite number")


@pytest.mark.parametrize("field", ["baseline", "target", "achieved", "usual_change", "share"])
def test_a_missing_number_is_refused_where_it_is_needed(field):
    assert refused(a_claim, **{field: None}) == (field, "is not a finite number")


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("change", [0.0, -1.0])
def test_a_target_that_is_no_improvement_is_refused(direction, change):
    assert refused(a_claim, direction=direction, target=100.0 + direction * change) == (
        "target",
        "must be better than the baseline",
    )


@pytest.mark.parametrize("direction", [0, 2, "up", None])
def test_a_direction_is_up_or_down(direction):
    assert refused(a_claim, direction=direction) == (
        "direction",
        "must be 1 (higher is better) or -1 (lower is better)",
    )


@pytest.mark.parametrize("level", [-1, 6, 2.0, "3", None])
def test_a_level_is_one_of_six(level):
    assert refused(a_claim, level=level) == ("level", "must be a whole number from 0 to 5")


@pytest.mark.parametrize("transfer", [-1, 5, 2.5])
def test_a_transfer_answer_is_one_of_five(transfer):
    assert refused(a_claim, transfer=transfer) == ("transfer", "must be a whole number from 0 to 4")


@pytest.mark.parametrize("blur", [-0.01, float("inf"), float("nan"), "1"])
def test_what_is_not_known_of_the_circumstances_is_a_variance(blur):
    assert refused(a_claim, blur=blur) == ("blur", "must be 0 or more")


@pytest.mark.parametrize("share", [-0.01, 1.01])
def test_a_share_lies_between_none_and_all(share):
    assert refused(a_claim, share=share) == ("share", "must lie between 0 and 1")


@pytest.mark.parametrize("usual", [0.0, -0.15])
def test_a_usual_change_is_above_zero(usual):
    assert refused(a_claim, usual_change=usual) == ("usual_change", "must be above zero")


@pytest.mark.parametrize("fee", [0.0, -1.0])
def test_a_fee_of_nothing_is_left_out(fee):
    assert refused(a_claim, fee=fee) == ("fee", "must be above zero; leave it out where there was none")


@pytest.mark.parametrize("moment", [datetime(2026, 1, 1, 12, 0), "2026-01-01", None])  # noqa: DTZ001 - refused
def test_a_claim_is_verified_on_a_day(moment):
    assert refused(a_claim, verified_on=moment) == ("verified_on", "must be a date without a time")


@pytest.mark.parametrize(
    "numbers",
    [
        {"baseline": -1e308, "target": 1e308, "achieved": 0.0},
        {"baseline": 0.0, "target": 1.0, "achieved": 1e308, "direction": Direction.DOWN, "usual_change": 1.0},
        {"baseline": 1e308, "target": 1.1e308, "achieved": -1e308},
        {"baseline": 0.0, "target": 5e-324, "achieved": 1.0},
    ],
)
def test_numbers_too_far_apart_are_refused(numbers):
    if numbers.get("direction") is Direction.DOWN:
        assert refused(a_claim, **numbers) == ("target", "must be better than the baseline")
    else:
        assert refused(a_claim, **numbers) == (
            "achieved",
            "is too far from the other numbers to be compared with them",
        )


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("clients_verified", -1, "must be a whole number, 0 or more"),
        ("clients_verified", 2.5, "must be a whole number, 0 or more"),
        ("referred_in_all", 0, "must be a whole number, 1 or more"),
        ("referred_in_all", None, "must be a whole number, 1 or more"),
    ],
)
def test_a_referral_with_impossible_counts_is_refused(field, value, message):
    assert refused(a_referral, **{field: value}) == (field, message)


def test_the_ends_of_what_is_allowed_are_allowed():
    a_claim(level=0, transfer=0, share=0.0, sustained_6m=0.0, money=-5.0)
    a_claim(level=5, transfer=4, share=1.0, fee=0.01, verified_on=date.min)
    a_referral(clients_verified=0, referred_in_all=1)


def test_an_error_says_row_field_and_reason_and_survives_another_process():
    error = ScoringError("must be above zero", "fee", "claim 7")
    assert str(error) == "claim 7: fee must be above zero"
    again = pickle.loads(pickle.dumps(error))
    assert (again.message, again.field, again.key) == ("must be above zero", "fee", "claim 7")
    assert (
        str(ScoringError("must be a date without a time", "on", ""))
        == "evidence: on must be a date without a time"
    )


def test_an_error_is_a_value_error():
    assert isinstance(ScoringError("x", "y", "z"), ValueError)


@pytest.mark.parametrize(
    ("baseline", "target", "achieved", "direction", "expected"),
    [
        (100.0, 120.0, 110.0, Direction.UP, 0.5),
        (100.0, 120.0, 90.0, Direction.UP, -0.5),
        (9.4, 7.4, 6.4, Direction.DOWN, 1.5),
        (9.4, 7.4, 9.4, Direction.DOWN, 0.0),
        (-5.0, 5.0, 5.0, Direction.UP, 1.0),
    ],
)
def test_attainment(baseline, target, achieved, direction, expected):
    reached = attainment(baseline=baseline, target=target, achieved=achieved, direction=direction)
    assert reached == pytest.approx(expected, abs=1e-15)


def test_attainment_on_its_own_names_no_row():
    with pytest.raises(ScoringError) as caught:
        attainment(baseline=1.0, target=1.0, achieved=1.0, direction=Direction.UP)
    assert (caught.value.field, caught.value.key) == ("target", "")


def test_evidence_cannot_be_changed_afterwards():
    with pytest.raises(AttributeError):
        a_claim().level = 5
    assert a_claim(verified_on=DAY) == a_claim(verified_on=DAY)


def test_what_cannot_be_scored_together_is_set_apart_and_named():
    fine, late = a_claim("fine"), a_claim("late", verified_on=DAY + timedelta(1))
    twice = [a_claim("twice"), a_claim("twice", level=4), a_claim("twice", level=2)]
    taken, faults = sift([fine, twice[0], late, *twice[1:], fine], on=DAY)
    assert taken == [fine]
    assert [(each.key, each.field) for each in faults] == [("late", "verified_on"), ("twice", "level")]
    assert sift([], on=DAY) == ([], [])


def test_of_a_refused_number_only_the_goal_must_be_readable():
    """Else absurd money could hide that a client said no."""
    assert a_claim(rejected=True, fee=1e-300, money=1e300).rejected
    with pytest.raises(ScoringError):
        a_claim(fee=1e-300, money=1e300)


def test_what_was_not_reached_need_not_have_held():
    assert a_claim(achieved=85.0, sustained_6m=1e308).sustained_6m == 1e308
    with pytest.raises(ScoringError) as caught:
        a_claim(baseline=0.0, target=1e-200, achieved=1e-200, sustained_6m=1e200)
    assert caught.value.field == "sustained_6m"
