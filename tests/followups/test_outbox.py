"""The outbox over weeks: what goes out when, what is put off, what is dropped, and what a crash leaves behind."""

from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from tests import builders
from tests.builders import AT, BEN, CARLA
from tests.drawer import KEY, Drawer, key_of, sweep, text_of
from vetting.followups import actions, outbox
from vetting.followups.cadence import LEASE, MOST_ATTEMPTS
from vetting.followups.models import Ask, AskKey, AskStep
from vetting.followups.queries import by_key, holds, outbox_health, preview
from vetting.followups.rules import leaves_at
from vetting.mail.actions import suppress
from vetting.mail.queries import is_suppressed
from vetting.mail.sending import Delivery, Fate
from vetting.outcomes import actions as outcomes
from vetting.referrals.actions import ask_peer

pytestmark = pytest.mark.django_db

RIGA = ZoneInfo("Europe/Riga")
ANA = "ana.kalnina@advice.example"


@pytest.fixture
def ask():
    return asked_by("Ana Kalnina")


def asked_by(name, whom=CARLA):
    outcome = builders.outcome(builders.goal(builders.engagement(builders.consultant(name))))
    return builders.asked(outcome, whom)


def again(ask, whom=CARLA):
    """The same consultant asks the same person about another result."""
    work = builders.engagement(
        builders.Profile.objects.get(owner=ask.consultant), work="A second piece of work"
    )
    return builders.asked(builders.outcome(builders.goal(work)), whom)


def step_of(ask, step="ask"):
    return AskStep.objects.get(ask=ask, step=step)


def statuses(*asks):
    return [Ask.objects.get(pk=ask.pk).status for ask in asks]


def begin(*steps, at=AT):
    """The last check of letters that are on the line together."""
    return outbox.last_checks([outbox.Begun(step, f"{step.pk} {at}", at) for step in steps])


def settle(step, delivery):
    outbox.settle([outbox.Ended(step, delivery, AT)])


class Failing:
    """A post with a fate for each letter to a referee, in turn; the last holds for the rest."""

    def __init__(self, *fates: Delivery) -> None:
        self.fates = list(fates)
        self.letters: list[EmailMessage] = []

    def send(self, mail, *, before_data):
        fate = self.fates.pop(0) if len(self.fates) > 1 else self.fates[0]
        if fate.fate is not Fate.TEMPORARY and not before_data():
            return Delivery(Fate.STOPPED)
        if fate.fate in {Fate.SENT, Fate.AMBIGUOUS}:
            self.letters.append(mail)
        return fate


SENT = Delivery(Fate.SENT, "250")
LATER = Delivery(Fate.TEMPORARY, "451 4.7.1")
NEVER = Delivery(Fate.PERMANENT, "550 5.1.1")
SILENT = Delivery(Fate.AMBIGUOUS, "SMTPServerDisconnected")


# --- one ask over its thirty days -----------------------------------------------------------------------


def test_the_first_letter_begins_the_asks_days(ask):
    (letter,) = sweep(AT)
    ask.refresh_from_db()
    assert (ask.status, ask.begun_at, ask.expires_at) == ("sent", AT, AT + timedelta(days=30))
    step = step_of(ask)
    assert (step.state, step.sent_at, step.attempts, step.lease, step.detail) == ("sent", AT, 1, None, "250")
    assert str(letter["To"]) == CARLA[1]
    assert letter["Message-ID"] == step.message_id
    assert "In-Reply-To" not in letter
    assert "The question is open until 3 June 2026" in text_of(letter)
    key = KEY.findall(text_of(letter))[0]
    assert by_key(key, at=AT) == ask
    assert key not in str(AskKey.objects.values().get())
    planned = AskStep.objects.filter(ask=ask, state="planned").order_by("due_at", "letter")
    assert [(row.step, row.letter, row.due_at) for row in planned] == [
        ("reminder_4", "outcome_reminder", AT + timedelta(days=4)),
        ("told_silent", "ask_silent", AT + timedelta(days=11)),
        ("reminder_11", "outcome_reminder", AT + timedelta(days=11)),
    ]


