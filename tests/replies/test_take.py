"""A message is led to its ask, kept once, and does what it means: on rows, with messages as servers write them."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Thread

import pytest
from django.db import connection

from tests import builders as b
from tests.drawer import Drawer, sweep
from tests.replies.messages import REPLIES, away, complaint, person, raw, report
from vetting.audit.queries import trail
from vetting.followups.models import Ask, AskStep, Referee
from vetting.followups.queries import by_letter
from vetting.jobs import followups as job
from vetting.kernel.verdict import RefusedError
from vetting.mail.models import Suppression
from vetting.mail.queries import is_suppressed
from vetting.outcomes import actions as outcomes
from vetting.outcomes.models import Attestation
from vetting.privacy import actions as privacy
from vetting.privacy.queries import copy_of
from vetting.replies.actions import settle, take
from vetting.replies.models import Reply
from vetting.replies.queries import waiting, wrote_back
from vetting.replies.rules import MOST_A_DAY

pytestmark = pytest.mark.django_db

LATER = b.AT + timedelta(days=1)


@pytest.fixture(autouse=True)
def _house(settings):
    settings.REPLY_ADDRESS = REPLIES


def asked(name="Ana Kalnina", whom=b.CARLA):
    return b.asked(b.outcome(b.goal(b.engagement(b.consultant(name)))), whom)


@pytest.fixture
def ask():
    return asked()


@pytest.fixture
def letter(ask):
    [sent] = sweep(b.AT)
    return sent


def status(ask):
    return Ask.objects.get(pk=ask.pk).status


def refused(message):
    with pytest.raises(RefusedError) as caught:
        take(message, at=LATER)
    return caught.value.verdict.code


# --- the way back ---------------------------------------------------------------------------------------


def test_each_letter_of_an_ask_names_the_same_address_and_it_tells_nothing(ask, letter):
    [reminder] = [each for each in sweep(b.AT + timedelta(days=4)) if str(each["To"]) == b.CARLA[1]]
    address = str(letter["Reply-To"])
    assert str(reminder["Reply-To"]) == address
    assert ask.pk.hex[:12] not in address
    ask.refresh_from_db()
    assert address[8:40] not in json.dumps(list(Ask.objects.values()), default=str)
    assert len(ask.reply_digest) == 64


def test_two_asks_have_two_addresses_and_a_letter_to_a_consultant_has_none(ask):
    asked("Eve Ozola", b.BEN)
    letters = sweep(b.AT)
    assert len({str(letter["Reply-To"]) for letter in letters}) == 2
    outcomes.attest(ask.pk, answers=b.CONFIRMED, at=b.AT)
    assert [letter["Reply-To"] for letter in sweep(b.AT)] == [None]


def test_without_an_address_letters_are_as_before(settings):
    settings.REPLY_ADDRESS = ""
    ask = asked()
    [letter] = sweep(b.AT)
    ask.refresh_from_db()
    assert (letter["Reply-To"], ask.reply_digest) == (None, None)


# --- a person writes back -------------------------------------------------------------------------------


def test_what_she_wrote_is_kept_for_staff_and_counts_nowhere(ask, letter):
    body = "Yes, I confirm: 6.10 EUR is right.\n\nOn 4 May 2026 T wrote:\n> Is it?"
    reply, is_new = take(person(letter, body), at=LATER)
    assert is_new
    assert (reply.kind, reply.ask, reply.received_at) == ("person", ask, LATER)
    assert (reply.sender, reply.text) == (
        "Carla Contröller <carla@paper-umbrella.example>",
        "Yes, I confirm: 6.10 EUR is right.",
    )
    assert reply.subject.startswith("Re: Ana Kalnina asks: is this number right?")
    assert (status(ask), Attestation.objects.count(), Suppression.objects.count()) == ("sent", 0, 0)
    assert (waiting(), dict(wrote_back([ask.pk]))) == (1, {ask.pk: date(2026, 5, 5)})
    [entry] = trail(reply.pk)
    assert (entry.verb, entry.facts) == ("take", {"kind": "person", "ask": str(ask.pk)})
    assert sweep(LATER) == []  # nothing goes out in answer


def test_the_same_twice_is_one_whichever_way_it_came(letter):
    message = person(letter, "Yes.")
    first = take(message, at=LATER)
    again = take(b"Received: from another way\r\n" + message, at=LATER)
    assert (first.is_new, again.is_new, again.reply) == (True, False, first.reply)
    assert take(person(letter, "And more.", number=2), at=LATER).is_new
    assert Reply.objects.count() == 2


def test_without_a_message_id_the_bytes_tell(letter):
    head = f"From: c@x.example\nTo: {letter['Reply-To']}"
    taken = [take(raw(head, text), at=LATER).is_new for text in ("Yes.", "Yes.", "No.")]
    assert taken == [True, False, True]


def test_a_program_that_answers_to_our_address_is_led_by_the_letter_it_names(ask, letter):
    head = f"From: c@x.example\nTo: letters@touchstone.example\nIn-Reply-To: {letter['Message-ID']}"
    assert take(raw(head, "Yes."), at=LATER).reply.ask == ask


def test_a_closed_question_takes_replies_as_well(ask, letter):
    outcomes.attest(ask.pk, answers=b.CONFIRMED, at=b.AT)
    assert take(person(letter, "I meant the other number."), at=LATER).reply.kind == "person"
    assert status(ask) == "answered"


@pytest.mark.parametrize(
    "body", ["STOP", "Stop.", "  unsubscribe\n", "Bitte abmelden!", "Me désabonner", "Стоп"]
)
def test_stop_as_the_whole_reply_stops_as_the_link_does(ask, letter, body):
    quoted = f"{body}\n\nOn 4 May 2026 at 11:00, Touchstone wrote:\n> To stop all letters\n"
    assert take(person(letter, quoted), at=LATER).reply.kind == "stop"
    assert (status(ask), is_suppressed(b.CARLA[1])) == ("stopped", True)
    assert (Suppression.objects.get().reason, waiting()) == ("stopped", 0)
    assert take(person(letter, quoted), at=LATER).is_new is False


@pytest.mark.parametrize("body", ["Stop asking Ana, ask Dora.", "Please do not stop.", "st op", ""])
def test_a_stop_among_other_words_is_for_a_person_to_read(ask, letter, body):
    assert take(person(letter, body), at=LATER).reply.kind == "person"
    assert (status(ask), is_suppressed(b.CARLA[1])) == ("sent", False)


def test_a_mailbox_gone_wild_fills_nothing_and_what_matters_still_comes_in(ask, letter):
    for number in range(MOST_A_DAY):
        take(person(letter, "Yes.", number=number), at=LATER)
    assert refused(person(letter, "Yes.", number=99)) == "too_many"
    assert take(person(letter, "stop", number=100), at=LATER).reply.kind == "stop"
    assert take(person(letter, "Yes.", number=99), at=LATER + timedelta(days=1)).is_new


# --- programs answer ------------------------------------------------------------------------------------


def reminders(ask):
    rows = AskStep.objects.filter(ask=ask, step__startswith="reminder").order_by("step")
    return {row.step: row.due_at for row in rows}


DAY_4, DAY_11 = b.AT + timedelta(days=4), b.AT + timedelta(days=11)


def test_an_absence_moves_the_reminders_past_the_day_it_names(ask, letter):
    reply = take(away(letter, "I am away until 13 May 2026."), at=LATER).reply
    assert (reply.kind, reply.back_on, waiting(), wrote_back([ask.pk])) == (
        "automatic",
        date(2026, 5, 13),
        0,
        {},
    )
    thursday = (b.AT + timedelta(days=10)).replace(hour=5)  # 08:00 in Tallinn, the 14th
    assert reminders(ask) == {"reminder_11": thursday + timedelta(days=4), "reminder_4": thursday}
    assert [entry.facts for entry in trail(ask.pk) if entry.verb == "wait_until_back"] == [
        {"back_on": "2026-05-13"}
    ]
    days = [(day, str(each["To"])) for day in range(5, 20) for each in sweep(b.AT + timedelta(days=day))]
    assert [day for day, to in days if to == b.CARLA[1]] == [10, 14]


def test_an_absence_beyond_the_end_moves_the_end_and_leaves_a_reminder_after_the_return(ask, letter):
    take(away(letter, "I am away until 10 June 2026."), at=LATER)
    ask.refresh_from_db()
    thursday = datetime(2026, 6, 11, 5, tzinfo=UTC)  # 08:00 in Tallinn
    assert ask.expires_at == thursday + timedelta(days=7)
    assert reminders(ask) == {"reminder_4": thursday, "reminder_11": thursday + timedelta(days=4)}
    letters = {day: sweep(b.AT + timedelta(days=day)) for day in range(5, 50)}
    hers = {day: each for day, sent in letters.items() for each in sent if str(each["To"]) == b.CARLA[1]}
    assert list(hers) == [38, 42]
    assert "18 June 2026" in hers[38].get_body(("plain",)).get_content()
    assert (status(ask), ask.expires_at - b.AT < timedelta(days=60)) == ("expired", True)


@pytest.mark.parametrize(
    "words", ["I am away.", "I was away until 6 May 2026.", "Away until 32 May.", "Back 1 May 2026."]
)
def test_no_day_or_one_before_the_reminder_moves_nothing(ask, letter, words):
    take(away(letter, words), at=LATER)
    assert reminders(ask) == {"reminder_11": DAY_11, "reminder_4": DAY_4}


def test_whoever_is_away_to_the_end_gets_no_reminder_and_the_question_runs_out_on_its_day(ask, letter):
    take(away(letter, "I am away until 1 September 2026."), at=LATER)
    ends_at = b.AT + timedelta(days=30)
    assert set(reminders(ask).values()) == {ends_at}
    drawer = Drawer()
    for day in range(2, 40):
        sweep(b.AT + timedelta(days=day), drawer)
    assert b.CARLA[1] not in [str(each["To"]) for each in drawer.letters]
    assert status(ask) == "expired"


def test_no_letter_goes_out_for_a_question_that_is_over_though_nobody_has_closed_it_yet(ask, letter):
    from vetting.followups.outbox import chase_due

    take(away(letter, "I am away until 1 September 2026."), at=LATER)
    AskStep.objects.filter(ask=ask, step="told_silent").delete()
    drawer = Drawer()
    while chase_due(posts=[drawer], at=b.AT + timedelta(days=30, hours=1)):
        pass
    assert drawer.letters == []


@pytest.mark.parametrize(
    "more",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: Auto-Generated; owner=x",
        "Precedence: bulk",
        "Precedence: AUTO_REPLY",
        "X-Auto-Response-Suppress: All",
        "Return-Path: <>",
    ],
)
def test_headers_tell_an_automatic_answer(letter, more):
    message = person(letter, "stop", more=more)
    assert (take(message, at=LATER).reply.kind, Suppression.objects.count()) == ("automatic", 0)


@pytest.mark.parametrize(
    "more", ["Auto-Submitted: no", "Precedence: first-class", "Return-Path: <c@x.example>"]
)
def test_headers_of_a_person(letter, more):
    assert take(person(letter, "Yes.", more=more), at=LATER).reply.kind == "person"


def test_a_subject_tells_an_automatic_answer_where_headers_do_not(letter):
    head = f"From: c@x.example\nTo: {letter['Reply-To']}\nSubject: =?utf-8?q?R=C3=A9ponse_automatique_=3A_x?="
    reply = take(raw(head, "De retour le 13 mai."), at=LATER).reply
    assert (reply.kind, reply.back_on) == ("automatic", date(2026, 5, 13))


# --- servers report -------------------------------------------------------------------------------------


def test_a_letter_that_failed_for_good_is_a_bounce_of_the_mailbox(ask, letter):
    other = asked("Eve Ozola")
    reply = take(report(letter), at=LATER).reply
    assert (reply.kind, reply.text, reply.sender, reply.subject) == ("failed", "", "", "")
    assert (status(ask), status(other)) == ("bounced", "bounced")
    assert Suppression.objects.get().reason == "bounced"
    told = [str(each["To"]) for each in sweep(LATER)]
    assert sorted(told) == ["ana.kalnina@advice.example", "eve.ozola@advice.example"]
    assert take(report(letter), at=LATER).is_new is False


def test_a_letter_given_up_ends_its_ask_alone(ask, letter):
    other = asked("Eve Ozola")
    assert take(report(letter, status="4.4.7"), at=LATER).reply.kind == "given_up"
    assert (status(ask), status(other), Suppression.objects.count()) == ("bounced", "queued", 0)


@pytest.mark.parametrize(
    ("action", "code"),
    [("delayed", "4.4.1"), ("delayed", "5.4.1"), ("delivered", "2.0.0"), ("relayed", "2.0.0"), ("", "5.1.1")],
)
def test_other_reports_change_nothing(ask, letter, action, code):
    assert take(report(letter, action=action, status=code), at=LATER).reply.kind == "notice"
    assert (status(ask), Suppression.objects.count()) == ("sent", 0)


def test_a_report_to_the_ask_s_address_needs_nothing_of_the_letter(ask, letter):
    message = report(letter, to=letter["Reply-To"], enclosed="Subject: nothing of ours")
    assert (take(message, at=LATER).reply.kind, status(ask)) == ("failed", "bounced")


def test_a_report_to_another_address_is_led_by_the_message_id_alone(ask, letter):
    message = report(letter, enclosed=f"Message-ID: {letter['Message-ID']}")
    assert (take(message, at=LATER).reply.kind, status(ask)) == ("failed", "bounced")


def test_a_complaint_stops_that_mailbox(ask, letter):
    assert take(complaint(letter), at=LATER).reply.kind == "complaint"
    assert (status(ask), Suppression.objects.get().reason) == ("stopped", "complaint")
    assert take(complaint(letter), at=LATER).is_new is False


@pytest.mark.parametrize("kind", ["not-spam", "fraud", "other", ""])
def test_other_feedback_changes_nothing(ask, letter, kind):
    assert take(complaint(letter, kind=kind), at=LATER).reply.kind == "notice"
    assert (status(ask), Suppression.objects.count()) == ("sent", 0)


def test_a_report_of_another_kind_changes_nothing(ask, letter):
    message = report(letter).replace(b"message/delivery-status", b"message/disposition-notification")
    assert (take(message, at=LATER).reply.kind, status(ask)) == ("notice", "sent")


def test_a_report_within_a_person_s_message_is_no_report(ask, letter):
    forwarded = (
        report(letter).replace(b"multipart/report;", b"multipart/mixed;").replace(b"Return-Path: <>\r\n", b"")
    )
    forwarded = forwarded.replace(b"Auto-Submitted: auto-replied\r\n", b"").replace(
        b"bounces@touchstone.example", str(letter["Reply-To"]).encode()
    )
    reply = take(forwarded, at=LATER).reply
    assert (reply.kind, status(ask), Suppression.objects.count()) == ("person", "sent", 0)


# --- what leads nowhere ---------------------------------------------------------------------------------


def test_what_was_never_ours_is_refused_by_name_and_nothing_is_written(ask, letter):
    address, name = str(letter["Reply-To"]), str(letter["Message-ID"])
    altered = address.replace(address[8:40], address[8:39] + ("0" if address[39] != "0" else "1"))
    guesses = {
        "no address": "From: c@x.example",
        "a token nobody has": f"To: replies+{'0' * 32}@touchstone.example",
        "an altered token": f"To: {altered}",
        "the ask's own key": f"To: replies+{ask.pk.hex}@touchstone.example",
        "a name without its tag": f"In-Reply-To: <{ask.pk.hex}.ask@touchstone.example>",
        "a name with a guessed tag": f"In-Reply-To: <{ask.pk.hex}.ask.{'0' * 16}@touchstone.example>",
        "the tag of another letter": f"In-Reply-To: {name.replace('.ask.', '.reminder_4.')}",
        "no key": f"In-Reply-To: <{'z' * 32}.ask.{'0' * 16}@touchstone.example>",
    }
    assert {what: refused(raw(head, "stop")) for what, head in guesses.items()} == dict.fromkeys(
        guesses, "unknown"
    )
    assert (Reply.objects.count(), status(ask), Suppression.objects.count()) == (0, "sent", 0)
    assert [by_letter(text) for text in ("", "stop", name[:-1], name)] == [None, None, None, ask]


def test_a_bounce_about_a_letter_we_never_sent(ask):
    [step] = AskStep.objects.all()
    stranger = {"Message-ID": f"<{ask.pk.hex}.ask.{'f' * 16}@touchstone.example>", "Reply-To": None}
    message = report({**dict.fromkeys(("From", "To", "Subject")), **stranger})
    assert (refused(message), status(ask), step.state) == ("unknown", "queued", "planned")


def test_nobody_bounces_somebody_else_s_ask(ask, letter):
    """A referee who has an address of her own, and knows the key of another ask, reports that one as failed."""
    mine = asked("Eve Ozola", b.BEN)
    [my_letter] = sweep(b.AT)
    theirs = f"To: {b.CARLA[1]}\nMessage-ID: <{ask.pk.hex}.ask.{'0' * 16}@touchstone.example>"
    assert take(report(my_letter, to=my_letter["Reply-To"], enclosed=theirs), at=LATER).reply.ask == mine
    assert (status(ask), status(mine)) == ("sent", "bounced")
    assert not is_suppressed(b.CARLA[1])


def test_a_consultant_s_letter_names_nothing_that_leads_back(ask, letter):
    """She knows her asks' keys and has letters about them: from those she cannot report one as failed."""
    [told] = [each for each in sweep(DAY_11) if str(each["To"]) == "ana.kalnina@advice.example"]
    assert ask.pk.hex in told["Message-ID"]
    message = report(told)
    assert (refused(message), status(ask)) == ("unknown", "sent")


