"""The same number again, three, six and twelve months after a client has confirmed it."""

import threading
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import connection, connections
from django.db.utils import IntegrityError, ProgrammingError

from tests import builders as b
from tests.builders import AT
from tests.drawer import sweep, text_of
from vetting.audit.models import AuditEntry
from vetting.followups import actions as followups
from vetting.followups import rules as followup_rules
from vetting.followups.models import Ask, AskStep
from vetting.jobs import clock
from vetting.jobs import followups as job
from vetting.kernel.actors import system
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.outcomes import actions, queries, rules, waves
from vetting.outcomes.models import FollowUp, Measurement, Outcome
from vetting.outcomes.questionnaire import Still
from vetting.profiles.models import Profile

pytestmark = pytest.mark.django_db

BY = system("test")
HELD = Still(still="held")


def confirmed(achieved="6.10", **answers) -> Outcome:
    return b.answered(b.outcome(b.goal(b.engagement(b.consultant())), achieved), **answers)


def days(number) -> object:
    return AT + timedelta(days=number)


def asked_again(outcome, after) -> Ask | None:
    return waves.ask_again(outcome.pk, by=BY, at=days(after))


def said_again(outcome, after, still="held", value=None) -> FollowUp:
    """She is asked on that day and answers at once."""
    ask = asked_again(outcome, after)
    number = None if value is None else Decimal(value)
    row = waves.answer(ask.pk, still=Still(still=still, value=number), at=days(after))
    outcome.refresh_from_db()
    return row


def standing(outcome):
    outcome.refresh_from_db()
    return outcome.status, rules.shown_level(outcome), outcome.follow_up_on


# When she is asked


def test_a_confirmed_result_is_asked_about_three_times_and_no_more():
    outcome = confirmed()
    assert outcome.follow_up_on == days(90).date()
    assert queries.due_waves(on=days(89).date(), most=9) == []
    assert asked_again(outcome, 89) is None
    for wave, months, then in ((90, 3, 180), (180, 6, 365), (365, 12, None)):
        assert queries.due_waves(on=days(wave).date(), most=9) == [outcome.pk]
        ask = asked_again(outcome, wave)
        assert (ask.kind, ask.subject_id, ask.about["months"]) == ("sustain", outcome.pk, months)
        assert standing(outcome)[2] == (then and days(then).date())
        followups.expire(ask.pk, at=days(wave + 121))
    assert queries.due_waves(on=days(4_000).date(), most=9) == []
    assert Ask.objects.filter(kind="sustain").count() == 3


def test_the_letter_speaks_of_her_own_number():
    outcome = confirmed(result_verdict="correct", result_value=Decimal("6.50"))
    first = asked_again(outcome, 92)
    known = {"last": "6.50 EUR", "last_on": "2026-05-04", "achieved": "6.50 EUR", "named_on": "2026-05-04"}
    assert {key: first.about[key] for key in known} == known
    assert (first.referee.email, first.about["referee"]) == (b.CARLA[1], b.CARLA[0])
    waves.answer(first.pk, still=Still(still="faded", value=Decimal(7)), at=days(95))
    second = asked_again(outcome, 180)
    known = {"last": "7.00 EUR", "last_on": days(95).date().isoformat(), "achieved": "6.50 EUR"}
    assert {key: second.about[key] for key in known} == known
    letter = next(letter for letter in sweep(days(182)) if letter["To"] == b.CARLA[1])
    assert "you told us of Cost per ticket: 7.00 EUR" in text_of(letter)
    assert letter["Subject"] == "Ana Kalnina’s result after 6 months: is Cost per ticket still 7.00 EUR?"


def test_a_site_that_slept_asks_once_about_the_latest_wave():
    outcome = confirmed()
    assert asked_again(outcome, 200).about["months"] == 6
    assert standing(outcome)[2] == days(365).date()


@pytest.mark.parametrize(
    "said",
    [
        {"result_verdict": "wrong"},
        {"result_verdict": "cannot_say"},
        {"worked_together": False},
    ],
)
def test_what_was_not_confirmed_is_not_asked_about(said):
    assert confirmed(**said).follow_up_on is None


