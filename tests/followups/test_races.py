"""Two at once: each letter once, no letter after a stop, no deadlock between an answer and whatever else happens."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections, transaction

from tests import builders
from tests.builders import AT, CARLA
from tests.drawer import Drawer, sweep
from vetting.engagements import actions as engagements
from vetting.engagements.models import Engagement
from vetting.followups import actions, outbox
from vetting.followups.models import Ask, AskStep, Outbox
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.mail.letters import message_id
from vetting.mail.sending import Delivery, Fate
from vetting.outcomes import actions as outcomes
from vetting.outcomes.models import Attestation, Outcome

pytestmark = pytest.mark.django_db(transaction=True)

HOLD = 0.4  # seconds one side keeps its lock while the other runs into it; a deadlock would show after one second


def together(*calls: Callable[[], object]) -> list[object]:
    """Run all at once, each on a connection of its own; what each gave or raised."""
    found: list[object] = [None] * len(calls)

    def run(index: int, call: Callable[[], object]) -> None:
        try:
            found[index] = call()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    return found


def one_ask(name="Ana Kalnina", whom=CARLA):
    return builders.asked(
        builders.outcome(builders.goal(builders.engagement(builders.consultant(name)))), whom
    )


def holding(lock, then):
    """Take the lock first, keep it while the other comes, then go on in the same transaction."""
    ready = threading.Event()

    def first():
        with transaction.atomic():
            lock()
            ready.set()
            time.sleep(HOLD)
            return then()

    return first, ready


def after(ready, call):
    def second():
        assert ready.wait(5)
        return call()

    return second


def test_four_workers_send_each_letter_once():
    asks = [
        one_ask(f"Ana {word}", (word, f"{word}@paper-umbrella.example"))
        for word in "one two three four five six".split()
    ]
    drawers = [Drawer() for _ in range(4)]
    together(*(lambda drawer=drawer: sweep(AT, drawer) for drawer in drawers))
    sent = sorted(str(letter["Message-ID"]) for drawer in drawers for letter in drawer.letters)
    assert sent == sorted(message_id(f"{ask.pk.hex}.ask") for ask in asks)
    assert set(Ask.objects.values_list("status", flat=True).order_by("id")) == {"sent"}


def test_two_claims_never_meet():
    one_ask()
    claimed = together(*(lambda: outbox.claim(at=AT) for _ in range(4)))
    assert sorted(map(len, claimed)) == [0, 0, 0, 1]


def test_a_stop_that_commits_before_the_last_check_keeps_the_letter():
    ask = one_ask()
    at_check, stopped = threading.Event(), threading.Event()

    class Slow(Drawer):
        def send(self, mail, *, before_data):
            at_check.set()
            assert stopped.wait(5)
            return super().send(mail, before_data=before_data)

    post = Slow()

    def stop():
        assert at_check.wait(5)
        actions.stop(ask.pk, at=AT)
        stopped.set()

    assert together(lambda: outbox.chase_due(posts=[post], at=AT), stop) == [True, None]
    assert (post.letters, Ask.objects.get().status) == ([], "stopped")


def test_a_stop_during_data_waits_for_nothing_and_is_the_last_word():
    ask = one_ask()
    in_data, stopped = threading.Event(), threading.Event()

    class Slow(Drawer):
        def send(self, mail, *, before_data):
            assert before_data()
            in_data.set()
            assert stopped.wait(5)
            self.letters.append(mail)
            return Delivery(Fate.SENT, "250")

    post = Slow()

    def stop():
        assert in_data.wait(5)
        actions.stop(ask.pk, at=AT)
        stopped.set()

    assert together(lambda: outbox.chase_due(posts=[post], at=AT), stop) == [True, None]
    assert (Ask.objects.get().status, AskStep.objects.get().state) == ("stopped", "sent")


def test_a_pause_waits_for_the_last_check_under_way():
    """So its commit stands either before the check, or after a letter that has begun."""
    one_ask()
    actions.the_outbox(at=AT)
    (step,) = outbox.claim(at=AT)
    states = []

    def check():
        return outbox.last_checks([outbox.Begun(step, "key", AT)])

    def pause():
        row = actions.pause(reason="A block list.", by=builders.staff(), at=AT)
        states.append(AskStep.objects.get().state)
        return row.status

    first, ready = holding(actions.sending_is_on, check)
    assert together(first, after(ready, pause)) == [[True], "paused"]
    assert states == ["data"]


def test_two_who_look_first_find_one_outbox():
    first, ready = holding(lambda: actions.the_outbox(at=AT), lambda: Outbox.objects.get().pk)
    mine, theirs = together(first, after(ready, lambda: actions.the_outbox(at=AT).pk))
    assert [mine, theirs] == list(Outbox.objects.values_list("pk", flat=True)) * 2


def test_an_ask_that_meets_a_stop_is_refused():
    ask = one_ask()
    eve = builders.engagement(builders.consultant("Eve Ozola"))
    outcome = builders.outcome(builders.goal(eve))
    first, ready = holding(lambda: actions.lock_open(ask.referee_id), lambda: actions.stop(ask.pk, at=AT))
    _, refused = together(first, after(ready, lambda: builders.asked(outcome)))
    assert isinstance(refused, InvalidError)
    assert refused.problems["email"][0] == "stopped"


def test_a_decline_and_a_bounce_do_not_lock_each_other_out():
    ask = one_ask()
    (step,) = outbox.claim(at=AT)
    first, ready = holding(lambda: actions.lock(ask.pk), lambda: actions.decline(ask.pk, at=AT))
    bounced = Delivery(Fate.PERMANENT, "550 5.1.1")
    declined, nothing = together(first, after(ready, lambda: outbox._failed(step, bounced, AT)))
    assert (declined.status, nothing, Ask.objects.get().status) == ("declined", None, "declined")


def test_a_sweep_waits_for_no_long_transaction_of_letters():
    one_ask()
    outbox.tidy(at=AT)
    first, ready = holding(actions.sending_is_on, lambda: time.sleep(HOLD) or time.monotonic())
    ended, swept = together(
        first, after(ready, lambda: outbox.tidy(at=AT + timedelta(minutes=1)) or time.monotonic())
    )
    assert swept < ended
    assert Outbox.objects.get().swept_at == AT
    outbox.tidy(at=AT + timedelta(minutes=2))
    assert Outbox.objects.get().swept_at == AT + timedelta(minutes=2)


def test_an_answer_and_a_withdrawal_do_not_lock_each_other_out():
    ask = one_ask()
    outcome = Outcome.objects.get()
    owner = ask.consultant.actor
    first, ready = holding(
        lambda: actions.lock(ask.pk),
        lambda: outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=AT),
    )
    answered, refused = together(first, after(ready, lambda: outcomes.withdraw(outcome, by=owner, at=AT)))
    assert isinstance(answered, Attestation)
    assert isinstance(refused, RefusedError)
    assert (Ask.objects.get().status, Outcome.objects.get().status) == ("answered", "confirmed")


def test_a_result_and_the_withdrawal_of_its_goal_are_one_of_the_two():
    goal = builders.goal(builders.engagement(builders.consultant()))
    owner = goal.engagement.profile.owner.actor
    result = outcomes.Result(achieved=Decimal("6.10"), measured_on=builders.MEASURED, source="dashboard")
    first, ready = holding(
        lambda: engagements.locked_goal(goal.pk),
        lambda: outcomes.report(goal=goal, result=result, by=owner, at=AT),
    )
    reported, refused = together(first, after(ready, lambda: outcomes.withdraw_goal(goal, by=owner, at=AT)))
    assert isinstance(reported, Outcome)
    assert str(refused) == "Withdraw its result first."


def test_work_taken_back_takes_no_result():
    goal = builders.goal(builders.engagement(builders.consultant()))
    owner = goal.engagement.profile.owner.actor
    result = outcomes.Result(achieved=Decimal("6.10"), measured_on=builders.MEASURED, source="dashboard")
    first, ready = holding(
        lambda: Engagement.objects.select_for_update().get(pk=goal.engagement_id),
        lambda: outcomes.withdraw_work(goal.engagement, by=owner, at=AT),
    )
    withdrawn, refused = together(
        first, after(ready, lambda: outcomes.report(goal=goal, result=result, by=owner, at=AT))
    )
    assert withdrawn.status == "withdrawn"
    assert str(refused) == "This engagement is withdrawn."
    assert Outcome.objects.count() == 0


def test_ten_equal_answers_are_one():
    ask = one_ask()
    found = together(*(lambda: outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=AT) for _ in range(10)))
    assert sorted(type(each).__name__ for each in found) == ["Attestation"] + ["RefusedError"] * 9
    assert Attestation.objects.count() == 1


def test_an_answer_and_the_end_of_its_days_are_one_of_the_two():
    ask = one_ask()
    sweep(AT)
    last = AT + timedelta(days=30)
    together(
        lambda: outcomes.attest(ask.pk, answers=builders.CONFIRMED, at=last - timedelta(seconds=1)),
        lambda: actions.expire(ask.pk, at=last),
    )
    assert (Ask.objects.get().status, Attestation.objects.count()) in {("answered", 1), ("expired", 0)}