def test_the_preview_is_the_letter_without_its_key(ask):
    about = {name: value for name, value in ask.about.items() if name != "referee"}
    shown = preview(kind="outcome", about=about, name=CARLA[0], language="en", at=AT)
    (letter,) = sweep(AT)
    key = KEY.findall(text_of(letter))[0]
    assert shown.text == text_of(letter).replace(key, "\u2026")
    assert shown.subject == letter["Subject"]


def test_silence_brings_two_reminders_and_an_end(ask):
    drawer, seen = Drawer(), []
    for day in range(36):
        seen += [
            (day, str(each["To"]), str(each["Subject"])) for each in sweep(AT + timedelta(days=day), drawer)
        ]
    assert sorted(seen) == [
        (0, CARLA[1], "Ana Kalnina asks: is this number right? Cost per ticket, 6.10 EUR"),
        (4, CARLA[1], "Reminder: Ana Kalnina asks whether Cost per ticket, 6.10 EUR, is right"),
        (11, ANA, "No answer yet from Carla Controller"),
        (11, CARLA[1], "Last reminder: Ana Kalnina asks whether Cost per ticket, 6.10 EUR, is right"),
        (30, ANA, "Closed without an answer: Carla Controller"),
    ]
    first = drawer.letters[0]["Message-ID"]
    to_carla = [letter for letter in drawer.letters if str(letter["To"]) == CARLA[1]]
    assert [letter["In-Reply-To"] for letter in to_carla] == [None, first, first]
    assert all(
        f"<{link}>" == letter["List-Unsubscribe"] for letter in to_carla for link in stop_links(letter)
    )
    assert statuses(ask) == ["expired"]
    assert AskKey.objects.filter(ask=ask).count() == 3


def stop_links(letter):
    return [line for line in text_of(letter).splitlines() if line.endswith("/stop/")]


def test_an_answer_ends_the_reminders_and_is_told(ask):
    sweep(AT)
    outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=AT + timedelta(days=1))
    letters = [letter for day in range(1, 40) for letter in sweep(AT + timedelta(days=day))]
    assert [(str(each["To"]), str(each["Subject"])) for each in letters] == [
        (ANA, "Carla Controller has answered")
    ]


def test_a_refusal_is_told_without_its_reason(ask):
    sweep(AT)
    actions.decline(ask.pk, at=AT, reason="He knows why.")
    (letter,) = sweep(AT)
    assert str(letter["Subject"]) == "Carla Controller has declined to answer"
    assert "He knows why." not in text_of(letter)


# --- office hours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("woken", "goes"),
    [
        ("2026-05-04T18:00", "2026-05-05T08:00"),
        ("2026-05-08T19:30", "2026-05-11T08:00"),
        ("2026-05-10T12:00", "2026-05-11T08:00"),
    ],
)
def test_a_letter_that_is_late_still_waits_for_office_hours(ask, woken, goes):
    """The workers were away and wake at night: a letter planned for the morning does not go out at once."""
    woken, goes = (datetime.fromisoformat(text).replace(tzinfo=RIGA) for text in (woken, goes))
    assert sweep(woken) == []
    step = step_of(ask)
    assert (step.state, step.due_at, step.attempts, step.held) == ("planned", goes, 0, "")
    assert sweep(goes - timedelta(seconds=1)) == []
    assert len(sweep(goes)) == 1


def test_in_the_running_demo_no_letter_waits_for_the_morning(ask, settings):
    settings.OFFICE_HOURS = False
    sunday = datetime(2026, 5, 10, 23, tzinfo=RIGA)
    assert len(sweep(sunday)) == 1
    assert step_of(ask).state == "sent"
    assert leaves_at(sunday, "EE") == sunday