def test_a_public_record_is_not_asked():
    outcome = b.outcome(b.goal(b.engagement(b.recorded())))
    actions.verify_by_record(outcome, record="A report", shown_at=AT, by=b.staff(), at=AT)
    assert standing(outcome) == ("confirmed", 1, None)


def test_many_workers_ask_once():
    outcome = confirmed()
    assert asked_again(outcome, 90) is not None
    assert asked_again(outcome, 90) is None
    assert Ask.objects.filter(kind="sustain").count() == 1


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_ask_once():
    outcome = confirmed()
    found, gate = [], threading.Barrier(4)

    def work():
        gate.wait()
        try:
            found.append(asked_again(outcome, 90))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(found), sum(each is not None for each in found)) == (4, 1)
    assert Ask.objects.filter(kind="sustain").count() == 1


def test_she_is_reminded_once():
    outcome = confirmed()
    at = days(91)  # a Monday
    ask = waves.ask_again(outcome.pk, by=BY, at=at)
    sweep(days(1))  # what is left of the first question
    letters = [str(letter["Subject"]) for day in range(40) for letter in sweep(at + timedelta(days=day))]
    assert letters[0] == "Ana Kalnina’s result after 3 months: is Cost per ticket still 6.10 EUR?"
    assert sorted(letters[1:]) == [
        "Closed without an answer: Carla Controller",
        "No answer yet from Carla Controller",
        "Reminder: is Cost per ticket still 6.10 EUR? Ana Kalnina’s result after 3 months",
    ]
    assert sorted(AskStep.objects.filter(ask=ask).values_list("step", flat=True)) == [
        "ask",
        "reminder_11",
        "told_end",
        "told_silent",
    ]


def test_the_caps_hold_for_these_letters_too():
    outcome = confirmed()
    second = b.answered(b.outcome(b.goal(b.engagement(Profile.objects.get(), work="Second piece"))))
    sweep(AT)  # the letters of the first asks are dropped: both have been answered
    asks = [waves.ask_again(each.pk, by=BY, at=days(91)) for each in (outcome, second)]
    sweep(days(91))
    assert [Ask.objects.get(pk=ask.pk).status for ask in asks] == ["sent", "queued"]
    assert AskStep.objects.get(ask=asks[1], step="ask").held.startswith("This person has another open")


# When she is not


def contested(outcome):
    other = b.answered(
        b.outcome(
            b.goal(
                outcome.goal.engagement,
                metric="customer_satisfaction",
                baseline=Decimal(60),
                target=Decimal(80),
                currency="",
            ),
            "85",
        ),
        ("Second Client", "second@paper-umbrella.example"),
        worked_together=False,
    )
    assert other.status == "rejected"


def stopped(outcome):
    followups.stop(Ask.objects.get(kind="outcome").pk, at=AT)


def declined(outcome):
    followups.decline(asked_again(outcome, 90).pk, at=days(91))


def no_longer_measured(outcome):
    said_again(outcome, 90, "not_measured")


def without_owner(outcome):
    Profile.objects.update(owner=None)


def erased(outcome):
    referee = Ask.objects.get(kind="outcome").referee
    type(referee).objects.update(email="", mailbox=f"erased:{referee.pk}")


def moved_to_her_domain(outcome):
    owner = outcome.goal.engagement.profile.owner
    type(owner).objects.filter(pk=owner.pk).update(email="ana@paper-umbrella.example")


def superseded(outcome):
    from vetting.audit.actions import move

    move(outcome, "superseded", by=BY, at=AT)


@pytest.mark.parametrize(
    ("meanwhile", "because"),
    [
        (contested, "closed"),
        (superseded, "closed"),
        (stopped, "stopped"),
        (declined, "declined"),
        (without_owner, "no_owner"),
        (erased, "erased"),
        (moved_to_her_domain, "own_domain"),
    ],
)
def test_nobody_is_asked_any_more(meanwhile, because):
    outcome = confirmed()
    meanwhile(outcome)
    before = Ask.objects.count()
    assert asked_again(outcome, 180) is None
    assert (Ask.objects.count(), standing(outcome)[2]) == (before, None)
    ended = AuditEntry.objects.get(row_id=outcome.pk, verb="end_follow_up")
    assert ended.facts == {"because": because}


