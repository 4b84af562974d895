"""Lines of letters: each to its slot, whoever kills a worker or moves the clock; and what servers say about it."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections

from tests import builders
from tests.builders import AT
from tests.drawer import Drawer, sweep
from tests.smtp_faults import FaultySmtp
from vetting.followups import actions, outbox
from vetting.followups.cadence import HANDED_BACK, LEASE, MOST_ATTEMPTS, MOST_DEFERRED
from vetting.followups.models import Ask, AskStep
from vetting.followups.queries import holds
from vetting.mail.actions import slow_down
from vetting.mail.models import Pace, WarmUp
from vetting.mail.rules import AT_ONCE, GAP, LATE, PAUSE
from vetting.mail.sending import SmtpLine
from vetting.referrals.actions import ask_peer

pytestmark = pytest.mark.django_db
IN_LINE = "Letters to one mail domain go out one after the other; this one has its turn then."
SLOWED = "The mail server of this person asked us to write more slowly."
YOUNG = "This site has only begun to write letters, and sends more of them each day."
STRANGERS = (
    "The mail server of this person takes letters from strangers only at the second try, some minutes later."
)
ANA = "ana.kalnina@advice.example"


def ask_many(count, *, domain="big.example", profile=None):
    profile = profile or builders.consultant()
    by = profile.owner.actor
    return [
        ask_peer(profile=profile, name="Ben Peer", email=f"peer{number}@{domain}", by=by, at=AT).ask
        for number in range(count)
    ]


def swept(post, at, *, most=7):
    while outbox.chase_due(posts=[post], at=at, most=most):
        pass


def planned():
    rows = AskStep.objects.filter(state="planned", step="ask").order_by("due_at", "id")
    return list(rows.values_list("due_at", flat=True))


def step_of(ask, step="ask"):
    return AskStep.objects.get(ask=ask, step=step)


# --- in line --------------------------------------------------------------------------------------------


def test_a_letter_that_must_wait_has_its_own_moment_and_is_looked_at_once(django_assert_num_queries):
    asks = ask_many(AT_ONCE + 4)
    drawer = Drawer()
    swept(drawer, AT)
    assert len(drawer.letters) == AT_ONCE
    slots = [AT + GAP * number for number in (1, 2, 3, 4)]
    assert planned() == slots
    assert holds(asks[-1:]) == {asks[-1].pk: (IN_LINE, slots[-1], 1)}
    waiting = step_of(asks[-1])
    assert (waiting.attempts, waiting.lease, waiting.paced_at) == (0, None, AT)
    for number, slot in enumerate(slots, AT_ONCE + 1):
        swept(drawer, slot - timedelta(microseconds=1))
        assert len(drawer.letters) == number - 1
        swept(drawer, slot)
        assert len(drawer.letters) == number
        assert planned() == slots[number - AT_ONCE :]
    last = step_of(asks[-1])
    assert (last.state, last.attempts, last.held, last.sent_at) == ("sent", 1, "", slots[-1])


def test_domains_do_not_wait_for_each_other():
    ana = builders.consultant()
    ask_many(AT_ONCE + 1, profile=ana)
    ask_many(2, profile=ana, domain="small.example")
    assert len(sweep(AT)) == AT_ONCE + 2
    assert list(Pace.objects.order_by("domain").values_list("domain", "free_at")) == [
        ("big.example", AT + GAP * (AT_ONCE + 1)),
        ("small.example", AT + GAP * 2),
    ]


def test_a_line_longer_than_the_day_comes_back_tomorrow():
    """Six seconds before six in the evening: two slots are left today."""
    ask_many(AT_ONCE + 4)
    evening = AT.replace(hour=18) - 2.5 * GAP
    assert len(sweep(evening)) == AT_ONCE
    morning = AT.replace(hour=8) + timedelta(days=1)
    assert planned() == [evening + GAP, evening + 2 * GAP, morning, morning]
    assert list(AskStep.objects.filter(due_at=morning).values_list("paced_at", flat=True)) == [None, None]
    assert len(sweep(morning)) == 4


def test_workers_that_slept_do_not_send_the_whole_line_at_once():
    ask_many(AT_ONCE + 30)
    drawer = Drawer()
    swept(drawer, AT)
    hour = AT + timedelta(hours=1)
    swept(drawer, hour)
    assert len(drawer.letters) == 2 * AT_ONCE
    assert planned() == [hour + GAP * number for number in range(1, 21)]


def test_a_busy_worker_may_be_a_little_late():
    ask_many(AT_ONCE + 3)
    drawer = Drawer()
    swept(drawer, AT)
    swept(drawer, AT + GAP + LATE)
    assert len(drawer.letters) == AT_ONCE + 3


def test_caps_come_first_and_cost_no_slot():
    """Who may not be written to takes no place from others; who has waited for a cap waits for it once."""
    outcomes = [
        builders.outcome(builders.goal(builders.engagement(builders.consultant(name))))
        for name in ("Ana Kalnina", "Eve Ozola", "Fay Liepa")
    ]
    asks = [builders.asked(outcome, ("Carla Controller", "carla@big.example")) for outcome in outcomes]
    assert len(sweep(AT)) == 2
    assert Pace.objects.get().free_at == AT + 2 * GAP
    held = step_of(asks[2])
    assert (held.held[:30], held.paced_at) == ("This person was asked twice in", None)
    assert len(sweep(held.due_at)) == 3  # two of them tell consultants that their question has run out
    assert step_of(asks[2]).state == "sent"


def test_letters_to_consultants_are_first_and_do_not_wait():
    ana = builders.consultant()
    (first,) = ask_many(1, profile=ana)
    sweep(AT)
    ask_many(AT_ONCE, profile=ana, domain="other.example")
    later = AT + timedelta(hours=1)
    Pace.objects.create(domain="advice.example", free_at=later)
    actions.decline(first.pk, at=AT + timedelta(minutes=1))
    drawer = Drawer()
    assert outbox.chase_due(posts=[drawer], at=AT + timedelta(minutes=1)) is True
    assert [str(letter["To"]) for letter in drawer.letters] == [ANA]
    assert Pace.objects.get(domain="advice.example").free_at == later + GAP


def test_an_answer_frees_the_next_question_but_none_of_its_place_in_line():
    """What waits for the line of its domain keeps its slot; only what a cap kept waiting goes at once."""
    ana = builders.consultant()
    asks = ask_many(AT_ONCE + 2, profile=ana)
    sweep(AT)
    slot = step_of(asks[-1]).due_at
    work = builders.outcome(builders.goal(builders.engagement(ana)))
    other = builders.asked(work, ("Ben Peer", f"peer{AT_ONCE + 1}@big.example"))
    actions.cancel(other.subject_id, by=ana.owner.actor, at=AT)
    assert (step_of(asks[-1]).due_at, step_of(asks[-1]).held) == (slot, IN_LINE)


# --- crashes, clocks, two at once -----------------------------------------------------------------------


def test_a_worker_killed_between_slot_and_letter_costs_one_slot():
    asks = ask_many(AT_ONCE + 1)
    (step,) = outbox.in_line(outbox.admitted(outbox.claim(at=AT), at=AT), at=AT)
    assert step.ask_id == asks[0].pk  # and then its worker dies
    drawer = Drawer()
    swept(drawer, AT)
    assert (len(drawer.letters), planned()) == (AT_ONCE - 1, [AT + GAP])
    later = AT + LEASE
    outbox.tidy(at=later)
    swept(drawer, later)
    assert (len(drawer.letters), planned()) == (AT_ONCE + 1, [])


def test_a_worker_killed_with_many_claims_loses_none():
    ask_many(AT_ONCE + 5)
    outbox.in_line(outbox.admitted(outbox.claim(at=AT, most=50), at=AT), at=AT)
    later = AT + LEASE
    outbox.tidy(at=later)
    drawer = Drawer()
    swept(drawer, later)
    swept(drawer, later + AT_ONCE * GAP)
    assert (len(drawer.letters), planned()) == (AT_ONCE + 5, [])


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=400)])
def test_a_clock_that_was_ahead_delays_by_no_more_than_it_was_ahead(back):
    """Letters that it planned are due when it says so, as everything is; those that come now are not held by it."""
    ask_many(AT_ONCE + 20)
    ahead = AT + back
    while ahead.weekday() > 4:
        ahead += timedelta(days=1)
    swept(Drawer(), ahead)
    later = ask_many(1, profile=builders.consultant("Eve Ozola"), domain="big.example")
    swept(Drawer(), AT)
    limit = AT.replace(hour=8) + timedelta(days=1)
    step = step_of(later[0])
    assert step.state == "sent" or step.due_at <= max(limit, ahead + 31 * GAP)
    if back > timedelta(days=2):
        assert step.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_one_line():
    ana = builders.consultant()
    ask_many(AT_ONCE + 8, profile=ana)
    ask_many(AT_ONCE + 8, profile=ana, domain="huge.example")
    drawers, errors = [Drawer(), Drawer(), Drawer()], []
    start = threading.Barrier(3)

    def work(drawer):
        try:
            start.wait(10)
            swept(drawer, AT, most=5)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[drawer]) for drawer in drawers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert sum(len(drawer.letters) for drawer in drawers) == 2 * AT_ONCE
    assert planned() == sorted([AT + GAP * number for number in range(1, 9)] * 2)


class Slow(Drawer):
    """Each letter takes as long as a server that hardly answers."""

    def __init__(self, monkeypatch):
        super().__init__()
        self.clock = 0.0
        monkeypatch.setattr(outbox.time, "monotonic", lambda: self.clock)

    def send(self, mail, *, before_data):
        self.clock += 8.0
        return super().send(mail, before_data=before_data)


def test_who_is_slow_hands_back_what_it_cannot_send_in_time(monkeypatch):
    ask_many(6)
    slow = Slow(monkeypatch)
    assert outbox.chase_due(posts=[slow], at=AT, most=50) is True
    assert len(slow.letters) == 1 + HANDED_BACK // timedelta(seconds=8)
    sent = list(AskStep.objects.filter(state="sent").order_by("sent_at").values_list("sent_at", flat=True))
    assert sent == [AT, AT + timedelta(seconds=8)]
    rows = AskStep.objects.filter(state="planned", step="ask")
    assert set(rows.values_list("attempts", "lease", "due_at")) == {(0, None, AT)}
    assert rows.count() == 4


# --- what servers say -----------------------------------------------------------------------------------


@pytest.fixture
def server(settings):
    with FaultySmtp() as box:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
        settings.EMAIL_HOST_USER = ""
        yield box


def over_smtp(at):
    with SmtpLine() as line:
        outbox.tidy(at=at)
        swept(line, at)


def test_greylisting_is_no_attempt_and_comes_again_after_minutes(server):
    (ask,) = ask_many(1)
    at, waits = AT, []
    server.says["RCPT"] = "451 4.7.1 Greylisting in action"
    for _ in range(5):
        over_smtp(at)
        step = step_of(ask)
        waits.append((step.due_at - at) // timedelta(minutes=1))
        at = step.due_at
    assert (waits, step.attempts, step.deferred) == ([6, 15, 30, 60, 60], 0, 5)
    assert holds([ask])[ask.pk].reason == STRANGERS
    server.says["RCPT"] = "250 OK"
    over_smtp(at)
    assert (step_of(ask).state, step_of(ask).held, Ask.objects.get().status) == ("sent", "", "sent")
    assert (Pace.objects.get().strain, len(server.letters)) == (0, 1)


def test_a_server_that_greylists_for_ever_means_no(server):
    (ask,) = ask_many(1)
    at = AT
    server.says["RCPT"] = "450 4.7.1 later"
    while step_of(ask).state == "planned":
        over_smtp(at)
        at = max(at, step_of(ask).due_at)
    to_ana = 1  # that her letter could not be delivered: this server wants that later as well
    assert server.commands.count("RCPT") == MOST_DEFERRED + MOST_ATTEMPTS + to_ana
    assert step_of(ask).attempts == MOST_ATTEMPTS
    assert Ask.objects.get().status == "bounced"


@pytest.mark.parametrize("stage", ["RCPT", "DATA", "LETTER"])
def test_a_strained_server_has_all_its_letters_slowed_down(server, stage):
    ana = builders.consultant()
    asks = ask_many(3, profile=ana)
    (elsewhere,) = ask_many(1, profile=ana, domain="other.example")
    server.says[stage] = "421 4.7.0 too many messages"
    with SmtpLine() as line:
        outbox.chase_due(posts=[line], at=AT)
    first = step_of(asks[0])
    assert (first.due_at, first.attempts, first.deferred, first.detail) == (AT + PAUSE, 0, 1, "421 4.7.0")
    server.says[stage] = {"LETTER": "250 OK", "DATA": "354 go on"}.get(stage, "250 OK")
    over_smtp(AT)
    assert holds(asks)[asks[2].pk] == (SLOWED, AT + PAUSE + 4 * GAP, 1)
    assert planned() == [AT + PAUSE, AT + PAUSE + 2 * GAP, AT + PAUSE + 4 * GAP]
    assert step_of(elsewhere).state == "sent"
    for slot in planned():
        over_smtp(slot)
    assert planned() == []


def test_slots_given_before_a_complaint_are_given_anew():
    ask_many(AT_ONCE + 3)
    drawer = Drawer()
    swept(drawer, AT)
    slow_down("big.example", at=AT + timedelta(seconds=1))
    for slot in planned():
        swept(drawer, slot)
    assert len(drawer.letters) == AT_ONCE
    begins = AT + timedelta(seconds=1) + PAUSE
    assert planned() == [begins, begins + 2 * GAP, begins + 4 * GAP]


def test_a_server_that_is_strained_for_ever_means_no(server):
    (ask,) = ask_many(1)
    server.says["RCPT"] = "452 4.7.0 rate limited"
    at, tries = AT, 0
    while step_of(ask).state == "planned":
        over_smtp(at)
        tries += 1
        at = max(at, step_of(ask).due_at)
        assert tries < 200
    assert step_of(ask).attempts == MOST_ATTEMPTS
    assert Ask.objects.get().status == "bounced"
    assert at - AT < timedelta(days=30)


# --- a young sender -------------------------------------------------------------------------------------


def test_a_young_sender_doubles_day_by_day(settings):
    settings.MAIL_WARM_UP = 3
    asks = ask_many(12)
    days = [len(sweep(AT + timedelta(days=day))) for day in range(3)]
    assert days == [3, 6, 3]
    row = WarmUp.objects.get()
    assert (row.began_on, row.day, row.begun) == (date(2026, 5, 4), date(2026, 5, 6), 3)
    assert Ask.objects.filter(pk__in=[ask.pk for ask in asks], status="sent").count() == 12


def test_what_waits_for_tomorrow_says_why(settings):
    settings.MAIL_WARM_UP = 1
    asks = ask_many(2)
    sweep(AT)
    morning = datetime(2026, 5, 5, 8, tzinfo=UTC)
    assert holds(asks) == {asks[1].pk: (YOUNG, morning, 1)}


def test_who_waits_for_an_answer_does_not_wait_for_the_sender_to_grow(settings):
    settings.MAIL_WARM_UP = 1
    asks = ask_many(2)
    sweep(AT)
    actions.decline(asks[0].pk, at=AT)
    assert [str(letter["To"]) for letter in sweep(AT)] == [ANA]
    assert WarmUp.objects.get().begun == 2


def test_a_sender_that_is_known_by_now_is_not_counted(settings):
    settings.MAIL_WARM_UP = 1
    WarmUp.objects.create(began_on=AT.date() - timedelta(days=30), day=AT.date(), begun=0)
    ask_many(5)
    assert len(sweep(AT)) == 5
    assert WarmUp.objects.get().begun == 0