def test_a_consultant_is_told_at_any_hour(ask):
    sweep(AT)
    sunday = datetime(2026, 5, 10, 23, tzinfo=RIGA)
    actions.decline(ask.pk, at=sunday)
    assert len(sweep(sunday)) == 1


# --- caps -----------------------------------------------------------------------------------------------


def test_three_letters_in_thirty_days_over_all_consultants():
    first, second = asked_by("Ana Kalnina"), asked_by("Eve Ozola")
    days = [
        day
        for day in range(36)
        for letter in sweep(AT + timedelta(days=day))
        if str(letter["To"]) == CARLA[1]
    ]
    assert days == [0, 0, 4]
    assert statuses(first, second) == ["expired", "expired"]


def test_what_a_cap_holds_says_why_and_until_when():
    asks = [asked_by(name) for name in ("Ana Kalnina", "Eve Ozola", "Fay Liepa")]
    sweep(AT)
    assert statuses(*asks) == ["sent", "sent", "queued"]
    because = "This person was asked twice in 90 days already, over all consultants."
    assert holds(asks) == {asks[2].pk: (because, datetime(2026, 8, 3, 8, tzinfo=RIGA), 1)}
    sweep(AT + timedelta(days=4))
    held = holds(asks)
    assert held[asks[1].pk] == (
        "This person had three letters in 30 days already, over all consultants.",
        AT + timedelta(days=30),
        1,
    )


def test_those_who_wait_for_one_person_know_their_place():
    names = ("Ana Kalnina", "Eve Ozola", "Fay Liepa", "Gil Berzins")
    asks = [asked_by(name) for name in names]
    elsewhere = [asked_by("Hal Kronis", BEN), asked_by("Ida Lapa", BEN), asked_by("Jan Egle", BEN)]
    sweep(AT)
    places = {ask_id: hold.place for ask_id, hold in holds([*asks, *elsewhere]).items()}
    assert places == {asks[2].pk: 1, asks[3].pk: 2, elsewhere[2].pk: 1}
    assert holds([asks[3]])[asks[3].pk].place == 2


def test_reminders_that_an_outage_made_due_together_keep_apart(ask):
    sweep(AT)
    late = AT + timedelta(days=15)  # a Tuesday: nobody sent anything for two weeks
    assert [str(each["Subject"])[:9] for each in sweep(late) if str(each["To"]) == CARLA[1]] == ["Reminder:"]
    held = holds([ask])[ask.pk]
    assert (held.reason, held.until) == (
        "This person had a letter about this in the last three days.",
        late + timedelta(days=3),
    )
    assert [str(each["Subject"])[:13] for each in sweep(late + timedelta(days=3))] == ["Last reminder"]


def test_a_third_ask_goes_out_when_the_ninety_days_are_over():
    for name in ("Ana Kalnina", "Eve Ozola"):
        asked_by(name)
    third = asked_by("Fay Liepa")
    went = [
        day
        for day in range(100)
        for letter in sweep(AT + timedelta(days=day))
        if third.pk.hex in letter["Message-ID"] and str(letter["To"]) == CARLA[1]
    ]
    assert went == [
        91,
        95,
    ]  # the ninetieth day falls on a Sunday; what came before has left the window by then


def test_one_open_ask_for_a_pair_and_the_next_follows(ask):
    second = again(ask)
    assert len(sweep(AT)) == 1
    assert statuses(ask, second) == ["sent", "queued"]
    assert (
        holds([second])[second.pk][0]
        == "This person has another open question of yours; this one follows it."
    )
    assert sweep(AT + timedelta(hours=1)) == []
    outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=AT + timedelta(hours=1))
    assert holds([second]) == {}
    letters = sweep(AT + timedelta(hours=1))
    assert sorted(str(letter["To"]) for letter in letters) == sorted([ANA, CARLA[1]])
    assert statuses(ask, second) == ["answered", "sent"]