@pytest.mark.parametrize(
    ("said", "ends", "answers", "because"),
    [
        (False, [], [], "no_client"),
        (True, ["stopped"], [], "stopped"),
        (True, ["answered", "bounced"], ["held"], "stopped"),
        (True, ["declined"], [], "declined"),
        (True, ["answered"], ["not_measured"], "not_measured"),
        (True, ["expired", "answered"], ["cannot_say"], ""),
    ],
)
def test_what_became_of_earlier_waves_decides_on_the_next(said, ends, answers, because):
    outcome = confirmed()
    words = queries.current_attestations([outcome.pk])[outcome.pk] if said else []
    verdict = rules.may_follow_up(
        outcome, words, [Ask(status=end) for end in ends], [FollowUp(still=word) for word in answers]
    )
    assert verdict.code == because


def test_what_is_told_of_each_wave_and_of_the_next():
    outcome = confirmed()
    said_again(outcome, 90, "held")
    followups.expire(asked_again(outcome, 180).pk, at=days(301))
    found = queries.waves_of([outcome.pk])[outcome.pk]
    assert found == [
        (3, days(90).date(), "held", Decimal("6.10")),
        (6, days(301).date(), "silent", None),
    ]
    outcome.refresh_from_db()
    assert queries.asked_next_on(outcome, found) == days(365).date()
    declined = [found[0]._replace(still="declined")]
    assert queries.asked_next_on(outcome, declined) is None
    contested(outcome)
    outcome = queries.outcome_of(outcome.pk)
    assert queries.asked_next_on(outcome, found) is None


def test_who_no_longer_measures_it_is_not_asked_again():
    outcome = confirmed()
    said_again(outcome, 90, "not_measured")
    assert standing(outcome) == ("confirmed", 3, None)


def test_where_nothing_moved_nothing_can_hold():
    outcome = confirmed("9.80")
    assert (outcome.status, outcome.follow_up_on) == ("confirmed", None)
    Outcome.objects.update(follow_up_on=days(90).date())
    assert asked_again(outcome, 90) is None
    assert AuditEntry.objects.get(verb="end_follow_up").facts == {"because": "nothing_moved"}


def test_where_too_many_asks_are_open_the_wave_waits_a_day(monkeypatch):
    outcome = confirmed()
    monkeypatch.setattr(followup_rules, "MOST_OPEN", 0)
    assert asked_again(outcome, 90) is None
    assert standing(outcome)[2] == days(91).date()
    monkeypatch.undo()
    assert asked_again(outcome, 91).about["months"] == 3


def test_an_earlier_wave_that_is_still_open_or_just_answered_stands_in_for_the_next():
    outcome = confirmed()
    first = asked_again(outcome, 170)
    assert asked_again(outcome, 180) is None
    assert standing(outcome)[2] == days(365).date()
    Outcome.objects.update(follow_up_on=days(185).date())
    assert waves.answer(first.pk, still=HELD, at=days(182)).wave == 180
    assert asked_again(outcome, 185) is None
    assert Ask.objects.filter(kind="sustain").count() == 1


def test_a_result_that_falls_while_she_is_being_asked_is_called_off():
    outcome = confirmed()
    ask = asked_again(outcome, 90)
    assert queries.moot(most=9) == []
    contested(outcome)
    assert queries.moot(most=9) == [outcome.pk]
    with pytest.raises(RefusedError, match="does not stand any more"):
        waves.answer(ask.pk, still=HELD, at=days(91))
    waves.call_off(outcome.pk, by=BY, at=days(91))
    assert (Ask.objects.get(pk=ask.pk).status, standing(outcome)[2]) == ("cancelled", None)
    assert queries.moot(most=9) == []


def test_the_job_does_both():
    outcome = confirmed()
    Outcome.objects.update(follow_up_on=date(2026, 1, 1))
    job.ask_again()
    assert Ask.objects.filter(kind="sustain", subject_id=outcome.pk).count() == 1
    contested(outcome)
    job.ask_again()
    assert Ask.objects.get(kind="sustain").status == "cancelled"


