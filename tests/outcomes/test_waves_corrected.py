"""What a client said later, corrected, taken back, or carried along by a correction of the result itself."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests import builders as b
from tests.outcomes.test_waves import HELD, asked_again, confirmed, days, said_again, standing
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.outcomes import queries, waves
from vetting.outcomes.questionnaire import Still
from vetting.privacy import actions as privacy
from vetting.privacy import corrections

pytestmark = pytest.mark.django_db


def test_a_correction_takes_the_place_of_what_she_said_and_of_its_day():
    outcome = confirmed()
    first = said_again(outcome, 180, "faded", "7.00")
    row = waves.correct(first.ask_id, still=HELD, at=days(200))
    assert (row.value, row.wave, row.measured_on, row.supersedes) == (
        Decimal("6.10"),
        180,
        days(180).date(),
        first,
    )
    assert standing(outcome)[:2] == ("sustained", 5)
    assert queries.waves_of([outcome.pk])[outcome.pk] == [(6, days(180).date(), "held", Decimal("6.10"))]
    assert waves.correct(first.ask_id, still=HELD, at=days(201)) == row  # the same once more is no version
    assert [each.still for each in queries.said_again_in(first.ask_id)] == ["faded", "held"]


def test_a_correction_is_checked_against_the_number_she_was_asked_about():
    outcome = confirmed()
    first = said_again(outcome, 90, "faded", "7.00")
    second = said_again(outcome, 180, "faded", "8.00")
    with pytest.raises(InvalidError) as invalid:
        waves.correct(second.ask_id, still=Still(still="grew", value=Decimal("7.50")), at=days(181))
    assert [code for code, _ in invalid.value.problems.values()] == ["wrong_side"]
    waves.correct(first.ask_id, still=Still(still="faded", value=Decimal("6.90")), at=days(181))
    waves.correct(second.ask_id, still=Still(still="grew", value=Decimal("6.00")), at=days(182))
    assert standing(outcome)[:2] == ("sustained", 5)


def test_what_is_taken_back_counts_nowhere():
    outcome = confirmed()
    row = said_again(outcome, 180, "held")
    waves.take_back(row.ask_id, at=days(181))
    assert standing(outcome)[:2] == ("confirmed", 3)
    assert queries.follow_ups_of([outcome.pk]) == {}
    for again in (
        lambda: waves.take_back(row.ask_id, at=days(182)),
        lambda: waves.correct(row.ask_id, still=HELD, at=days(182)),
    ):
        with pytest.raises(RefusedError, match="taken this answer back already"):
            again()


def test_who_measures_it_again_is_asked_again():
    outcome = confirmed()
    row = said_again(outcome, 90, "not_measured")
    assert standing(outcome)[2] is None
    waves.correct(row.ask_id, still=HELD, at=days(95))
    assert standing(outcome)[2] == days(180).date()


def test_her_word_on_the_result_carries_what_she_said_later():
    outcome = confirmed()
    said_again(outcome, 180, "held")
    first = Ask.objects.get(kind="outcome")
    better = replace(b.CONFIRMED, result_verdict="correct", result_value=Decimal("5.00"))
    corrections.correct(first.pk, answers=better, at=days(190))
    assert standing(outcome)[:2] == ("faded", 3)  # she had said 6.10, which is less than she now says it was
    corrections.correct(first.pk, answers=b.CONFIRMED, at=days(191))
    assert standing(outcome)[:2] == ("sustained", 5)
    corrections.take_back(first.pk, at=days(192))
    assert standing(outcome)[0] == "retracted"
    assert queries.follow_ups_of([outcome.pk]) == {}


def test_a_result_confirmed_by_a_correction_is_asked_about_as_well():
    outcome = confirmed(result_verdict="cannot_say")
    assert outcome.follow_up_on is None
    corrections.correct(Ask.objects.get(kind="outcome").pk, answers=b.CONFIRMED, at=days(3))
    assert standing(outcome) == ("confirmed", 3, days(93).date())


def test_nothing_is_answered_by_somebody_else():
    ask = asked_again(confirmed(), 90)
    with pytest.raises(RefusedError, match="nobody else has given it"):
        followups.hand_on(ask.pk, name="Dan", email="dan@paper-umbrella.example", at=days(90))


def test_what_is_erased_says_nothing_more():
    outcome = confirmed()
    row = said_again(outcome, 180, "held")
    privacy.erase(row.referee_id, at=days(181), stop_too=False)
    assert standing(outcome)[0] == "retracted"
    assert queries.follow_ups_of([outcome.pk]) == {}
    assert asked_again(outcome, 365) is None