def test_two_workers_cannot_pass_a_cap_together():
    """Both have looked before either sent; the last check, under the referee's lock, sees the other's DATA."""
    asks = [asked_by(name) for name in ("Ana Kalnina", "Eve Ozola", "Fay Liepa")]
    steps = outbox.claim(at=AT, most=len(asks))
    assert begin(*steps) == [True, True, False]
    outbox._stopped(steps[2], Delivery(Fate.STOPPED), AT)
    third = step_of(asks[2])
    assert (third.state, third.held) == (
        "planned",
        "This person was asked twice in 90 days already, over all consultants.",
    )


def test_two_workers_cannot_open_two_asks_of_a_pair(ask):
    second = again(ask)
    steps = outbox.claim(at=AT, most=2)
    assert begin(*steps) == [True, False]
    settle(steps[0], SENT)
    outbox._stopped(steps[1], Delivery(Fate.STOPPED), AT)
    assert (step_of(second).state, step_of(second).held[:24]) == ("planned", "This person has another ")


def test_a_letter_she_may_have_counts(ask):
    """After a broken line nobody knows; the caps take it that she has it."""
    other = asked_by("Eve Ozola")
    third = asked_by("Fay Liepa")
    post = Failing(SILENT, SENT)
    outbox.chase_due(posts=[post], at=AT)
    AskStep.objects.filter(ask=ask).update(due_at=AT + timedelta(days=1))
    sweep(AT)
    assert statuses(ask, other, third) == ["queued", "sent", "queued"]
    assert step_of(third).held.startswith("This person was asked twice")


# --- temporary, permanent, in doubt ---------------------------------------------------------------------


def test_a_temporary_refusal_is_tried_again_later_and_later(ask):
    post = Failing(LATER, LATER, SENT)
    assert outbox.chase_due(posts=[post], at=AT) is True
    step = step_of(ask)
    assert (step.state, step.attempts, step.detail, step.lease) == ("planned", 1, "451 4.7.1", None)
    wait = step.due_at - AT
    assert timedelta(seconds=45) <= wait <= timedelta(minutes=1)
    assert outbox.chase_due(posts=[post], at=AT) is False
    outbox.chase_due(posts=[post], at=step.due_at)
    assert timedelta(minutes=3) < step_of(ask).due_at - step.due_at <= timedelta(minutes=5)
    outbox.chase_due(posts=[post], at=step_of(ask).due_at)
    assert (step_of(ask).state, statuses(ask)) == ("sent", ["sent"])


def test_a_letter_refused_for_days_is_given_up_and_told_but_nobody_is_suppressed(ask):
    other = again(ask)
    post, at = Failing(LATER), AT
    while statuses(ask) == ["queued"]:
        step = min(AskStep.objects.filter(state="planned", ask=ask), key=lambda each: each.due_at)
        at = max(at, step.due_at)
        outbox.chase_due(posts=[post], at=at)
    assert (step_of(ask).state, step_of(ask).attempts) == ("failed", MOST_ATTEMPTS)
    assert timedelta(days=3) < at - AT < timedelta(days=9)  # nights and a weekend make it longer
    assert statuses(ask, other) == ["bounced", "queued"]
    assert not is_suppressed(CARLA[1])
    letters = sweep(at)
    assert "Our letter to Carla Controller could not be delivered" in [
        str(each["Subject"]) for each in letters
    ]


def test_a_mailbox_that_is_gone_closes_every_open_ask_to_it(ask):
    other, answered = asked_by("Eve Ozola"), asked_by("Fay Liepa")
    outcomes.attest(answered.pk, answers=builders.CONFIRMED, at=AT)
    elsewhere = ask_peer(
        profile=builders.Profile.objects.get(owner=ask.consultant),
        name=BEN[0],
        email=BEN[1],
        by=ask.consultant.actor,
        at=AT,
    ).ask
    AskStep.objects.exclude(ask=ask).update(due_at=AT + timedelta(minutes=1))
    outbox.chase_due(posts=[Failing(NEVER)], at=AT)
    assert (step_of(ask).state, step_of(ask).detail) == ("failed", "550 5.1.1")
    assert statuses(ask, other, answered, elsewhere) == ["bounced", "bounced", "answered", "queued"]
    assert is_suppressed(CARLA[1])
    told = [(str(each["To"]), str(each["Subject"])) for each in sweep(AT + timedelta(minutes=1))]
    failed = "Our letter to Carla Controller could not be delivered"
    assert sorted(each for each in told if each[1] == failed) == [
        (ANA, failed),
        ("eve.ozola@advice.example", failed),
    ]


