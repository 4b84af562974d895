"""Lives of asks as hypothesis invents them, on the real tables: whatever happens in whatever order, the promises hold."""

from collections import Counter, defaultdict
from datetime import time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import builders
from tests.builders import AT
from vetting.audit.models import AuditEntry
from vetting.followups import actions, cadence, outbox
from vetting.followups.models import Ask, AskStep
from vetting.followups.queries import is_paused
from vetting.followups.states import BEGUN, LETTER_STEPS, OPEN
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.mail.queries import is_suppressed
from vetting.mail.sending import Delivery, Fate
from vetting.referrals import actions as referrals
from vetting.referrals.models import Referral
from vetting.referrals.rules import Words

PEERS = ("ben@peer.example", "carl@peer.example")
WORDS = Words(
    relation="worked_with",
    skill="service design",
    saw="She had the team count its own tickets.",
    seen_from=2024,
    seen_to=2026,
    gets_fee=False,
)
FATES = ("sent", "sent", "sent", "later", "never", "drop kept", "drop lost", "crash before", "crash after")


class CrashError(Exception):
    """The worker is gone."""


class Post:
    """Does to each letter what hypothesis drew, and looks whether it may begin at all."""

    def __init__(self, life: "Life", fates: list[str]) -> None:
        self.life, self.fates = life, list(fates)

    def send(self, mail, *, before_data):
        fate = self.fates.pop(0) if self.fates else "sent"
        if fate == "later":
            return Delivery(Fate.TEMPORARY, "451 4.7.1")
        if fate == "crash before":
            raise CrashError
        if not before_data():
            return Delivery(Fate.STOPPED)
        self.life.begins(mail)
        if fate == "never":
            return Delivery(Fate.PERMANENT, "550 5.1.1")
        if fate != "drop lost":
            self.life.arrives(mail)
        if fate == "crash after":
            raise CrashError
        return Delivery(Fate.AMBIGUOUS if fate.startswith("drop") else Fate.SENT, "")