@pytest.mark.parametrize("garbage", [b"", b"\x00\xff" * 100, b"To: \r\n\r\n", b"\r\n\r\nstop"])
def test_garbage_leads_nowhere(garbage):
    assert refused(garbage) == "unknown"


# --- privacy and staff ----------------------------------------------------------------------------------


def test_staff_settle_a_reply_once(letter):
    reply = take(person(letter, "Yes."), at=LATER).reply
    with pytest.raises(RefusedError) as stranger:
        settle(reply.pk, by=b.consultant("Eve Ozola").owner.actor, at=LATER)
    settle(reply.pk, by=b.staff(), at=LATER)
    with pytest.raises(RefusedError) as again:
        settle(reply.pk, by=b.staff(), at=LATER)
    assert (stranger.value.verdict.code, again.value.verdict.code) == ("not_staff", "settled")
    assert (waiting(), [entry.verb for entry in trail(reply.pk)]) == (0, ["take", "settle"])


def test_she_reads_in_her_copy_what_we_have_of_her_letters(ask, letter):
    take(person(letter, "Yes."), at=LATER)
    [question] = json.loads(json.dumps(copy_of(ask.referee, at=LATER)))["questions"]
    assert question["wrote_back"] == [
        {
            "received_at": LATER.isoformat(),
            "kind": "person",
            "sender": "Carla Contröller <carla@paper-umbrella.example>",
            "subject": f"Re: {letter['Subject']}",
            "text": "Yes.",
            "attachments": [],
        }
    ]