def test_a_consultant_whose_own_mailbox_is_gone_loses_only_that_letter(ask):
    sweep(AT)
    actions.decline(ask.pk, at=AT)
    outbox.chase_due(posts=[Failing(NEVER)], at=AT)
    assert (step_of(ask, "told_answer").state, statuses(ask)) == ("failed", ["declined"])
    assert not is_suppressed(ANA)


def test_a_line_that_broke_after_data_brings_one_resend_with_the_same_id(ask):
    post = Failing(SILENT)
    for _ in range(4):
        outbox.chase_due(posts=[post], at=AT)
    step = step_of(ask)
    assert (step.state, step.ambiguous, step.detail) == ("uncertain", 2, "SMTPServerDisconnected")
    assert [letter["Message-ID"] for letter in post.letters] == [step.message_id] * 2
    assert statuses(ask) == ["queued"]
    assert outbox_health(at=AT)["uncertain"] == 1


def test_a_resend_that_arrives_begins_the_ask(ask):
    post = Failing(SILENT, SENT)
    while outbox.chase_due(posts=[post], at=AT):
        pass
    assert (step_of(ask).state, step_of(ask).ambiguous, statuses(ask)) == ("sent", 1, ["sent"])
    keys = [KEY.findall(text_of(letter))[0] for letter in post.letters]
    assert [by_key(key, at=AT) for key in keys] == [ask, ask]  # whichever copy she opens


def test_a_letter_that_cannot_be_set_holds_up_no_other(ask, monkeypatch):
    other = asked_by("Eve Ozola", BEN)
    AskStep.objects.filter(ask=ask).update(letter="farewell")
    assert len(sweep(AT)) == 1
    assert statuses(ask, other) == ["queued", "sent"]
    assert (step_of(ask).state, step_of(ask).detail) == ("planned", "KeyError")
    assert step_of(ask).due_at > AT


# --- leases ---------------------------------------------------------------------------------------------


def test_a_claim_whose_worker_died_is_planned_again(ask):
    outbox.claim(at=AT)
    assert sweep(AT + LEASE - timedelta(seconds=1)) == []
    assert outbox_health(at=AT + LEASE) == {"due": 0, "oldest_due": None, "expired_leases": 1, "uncertain": 0}
    assert len(sweep(AT + LEASE)) == 1
    assert step_of(ask).attempts == 2


def test_data_whose_worker_died_is_sent_once_more_and_then_left_to_a_person(ask):
    moment = AT
    for state in ("planned", "uncertain"):
        (step,) = outbox.claim(at=moment)
        assert begin(step, at=moment) == [True]
        outbox.recover(at=moment + LEASE)
        assert step_of(ask).state == "data"  # with DATA the lease began anew
        moment += 2 * LEASE
        outbox.recover(at=moment)
        assert (step_of(ask).state, step_of(ask).detail) == (state, "lease ran out")
    assert sweep(moment) == []


def test_a_worker_that_lost_its_lease_sends_nothing_and_settles_nothing(ask):
    (slow,) = outbox.claim(at=AT)
    later = AT + LEASE
    outbox.recover(at=later)
    (quick,) = outbox.claim(at=later)
    drawer = Drawer()
    outbox.deliver([slow], posts=[drawer], at=AT)
    assert drawer.letters == []
    assert step_of(ask).lease == quick.lease
    outbox.deliver([quick], posts=[drawer], at=later)
    assert (len(drawer.letters), step_of(ask).state) == (1, "sent")


