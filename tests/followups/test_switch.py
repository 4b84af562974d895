"""What staff decide: all letters paused, a letter in doubt settled."""

from datetime import timedelta

import pytest

from tests import builders
from tests.builders import AT, CARLA
from tests.drawer import Drawer, sweep
from vetting.audit.queries import trail
from vetting.followups import actions, outbox
from vetting.followups.cadence import LEASE
from vetting.followups.models import Ask, AskStep, Outbox
from vetting.followups.queries import is_paused, outbox_health
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.mail.sending import Delivery, Fate

pytestmark = pytest.mark.django_db

WHY = "The mail server's address is on a block list."


def asked(name="Ana Kalnina", whom=CARLA):
    return builders.asked(
        builders.outcome(builders.goal(builders.engagement(builders.consultant(name)))), whom
    )


class Pausing(Drawer):
    """Staff pause while the letter is between RCPT and DATA."""

    def send(self, mail, *, before_data):
        actions.pause(reason=WHY, by=builders.staff(), at=AT)
        return super().send(mail, before_data=before_data)


class Breaking:
    """Every line breaks after the text."""

    def send(self, mail, *, before_data):
        return Delivery(Fate.AMBIGUOUS, "SMTPServerDisconnected") if before_data() else Delivery(Fate.STOPPED)


def in_doubt(ask):
    while outbox.chase_due(posts=[Breaking()], at=AT):
        pass
    return AskStep.objects.get(ask=ask, state="uncertain")


# --- the switch -----------------------------------------------------------------------------------------


def test_nothing_leaves_while_all_is_paused_and_all_of_it_afterwards():
    ask = asked()
    actions.pause(reason=WHY, by=builders.staff(), at=AT)
    assert (is_paused(), sweep(AT)) == (True, [])
    step = AskStep.objects.get()
    assert (step.state, step.attempts, step.lease) == ("planned", 0, None)
    assert outbox_health(at=AT)["due"] == 1
    actions.resume(by=builders.staff(), at=AT)
    assert (is_paused(), len(sweep(AT))) == (False, 1)
    ask.refresh_from_db()
    assert ask.status == "sent"


def test_a_consultant_s_letter_waits_as_well():
    ask = asked()
    sweep(AT)
    actions.pause(reason=WHY, by=builders.staff(), at=AT)
    actions.decline(ask.pk, at=AT)
    assert sweep(AT) == []
    actions.resume(by=builders.staff(), at=AT)
    assert len(sweep(AT)) == 1


def test_a_pause_between_rcpt_and_data_keeps_the_letter_for_later():
    asked()
    post = Pausing()
    assert outbox.chase_due(posts=[post], at=AT) is True
    step = AskStep.objects.get()
    assert (post.letters, step.state, step.due_at, step.attempts, step.held) == ([], "planned", AT, 0, "")
    actions.resume(by=builders.staff(), at=AT)
    assert len(sweep(AT)) == 1


def test_a_stop_in_a_pause_ends_the_letter():
    ask = asked()
    (step,) = outbox.claim(at=AT)
    actions.pause(reason=WHY, by=builders.staff(), at=AT)
    actions.stop(ask.pk, at=AT)
    outbox.deliver([step], posts=[Drawer()], at=AT)
    assert AskStep.objects.get().state == "cancelled"


def test_the_switch_is_staff_s_and_written_down():
    sam, ana = builders.staff(), builders.user("ana@advice.example")
    for act in (
        lambda: actions.pause(reason=WHY, by=ana.actor, at=AT),
        lambda: actions.resume(by=ana.actor, at=AT),
    ):
        with pytest.raises(RefusedError):
            act()
    with pytest.raises(InvalidError):
        actions.pause(reason=" ", by=sam, at=AT)
    row = actions.pause(reason=WHY, by=sam, at=AT)
    assert str(row) == "paused"
    with pytest.raises(RefusedError, match="paused by now"):
        actions.pause(reason=WHY, by=sam, at=AT)
    actions.resume(by=sam, at=AT + timedelta(hours=1))
    assert Outbox.objects.count() == 1
    assert [(each.after, each.actor_id, each.facts) for each in trail(row.pk)] == [
        ("open", None, {}),
        ("paused", sam.id, {"reason": WHY}),
        ("open", sam.id, {}),
    ]


# --- in doubt -------------------------------------------------------------------------------------------


def test_a_letter_that_did_arrive_begins_its_ask_when_that_is_known():
    ask = asked()
    step = in_doubt(ask)
    later = AT + timedelta(days=2)
    outbox.count_as_sent(step.pk, by=builders.staff(), at=later)
    ask.refresh_from_db()
    step.refresh_from_db()
    assert (ask.status, ask.begun_at, step.state, step.sent_at) == ("sent", later, "sent", later)
    reminder = AskStep.objects.get(ask=ask, step="reminder_4")
    assert reminder.due_at - later >= timedelta(days=4)
    assert [each.verb for each in trail(step.pk)] == ["count_as_sent"]


def test_a_letter_that_did_not_arrive_goes_once_more_under_its_own_id():
    ask = asked()
    step = in_doubt(ask)
    actions.resend(step.pk, by=builders.staff(), at=AT)
    (letter,) = sweep(AT)
    assert letter["Message-ID"] == step.message_id
    ask.refresh_from_db()
    assert ask.status == "sent"
    assert [each.verb for each in trail(step.pk)] == ["resend"]


def test_only_staff_settle_and_only_what_is_in_doubt():
    ask = asked()
    planned = AskStep.objects.get()
    for act in (actions.resend, outbox.count_as_sent):
        with pytest.raises(RefusedError, match="not in doubt"):
            act(planned.pk, by=builders.staff(), at=AT)
    step = in_doubt(ask)
    for act in (actions.resend, outbox.count_as_sent):
        with pytest.raises(RefusedError, match="Only staff"):
            act(step.pk, by=ask.consultant.actor, at=AT)


def test_an_answer_settles_the_doubt_and_the_caps_still_count_the_letter():
    ask = asked()
    step = in_doubt(ask)
    actions.decline(ask.pk, at=AT)
    step.refresh_from_db()
    assert (step.state, step.ambiguous) == ("cancelled", 2)
    with pytest.raises(RefusedError):
        actions.resend(step.pk, by=builders.staff(), at=AT)
    for name in ("Eve Ozola", "Fay Liepa"):
        asked(name)
    later = AT + timedelta(hours=1)
    assert [str(each["To"]) for each in sweep(later)].count(CARLA[1]) == 1


def test_the_server_s_word_counts_after_the_lease_too():
    """A slow worker hears `taken` when its step was already planned again: nobody sends it twice."""
    ask = asked()
    (step,) = outbox.claim(at=AT)
    assert outbox.last_checks([outbox.Begun(step, "key", AT)]) == [True]
    outbox.recover(at=AT + 2 * LEASE)
    assert AskStep.objects.get().state == "planned"
    outbox.settle([outbox.Ended(step, Delivery(Fate.SENT, "250"), AT)])
    assert sweep(AT + 2 * LEASE) == []
    assert Ask.objects.get(pk=ask.pk).status == "sent"