def emptied():
    return list(Reply.objects.values_list("kind", "sender", "subject", "text", "attachments", "back_on"))


def test_what_she_wrote_is_erased_with_her_and_nothing_more_is_taken(ask, letter):
    take(person(letter, "Yes."), at=LATER)
    privacy.erase(ask.referee_id, at=LATER, stop_too=False)
    assert emptied() == [("person", "", "", "", [], None)]
    assert refused(person(letter, "More.", number=2)) == "erased"  # led by the letter it names
    head = f"From: c@x.example\nTo: {letter['Reply-To']}"
    assert refused(raw(head, "stop")) == "unknown"
    assert refused(report(letter)) == "erased"
    assert (Reply.objects.count(), Suppression.objects.count()) == (1, 0)


def test_what_came_back_is_forgotten_with_one_who_never_answered(ask, letter, monkeypatch):
    take(away(letter, "Away until 13 May 2026."), at=LATER)
    for day in (30, 45, 61):
        sweep(b.AT + timedelta(days=day))
        monkeypatch.setattr(job, "now", partial(lambda at: at, b.AT + timedelta(days=day)))
        job.forget_silent()
        assert emptied()[0][3] == ("" if day == 61 else "Away until 13 May 2026.")
    assert emptied() == [("automatic", "", "", "", [], None)]
    assert Referee.objects.get().email == ""


def test_a_reply_of_one_who_answered_is_not_forgotten(ask, letter):
    take(person(letter, "Yes."), at=LATER)
    outcomes.attest(ask.pk, answers=b.CONFIRMED, at=LATER)
    privacy.forget(ask.referee_id, at=b.AT + timedelta(days=100))
    assert emptied()[0][3] == "Yes."


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_one():
    asked()
    [letter] = sweep(b.AT)
    seen = []

    def bring():
        seen.append(take(person(letter, "stop"), at=LATER).is_new)
        connection.close()

    threads = [Thread(target=bring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(seen), Reply.objects.count()) == ([False] * 7 + [True], 1)
