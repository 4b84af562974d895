"""The verbs of an ask, the rules behind them, and what is found."""

import re
from datetime import timedelta

import pytest

from tests import builders
from tests.builders import AT, BEN, CARLA
from tests.drawer import sweep
from vetting.audit.queries import trail
from vetting.followups import actions
from vetting.followups.models import Ask, AskKey, AskStep, Referee
from vetting.followups.queries import about, expired, holds, never_answered, outbox_health, visible_to
from vetting.followups.rules import MOST_OPEN, held_until, is_wanted, may_answer, may_ask_more, may_write_to
from vetting.kernel.actors import ANONYMOUS, system
from vetting.kernel.keys import uuid7
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.mail.actions import suppress
from vetting.mail.queries import is_suppressed

pytestmark = pytest.mark.django_db

ABOUT = {"consultant": "Ana Kalnina", "consultant_slug": "ana-kalnina"}


@pytest.fixture
def ana():
    return builders.user("ana@advice.example")


def asked(consultant, whom=CARLA, **given):
    return actions.ask(
        **{
            "kind": "peer",
            "subject_id": uuid7(),
            "consultant": consultant,
            "name": whom[0],
            "email": whom[1],
            "about": ABOUT,
            "at": AT,
            "country": "EE",
            **given,
        }
    )


def refused(call):
    with pytest.raises(InvalidError) as caught:
        call()
    return {field: code for field, (code, _) in caught.value.problems.items()}


def code_of(call):
    with pytest.raises(RefusedError) as caught:
        call()
    return caught.value.verdict.code


# --- ask ------------------------------------------------------------------------------------------------


def test_an_ask_is_queued_with_its_letter(ana):
    row = asked(ana, ("  Carla Conti ", " Carla@Paper-Umbrella.example "))
    assert (row.status, row.kind, row.created_at, row.expires_at) == (
        "queued",
        "peer",
        AT,
        AT + timedelta(days=120),
    )
    assert row.about == {**ABOUT, "referee": "Carla Conti"}
    assert (row.referee.email, row.referee.mailbox, row.referee.name, row.referee.country) == (
        "Carla@paper-umbrella.example",
        "carla@paper-umbrella.example",
        "Carla Conti",
        "EE",
    )
    step = AskStep.objects.get()
    assert (step.step, step.letter, step.state, step.due_at) == ("ask", "peer_ask", "planned", AT)
    assert re.fullmatch(rf"<{row.pk.hex}\.ask\.[0-9a-f]{{16}}@touchstone\.example>", step.message_id)
    (entry,) = trail(row.pk)
    assert (entry.verb, entry.actor_id, entry.facts) == (
        "begin",
        ana.pk,
        {"kind": "peer", "subject": str(row.subject_id)},
    )
    assert "carla" not in str(entry.facts).lower()


def test_a_letter_asked_for_at_night_is_due_in_the_morning(ana):
    asked(ana, at=AT + timedelta(hours=12))
    assert AskStep.objects.get().due_at == AT + timedelta(hours=20)  # 08:00 in Riga


def test_one_mailbox_is_one_person_and_each_consultant_greets_her_by_the_name_she_gave(ana):
    eve = builders.user("eve@pocket.example")
    first = asked(ana, ("Carla Conti", "carla.conti@gmail.com"))
    second = asked(eve, ("That Carla", "CarlaConti+work@googlemail.com"))
    assert first.referee == second.referee == Referee.objects.get()
    assert (first.referee.name, first.referee.email) == ("Carla Conti", "carla.conti@gmail.com")
    assert [row.about["referee"] for row in (first, second)] == ["Carla Conti", "That Carla"]
    letters = {
        str(letter["Message-ID"])[1:33]: letter.get_body(("plain",)).get_content() for letter in sweep(AT)
    }
    assert letters[second.pk.hex].startswith("Dear That Carla,")