def test_what_is_due_is_found_by_its_index():
    confirmed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    due = Outcome.objects.filter(follow_up_on__lte=AT.date()).order_by("follow_up_on", "id")[:100]
    opened = Ask.objects.filter(kind="sustain", status__in=["queued", "sent", "started"])
    plans = [due.values_list("pk").explain(), opened.order_by("subject_id").values_list("pk").explain()]
    assert ["outcome_follow_up" in plans[0], "ask_sustain_open" in plans[1]] == [True, True]
    assert "Sort" not in plans[0]


@pytest.mark.parametrize(("ago", "wave"), [(10, 90), (100, 180), (200, 365), (400, None)])
def test_what_was_confirmed_before_anybody_was_asked_again_joins_at_its_next_wave(ago, wave):
    outcome, now = confirmed(), clock.now()
    record = b.outcome(b.goal(b.engagement(b.recorded())))
    actions.verify_by_record(record, record="A report", shown_at=AT, by=b.staff(), at=AT)
    Outcome.objects.update(follow_up_on=None, verified_at=now - timedelta(days=ago))
    *_, backfill = import_module("vetting.migrations.0010_waves_due").Migration.operations
    with connection.cursor() as cursor:
        cursor.execute(backfill.sql)
    day = (now - timedelta(days=ago)).date()
    assert standing(outcome)[2] == (wave and day + timedelta(days=wave))
    assert standing(record)[2] is None


# What her answer changes


@pytest.mark.parametrize(
    ("after", "still", "value", "status", "level", "number"),
    [
        (90, "held", None, "confirmed", 3, "6.10"),
        (90, "grew", "5.90", "confirmed", 3, "5.90"),
        (90, "faded", "6.20", "faded", 3, "6.20"),
        (180, "held", None, "sustained", 5, "6.10"),
        (180, "grew", "5.00", "sustained", 5, "5.00"),
        (180, "faded", "9.90", "faded", 3, "9.90"),
        (180, "cannot_say", None, "confirmed", 3, None),
        (180, "not_measured", None, "confirmed", 3, None),
        (365, "held", None, "sustained", 5, "6.10"),
    ],
)
def test_what_she_says_makes_the_result(after, still, value, status, level, number):
    outcome = confirmed()
    row = said_again(outcome, after, still, value)
    assert (row.wave, row.still, row.value) == (after, still, number and Decimal(number))
    assert standing(outcome)[:2] == (status, level)
    measured = Measurement.objects.filter(kind="sustain")
    assert list(measured.values_list("value", "measured_on", "stated_by")) == (
        [(Decimal(number), days(after).date(), "client")] if number else []
    )
    assert (Ask.objects.get(kind="sustain").status, row.questionnaire) == ("answered", "sustain-1")


def test_what_faded_can_come_back_and_what_held_can_fade():
    outcome = confirmed()
    said_again(outcome, 90, "faded", "7.00")
    assert standing(outcome)[:2] == ("faded", 3)
    said_again(outcome, 180, "held")  # still 7.00: no better than it was
    assert standing(outcome)[:2] == ("faded", 3)
    said_again(outcome, 365, "grew", "6.10")
    assert standing(outcome)[:2] == ("sustained", 5)

    outcome = confirmed_by_another()
    said_again(outcome, 180, "held")
    said_again(outcome, 365, "faded", "6.11")
    assert standing(outcome)[:2] == ("faded", 3)


def confirmed_by_another():
    return b.result(b.consultant("Ben Another"), organization=b.client("Copper Kettle"))


def test_a_mailbox_that_proves_nothing_does_not_prove_more_by_saying_it_twice():
    outcome = b.answered(b.outcome(b.goal(b.engagement(b.consultant()))), ("Carla", "carla@gmail.com"))
    said_again(outcome, 180, "held")
    assert standing(outcome)[:2] == ("sustained", 1)


def test_a_corrected_result_is_held_against_the_number_of_the_client():
    outcome = confirmed(result_verdict="correct", result_value=Decimal("6.50"))
    said_again(outcome, 180, "held")
    assert standing(outcome)[:2] == ("sustained", 5)
    assert rules.was_corrected(queries.current_attestations([outcome.pk])[outcome.pk])