def test_nothing_due_is_no_work():
    assert outbox.claim(at=AT) == []
    assert outbox.chase_due(posts=[Drawer()], at=AT) is False


# --- between RCPT and DATA, and after ---------------------------------------------------------------------


class Meanwhile(Drawer):
    """Something happens while the letter is on the line: before its last check, or after it."""

    def __init__(self, *, before=None, after=None):
        super().__init__()
        self.before, self.after = before, after

    def send(self, mail, *, before_data):
        if self.before:
            self.before()
        fate = super().send(mail, before_data=before_data)
        if self.after:
            self.after()
        return fate


@pytest.mark.parametrize(
    ("happens", "status", "told"),
    [
        (lambda ask: actions.stop(ask.pk, at=AT), "stopped", 0),
        (lambda ask: actions.cancel(ask.subject_id, by=ask.consultant.actor, at=AT), "cancelled", 0),
        (lambda ask: actions.decline(ask.pk, at=AT), "declined", 1),
        (lambda ask: outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=AT), "answered", 1),
    ],
)
def test_no_data_begins_after_a_stop_an_answer_or_a_withdrawal(ask, happens, status, told):
    post = Meanwhile(before=lambda: happens(ask))
    assert outbox.chase_due(posts=[post], at=AT) is True
    assert (post.letters, statuses(ask), step_of(ask).state) == ([], [status], "cancelled")
    assert [str(letter["To"]) for letter in sweep(AT + timedelta(days=5))] == [ANA] * told


def test_a_complaint_between_rcpt_and_data(ask):
    """Suppressed by another way than a stop: the ask is open, and still nothing goes out."""
    post = Meanwhile(before=lambda: suppress(CARLA[1], reason="complaint", at=AT))
    outbox.chase_due(posts=[post], at=AT)
    assert (post.letters, statuses(ask), step_of(ask).state) == ([], ["queued"], "cancelled")


def test_an_answer_while_a_reminder_is_in_data(ask):
    """It could not be stopped any more; it is noted as sent, and nothing follows it."""
    sweep(AT)
    post = Meanwhile(
        after=lambda: outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=AT + timedelta(days=4))
    )
    outbox.chase_due(posts=[post], at=AT + timedelta(days=4))
    assert (len(post.letters), statuses(ask), step_of(ask, "reminder_4").state) == (1, ["answered"], "sent")
    post.after = None
    letters = [letter for day in range(4, 40) for letter in sweep(AT + timedelta(days=day), post)]
    assert [str(letter["To"]) for letter in letters] == [ANA]


def test_an_answer_while_the_first_letter_is_in_data(ask):
    """She knew of the question already: the letter arrives, and the ask stays answered."""
    post = Meanwhile(after=lambda: outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=AT))
    outbox.chase_due(posts=[post], at=AT)
    ask.refresh_from_db()
    assert (ask.status, ask.begun_at, step_of(ask).state) == ("answered", None, "sent")
    assert not AskStep.objects.filter(ask=ask, step="reminder_4").exists()


def test_a_stop_while_in_data_leaves_no_second_copy(ask):
    post = Meanwhile(after=lambda: actions.stop(ask.pk, at=AT))
    post_silent = Failing(SILENT)
    outbox.chase_due(posts=[post_silent], at=AT)
    actions.stop(ask.pk, at=AT)
    assert outbox.chase_due(posts=[post], at=AT) is False
    assert (len(post_silent.letters), post.letters, step_of(ask).state) == (1, [], "cancelled")


def test_a_key_works_as_long_as_its_letter_is_young(ask):
    key = key_of(ask, at=AT)
    assert by_key(key, at=AT + actions.QUEUE_LIFE - timedelta(seconds=1)) == ask
    assert by_key(key, at=AT + actions.QUEUE_LIFE) is None
    assert by_key(key[:-1] + ("A" if key[-1] != "A" else "B"), at=AT) is None