@pytest.mark.parametrize(
    ("whom", "problems"),
    [
        (("", CARLA[1]), {"name": "required"}),
        (("C\x00", CARLA[1]), {"name": "control_character"}),
        (("x" * 161, CARLA[1]), {"name": "too_long"}),
        (("Carla", "carla"), {"email": "invalid_email"}),
        (("Carla", ""), {"email": "invalid_email"}),
        (("Carla", "carla@localhost"), {"email": "invalid_email"}),
        (("Carla", "c\x00@x.example"), {"email": "invalid_email"}),
        (("Carla", "a@x.example, b@x.example"), {"email": "invalid_email"}),
        (("Carla", "a@x.example\nBcc: b@x.example"), {"email": "invalid_email"}),
        (("Carla", "j\u00f6rg@x.example"), {"email": "invalid_email"}),
        (("Carla", "x" * 300 + "@x.example"), {"email": "invalid_email"}),
        (("Ana", "ANA@Advice.example"), {"email": "own_mailbox"}),
        (("Ana", "  ana+x@advice.example"), {"email": "own_mailbox"}),
        (("Ana", "a.n.a@advice.example"), {"email": "own_mailbox"}),
        (("Colleague", "carla@advice.example"), {"email": "own_domain"}),
        (("Colleague", "carla@mail.advice.example"), {"email": "own_domain"}),
        (("", "nowhere"), {"name": "required", "email": "invalid_email"}),
    ],
)
def test_whom_one_cannot_ask(ana, whom, problems):
    assert refused(lambda: asked(ana, whom)) == problems
    assert not Ask.objects.exists()
    assert not Referee.objects.exists()


def test_a_colleague_at_a_free_provider_is_no_colleague():
    assert may_write_to(builders.user("ana@gmail.com"), "carla@gmail.com")


@pytest.mark.parametrize("address", ["carla@paper-umbrella.example", " Carla+x@PAPER-umbrella.example "])
def test_a_mailbox_that_has_stopped_cannot_be_asked(ana, address):
    suppress(CARLA[1], reason="stopped", at=AT)
    assert refused(lambda: asked(ana, ("Carla", address))) == {"email": "stopped"}


def test_only_so_many_asks_are_open_at_a_time(ana):
    assert may_ask_more(ana)
    rows = [asked(ana, ("Peer", f"peer{number}@peer.example")) for number in range(MOST_OPEN)]
    assert code_of(lambda: asked(ana)) == "too_many_open"
    actions.decline(rows[0].pk, at=AT)
    asked(ana)


# --- answer, decline, stop, cancel, expire, bounce --------------------------------------------------------


def test_a_draft_grows_and_counts_for_nothing(ana):
    row = asked(ana)
    actions.save_draft(row.pk, answers={"role": "CFO"}, at=AT)
    row.refresh_from_db()
    assert (row.status, row.draft) == ("queued", {"role": "CFO"})  # her letter is not noted as sent yet
    sweep(AT)
    actions.save_draft(row.pk, answers={"role": "Head", "shares": "0-10"}, at=AT)
    actions.save_draft(row.pk, answers={}, at=AT)
    row.refresh_from_db()
    assert (row.status, row.draft) == ("started", {"role": "Head", "shares": "0-10"})
    assert [entry.after for entry in trail(row.pk)] == ["queued", "sent", "started"]


CLOSING = {
    "answered": lambda row: actions.close_answered(actions.lock(row.pk), at=AT),
    "declined": lambda row: actions.decline(row.pk, at=AT),
    "stopped": lambda row: actions.stop(row.pk, at=AT),
    "cancelled": lambda row: actions.cancel(row.subject_id, by=system("test"), at=AT),
    "bounced": lambda row: actions.bounce(row, for_good=False, at=AT),
    "expired": lambda row: actions.expire(row.pk, at=AT + timedelta(days=120)),
}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("answered", "already_answered"),
        ("declined", "declined"),
        ("stopped", "stopped"),
        ("cancelled", "closed"),
        ("bounced", "closed"),
        ("expired", "closed"),
    ],
)
@pytest.mark.parametrize("sent", [True, False])
def test_a_closed_ask_takes_nothing_more(ana, status, code, sent, django_capture_on_commit_callbacks):
    from django.db import transaction

    row = asked(ana)
    if sent:
        sweep(AT)
    with transaction.atomic():
        CLOSING[status](row)
    row.refresh_from_db()
    assert (row.status, may_answer(row, at=AT).code) == (status, code)
    assert code_of(lambda: actions.save_draft(row.pk, answers={"x": 1}, at=AT)) == code
    assert code_of(lambda: actions.decline(row.pk, at=AT)) == code
    assert not AskStep.objects.filter(
        ask=row, step__in=["ask", "reminder_4", "reminder_11"], state="planned"
    ).exists()
    before = list(trail(row.pk))
    for again in ("stopped", "cancelled", "bounced", "expired"):
        CLOSING[again](row)
    assert list(trail(row.pk)) == before