def test_where_more_is_better_worse_is_less():
    work = b.goal(
        b.engagement(b.consultant()),
        metric="customer_satisfaction",
        baseline=Decimal(60),
        target=Decimal(80),
        currency="",
    )
    outcome = b.answered(b.outcome(work, "85"))
    said_again(outcome, 90, "faded", "70")
    assert standing(outcome)[:2] == ("faded", 3)
    said_again(outcome, 180, "grew", "90")
    assert standing(outcome)[:2] == ("sustained", 5)


def test_silence_changes_nothing():
    outcome = confirmed()
    version = Profile.objects.get().evidence_version
    ask = asked_again(outcome, 90)
    followups.expire(ask.pk, at=days(90 + 121))
    assert standing(outcome)[:2] == ("confirmed", 3)
    assert Profile.objects.get().evidence_version == version
    assert (FollowUp.objects.count(), Measurement.objects.filter(kind="sustain").count()) == (0, 0)


def test_an_answer_makes_the_score_stale():
    outcome = confirmed()
    version = Profile.objects.get().evidence_version
    said_again(outcome, 90)
    assert Profile.objects.get().evidence_version == version + 1


# Bad input, and answers that come twice or too late


@pytest.mark.parametrize(
    ("still", "value", "field", "code"),
    [
        ("better", None, "still", "unknown_choice"),
        ("grew\x00", None, "still", "unknown_choice"),
        ("grew", None, "still_value", "required"),
        ("faded", None, "still_value", "required"),
        ("held", "6.10", "still", "contradiction"),
        ("cannot_say", "0", "still", "contradiction"),
        ("grew", "6.10", "still_value", "wrong_side"),
        ("grew", "7.00", "still_value", "wrong_side"),
        ("faded", "6.10", "still_value", "wrong_side"),
        ("faded", "5.00", "still_value", "wrong_side"),
        ("grew", "-1", "still_value", "out_of_range"),
        ("faded", "1e309", "still_value", "out_of_range"),
        ("faded", "1e15", "still_value", "out_of_range"),
        ("faded", "NaN", "still_value", "out_of_range"),
        ("faded", "7.0000001", "still_value", "too_fine"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_taken(still, value, field, code):
    outcome = confirmed()
    ask = asked_again(outcome, 90)
    with pytest.raises(InvalidError) as invalid:
        waves.answer(ask.pk, still=Still(still=still, value=value and Decimal(value)), at=days(90))
    assert [(name, found) for name, (found, _) in invalid.value.problems.items()] == [(field, code)]
    assert (FollowUp.objects.count(), Ask.objects.get(pk=ask.pk).status) == (0, "queued")


def test_better_and_worse_are_told_with_the_number_of_last_time():
    goal = confirmed().goal
    (verdict,) = rules.check_still(Still(still="grew", value=Decimal(7)), goal=goal, last=Decimal("6.10"))
    assert verdict.reason == "You chose better; for Cost per ticket that is below 6.10 EUR."


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (lambda ask: followups.decline(ask.pk, at=days(91)), "declined"),
        (lambda ask: followups.stop(ask.pk, at=days(91)), "stopped"),
        (lambda ask: followups.expire(ask.pk, at=days(300)), "closed"),
        (lambda ask: waves.answer(ask.pk, still=HELD, at=days(91)), "already_answered"),
    ],
)
def test_an_answer_after_the_end_is_refused(end, code):
    outcome = confirmed()
    ask = asked_again(outcome, 90)
    end(ask)
    before = FollowUp.objects.count()
    with pytest.raises(RefusedError) as refused:
        waves.answer(ask.pk, still=HELD, at=days(92))
    assert (refused.value.verdict.code, FollowUp.objects.count()) == (code, before)


def test_what_she_said_stays_as_it_is():
    row = said_again(confirmed(), 90)
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        FollowUp.objects.filter(pk=row.pk).update(still="faded")


def test_a_number_stands_exactly_where_one_was_given():
    row = said_again(confirmed(), 90)
    ask = Ask.objects.get(kind="outcome")
    with pytest.raises(IntegrityError, match="follow_up_number_where_one_was_given"):
        FollowUp.objects.create(
            outcome_id=row.outcome_id,
            ask=ask,
            referee=ask.referee,
            questionnaire="sustain-1",
            wave=90,
            still="cannot_say",
            value=Decimal(1),
            measured_on=AT.date(),
            given_at=AT,
        )