class Life(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        self.at = AT
        self.profiles = [builders.consultant(f"{name} Kalnina") for name in ("Ana", "Eve")]
        self.copies: Counter[str] = Counter()
        self.resent: Counter[str] = Counter()
        self.first: dict[str, tuple[AskStep, object]] = {}

    def teardown(self) -> None:
        try:
            self.live_on()
        finally:
            transaction.set_rollback(True)
            self.whole.__exit__(None, None, None)

    # --- what the post sees ---

    def begins(self, mail) -> None:
        step = AskStep.objects.select_related("ask__referee").get(message_id=mail["Message-ID"])
        assert (step.state, is_paused()) == ("data", False)
        if step.step not in LETTER_STEPS:
            return
        assert step.ask.status in OPEN
        assert not is_suppressed(step.ask.referee.email)
        local = self.at.astimezone(cadence.zone_of(step.ask.referee.country))
        assert cadence.is_working_day(local.date(), step.ask.referee.country)
        assert time(8) <= local.time() < time(18)

    def arrives(self, mail) -> None:
        name = mail["Message-ID"]
        self.copies[name] += 1
        self.first.setdefault(
            name, (AskStep.objects.select_related("ask__referee").get(message_id=name), self.at)
        )

    # --- what happens ---

    @rule(whose=st.integers(0, 1), whom=st.sampled_from(PEERS))
    def somebody_asks(self, whose, whom) -> None:
        profile = self.profiles[whose]
        kept = Referral.objects.filter(profile=profile, referee__email=whom)
        known = kept.exclude(status__in=["withdrawn", "unanswered"]).exists()
        closed = is_suppressed(whom)
        try:
            referrals.ask_peer(
                profile=profile, name="Ben Peer", email=whom, by=profile.owner.actor, at=self.at
            )
        except (RefusedError, InvalidError):
            assert known or closed
        else:
            assert not known
            assert not closed

    @rule(hours=st.sampled_from([1, 3, 15, 24, 24 * 4, 24 * 11]))
    def time_passes(self, hours) -> None:
        self.at += timedelta(hours=hours)

    @rule(fates=st.lists(st.sampled_from(FATES), max_size=5))
    def the_worker_sweeps(self, fates) -> None:
        post = Post(self, fates)
        try:
            outbox.tidy(at=self.at)
            while outbox.chase_due(posts=[post], at=self.at):
                pass
        except CrashError:
            pass

    @precondition(lambda self: Ask.objects.exists())
    @rule(data=st.data(), how=st.sampled_from(["answer", "decline", "stop", "withdraw"]))
    def an_ask_ends(self, data, how) -> None:
        ask = data.draw(st.sampled_from(list(Ask.objects.order_by("id"))))
        try:
            if how == "answer":
                referrals.answer(ask.pk, words=WORDS, at=self.at)
            elif how == "decline":
                actions.decline(ask.pk, at=self.at)
            elif how == "withdraw":
                referral = Referral.objects.get(pk=ask.subject_id)
                referrals.withdraw(referral, by=ask.consultant.actor, at=self.at)
            else:
                actions.stop(ask.pk, at=self.at)
        except RefusedError:
            assert ask.status not in OPEN or ask.expires_at <= self.at
        else:
            assert Ask.objects.get(pk=ask.pk).status not in OPEN

    @rule()
    def staff_turn_the_switch(self) -> None:
        if is_paused():
            actions.resume(by=builders.staff(), at=self.at)
        else:
            actions.pause(reason="A block list.", by=builders.staff(), at=self.at)

    @precondition(lambda self: AskStep.objects.filter(state="uncertain").exists())
    @rule(arrived=st.booleans())
    def staff_settle_a_doubt(self, arrived) -> None:
        step = AskStep.objects.filter(state="uncertain").order_by("id")[0]
        if arrived:
            outbox.count_as_sent(step.pk, by=builders.staff(), at=self.at)
        else:
            self.resent[step.message_id] += 1
            actions.resend(step.pk, by=builders.staff(), at=self.at)

    # --- what always holds ---

    @invariant()
    def copies_are_two_at_most_but_for_those_staff_sent(self) -> None:
        assert all(count <= 2 + self.resent[name] for name, count in self.copies.items())

    @invariant()
    def caps_hold(self) -> None:
        letters, asks = defaultdict(list), defaultdict(list)
        of_ask = defaultdict(list)
        for step, moment in self.first.values():
            if step.step in LETTER_STEPS:
                letters[step.ask.referee_id].append(moment)
                of_ask[step.ask_id].append(moment)
                if step.step == "ask":
                    asks[step.ask.referee_id].append(moment)
        _apart(letters, cadence.LETTERS, cadence.LETTERS_WINDOW)
        _apart(asks, cadence.NEW_ASKS, cadence.NEW_ASKS_WINDOW)
        _apart(of_ask, 1, cadence.GAP)

    @invariant()
    def a_closed_ask_has_nothing_left_to_send_to_its_referee(self) -> None:
        left = AskStep.objects.filter(step__in=LETTER_STEPS, state__in=["planned", "claimed", "uncertain"])
        assert not left.exclude(ask__status__in=OPEN).exists()

    @invariant()
    def a_pair_has_one_open_ask(self) -> None:
        begun = Ask.objects.filter(status__in=BEGUN).values_list("consultant_id", "referee_id")
        assert max(Counter(begun.order_by("id")).values(), default=0) <= 1

    @invariant()
    def the_trail_tells_each_status(self) -> None:
        for ask in Ask.objects.order_by("id"):
            entries = AuditEntry.objects.filter(row_id=ask.pk, verb__in=["begin", "move"]).order_by("id")
            assert entries.last().after == ask.status

    def live_on(self) -> None:
        """The machines are well again, and nobody does anything any more: in the end all is closed, nothing is stuck."""
        if is_paused():
            actions.resume(by=builders.staff(), at=self.at)
        for step in AskStep.objects.filter(state="uncertain").order_by("id"):
            outbox.count_as_sent(step.pk, by=builders.staff(), at=self.at)
        for _ in range(70):
            self.at += timedelta(days=3)
            self.the_worker_sweeps([])
        self.caps_hold()
        states = set(AskStep.objects.order_by("id").values_list("state", flat=True))
        assert states <= {"sent", "cancelled", "failed"}
        assert not Ask.objects.filter(status__in=OPEN).exists()


def _apart(moments, most, window) -> None:
    for each in moments.values():
        each.sort()
        assert all(later - earlier >= window for earlier, later in zip(each, each[most:], strict=False))


@pytest.mark.django_db
def test_lives_of_asks():
    calm = settings(
        max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Life, settings=calm)