def test_an_ask_whose_time_is_up_takes_no_answer_even_before_the_sweep(ana):
    row = asked(ana)
    sweep(AT)
    row.refresh_from_db()
    assert may_answer(row, at=AT + timedelta(days=30) - timedelta(seconds=1))
    assert may_answer(row, at=AT + timedelta(days=30)).code == "closed"
    actions.expire(row.pk, at=AT + timedelta(days=29))
    row.refresh_from_db()
    assert row.status == "sent"


def test_a_reason_for_declining_is_kept_privately(ana):
    row = asked(ana)
    actions.save_draft(row.pk, answers={"relation": "hired"}, at=AT)
    actions.decline(row.pk, at=AT, reason="Not me.")
    row.refresh_from_db()
    assert row.draft == {"relation": "hired", "declined_because": "Not me."}
    assert refused(lambda: actions.decline(row.pk, at=AT, reason="x" * 1_001)) == {"reason": "too_long"}
    assert "Not me." not in str([entry.facts for entry in trail(row.pk)])


def test_a_stop_closes_all_that_is_open_and_holds_for_everybody(ana):
    eve = builders.user("eve@pocket.example")
    first, second, elsewhere = asked(ana), asked(eve), asked(ana, BEN)
    referee = actions.stop(first.pk, at=AT)
    actions.stop(first.pk, at=AT + timedelta(days=1))
    assert [Ask.objects.get(pk=row.pk).status for row in (first, second, elsewhere)] == [
        "stopped",
        "stopped",
        "queued",
    ]
    assert (referee.email, is_suppressed(CARLA[1]), is_suppressed(BEN[1])) == (CARLA[1], True, False)
    assert refused(lambda: asked(eve)) == {"email": "stopped"}


def test_a_bounce_of_one_letter_leaves_other_asks_alone(ana):
    eve = builders.user("eve@pocket.example")
    first, second = asked(ana), asked(eve)
    actions.bounce(first, for_good=False, at=AT)
    assert [Ask.objects.get(pk=row.pk).status for row in (first, second)] == ["bounced", "queued"]
    assert AskStep.objects.get(ask=first, step="told_end").letter == "ask_failed"


def test_cancelling_says_how_many(ana):
    subject = uuid7()
    asked(ana, subject_id=subject)
    asked(ana, BEN, subject_id=subject)
    assert actions.cancel(subject, by=system("test"), at=AT) == 2
    assert actions.cancel(subject, by=system("test"), at=AT) == 0
    assert not AskStep.objects.exclude(state="cancelled").exists()  # nobody is told: she did it herself


def test_a_step_is_planned_once(ana):
    row = asked(ana)
    actions.plan({row: {"ask": ("peer_ask", AT + timedelta(days=5))}})
    assert AskStep.objects.get().due_at == AT


@pytest.mark.parametrize(
    ("status", "step", "wanted"),
    [
        ("queued", "ask", True),
        ("answered", "ask", False),
        ("answered", "reminder_4", False),
        ("sent", "reminder_4", True),
        ("answered", "told_answer", True),
        ("sent", "told_answer", False),
    ],
)
def test_a_letter_is_wanted_while_its_ask_stands_where_it_fits(ana, status, step, wanted):
    row = asked(ana)
    row.status = status
    assert is_wanted(AskStep(ask=row, step=step), (), is_suppressed=False, at=AT) is wanted


def test_caps_hold_letters_to_referees_only(ana):
    row = asked(ana)
    actions.plan({row: {"told_end": ("ask_expired", AT)}})
    step = AskStep.objects.get(step="told_end")
    assert held_until(row, step, [], at=AT) == (AT, "")


# --- found ----------------------------------------------------------------------------------------------


def test_who_sees_which_asks(ana):
    eve = builders.user("eve@pocket.example")
    first, second, third = asked(ana), asked(eve), asked(ana, BEN)
    assert list(visible_to(ana.actor)) == [third, first]
    assert list(visible_to(eve.actor)) == [second]
    assert list(visible_to(builders.staff())) == [third, second, first]
    assert list(visible_to(ANONYMOUS)) == []


def test_asks_by_what_they_are_about(ana):
    subject = uuid7()
    rows = [asked(ana, whom, subject_id=subject) for whom in (CARLA, BEN)]
    assert about([subject, uuid7()]) == {subject: rows}
    assert holds(rows) == {}


def test_what_has_run_out_oldest_first(ana):
    rows = [asked(ana, ("Peer", f"peer{n}@peer.example"), at=AT + timedelta(hours=n)) for n in (2, 0, 1)]
    actions.stop(rows[1].pk, at=AT)
    late = AT + timedelta(days=121)
    assert expired(at=late, most=9) == [rows[2].pk, rows[0].pk]
    assert expired(at=late, most=1) == [rows[2].pk]
    assert expired(at=AT + timedelta(days=120, hours=1), most=9) == [rows[2].pk]


def test_the_outbox_in_figures(ana):
    assert outbox_health(at=AT) == {"due": 0, "oldest_due": None, "expired_leases": 0, "uncertain": 0}
    for whom in (CARLA, BEN):
        asked(ana, whom)
    assert outbox_health(at=AT) == {"due": 2, "oldest_due": AT, "expired_leases": 0, "uncertain": 0}


def test_rows_name_themselves_without_an_address(ana):
    row = asked(ana)
    sweep(AT)
    names = [str(row), str(row.referee), str(AskStep.objects.get(step="ask")), str(AskKey.objects.get())]
    assert names == [f"peer ask {row.pk}", CARLA[0], f"ask of {row.pk}", f"key of {row.pk}"]


# --- forgetting -----------------------------------------------------------------------------------------


def test_one_who_never_answered_is_forgotten_thirty_days_after_her_ask_ran_out(ana):
    ask = asked(ana, about={**ABOUT, "referee": CARLA[0]})
    sweep(AT)
    ask.refresh_from_db()
    actions.expire(ask.pk, at=ask.expires_at)
    early, late = ask.expires_at + timedelta(days=29), ask.expires_at + timedelta(days=30)
    assert never_answered(at=early, most=9) == []
    actions.forget(ask.referee_id, at=early)
    assert Referee.objects.get().email == CARLA[1]
    assert never_answered(at=late, most=9) == [ask.referee_id]
    actions.forget(ask.referee_id, at=late)
    actions.forget(ask.referee_id, at=late)
    ask.refresh_from_db()
    referee = Referee.objects.get()
    assert (referee.name, referee.email, referee.mailbox) == ("", "", f"erased:{referee.pk}")
    assert (ask.status, ask.draft, ask.about["referee"]) == ("expired", {}, "")
    assert CARLA[0] not in str(ask.about)
    assert never_answered(at=late, most=9) == []
    assert [entry.verb for entry in trail(referee.pk)] == ["forget"]


def test_a_stop_outlives_the_forgetting(ana):
    ask = asked(ana)
    sweep(AT)
    actions.stop(ask.pk, at=AT)
    actions.forget(ask.referee_id, at=AT + timedelta(days=400))
    assert Referee.objects.get().email == ""
    assert is_suppressed(CARLA[1])


def test_one_who_answered_or_is_being_asked_is_not_forgotten(ana):
    answered = asked(ana)
    sweep(AT)
    answered.refresh_from_db()
    actions.close_answered(answered, at=AT)
    asked(ana, BEN)
    assert never_answered(at=AT + timedelta(days=400), most=9) == []
