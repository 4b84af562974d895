"""The outbox: claim what is due, send it in two phases, and put right what a crash left behind."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Exists, F
from django.utils.translation import override

from vetting.audit.actions import move, record
from vetting.followups import actions, cadence
from vetting.followups.models import Ask, AskKey, AskStep, Outbox
from vetting.followups.queries import (
    PAUSED,
    expired,
    in_words,
    is_paused,
    language_of,
    letters_to,
    named_by,
    reply_token,
)
from vetting.followups.rules import held_until, leaves_at, open_until
from vetting.followups.states import LETTER_STEPS, TOLD_STEPS
from vetting.kernel.actors import Actor, system
from vetting.kernel.keys import digest, new_secret, uuid7
from vetting.kernel.languages import ENGLISH, day_words
from vetting.kernel.mailboxes import mailbox_of
from vetting.kernel.whole import whole
from vetting.mail.actions import Slot, Wish, slow_down, take_slots
from vetting.mail.letters import Rendered, message, message_id, render, reply_address
from vetting.mail.sending import Delivery, Fate, Post

log = structlog.get_logger()

SWEPT_EVERY = timedelta(seconds=5)  # many sweepers need not write down each look
MOST_EXPIRED = 100  # closed in one go, so that letters never wait long for it

# In which states of the ask a step's letter still makes sense; checked again under the lock just before DATA.
_FITS = {
    "ask": {"queued"},
    "reminder_4": {"sent", "started"},
    "told_silent": {"sent", "started"},
    "reminder_11": {"sent", "started"},
    "told_end": {"expired", "bounced"},
    "told_answer": {"answered", "declined", "replaced"},
}
_BY = system("followups")
_GREYLISTED = (
    "The mail server of this person takes letters from strangers only at the second try, some minutes later."
)


def tidy(*, at: datetime) -> None:
    """Put right what a crash left behind, and close what has run out."""
    row = actions.the_outbox(at=at)
    if row.swept_at is None or row.swept_at <= at - SWEPT_EVERY:
        _note_sweep(row, at=at)
    recover(at=at)
    for ask_id in expired(at=at, most=MOST_EXPIRED):
        actions.expire(ask_id, at=at)


@whole
def _note_sweep(row: Outbox, *, at: datetime) -> None:
    """Where a long transaction of letters has the row, as the making of the demo world, nobody waits for a note."""
    free = Outbox.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=row.pk).first()
    if free is not None:
        Outbox.objects.filter(pk=free.pk).update(swept_at=at)


def chase_due(*, post: Post, at: datetime, most: int = 1) -> bool:
    """Send what is due, `most` letters of it, each in its own moment; False where nothing was."""
    began = time.monotonic()
    steps = claim(at=at, most=most)
    ready = in_line(admitted(steps, at=at), at=at)
    for number, step in enumerate(ready):
        passed = timedelta(seconds=time.monotonic() - began) if number else timedelta()
        if passed > cadence.HANDED_BACK:
            _hand_back(ready[number:])
            break
        deliver(step, post=post, at=at + passed)
    return bool(steps)


@whole
def claim(*, at: datetime, most: int = 1) -> list[AskStep]:
    """The steps that have been due longest, now leased to this caller alone; none while the outbox is paused.

    Those to consultants come first: somebody has just answered them, or they wait to ask another.
    """
    due = AskStep.objects.filter(~Exists(PAUSED), state="planned", due_at__lte=at).order_by("due_at", "id")
    locked = due.select_for_update(skip_locked=True, of=("self",)).select_related(
        "ask__referee", "ask__consultant"
    )
    steps = list(locked.filter(step__in=TOLD_STEPS)[:most])
    if len(steps) < most:
        steps += locked.exclude(pk__in=[step.pk for step in steps])[: most - len(steps)]
    lease, lease_until = uuid7(), at + cadence.LEASE
    for step in steps:
        step.state, step.lease, step.lease_until = "claimed", lease, lease_until
        step.attempts += 1
    AskStep.objects.filter(pk__in=[step.pk for step in steps]).update(
        state="claimed", lease=lease, lease_until=lease_until, attempts=F("attempts") + 1
    )
    return steps


def admitted(steps: Iterable[AskStep], *, at: datetime) -> list[AskStep]:
    """Those of the claimed steps that no cap and no office hour keeps back; the others are planned for later."""
    claimed, going = list(steps), []
    reached = letters_to({step.ask.referee_id for step in claimed if step.step in LETTER_STEPS})
    for step in claimed:
        earliest, reason = held_until(step.ask, step, reached.get(step.ask.referee_id, ()), at=at)
        due_at = _in_office_hours(step, earliest)
        if due_at > at:
            _settle(step, state="planned", due_at=due_at, held=reason, attempts=F("attempts") - 1)
        else:
            going.append(step)
    return going


@whole
def in_line(steps: Sequence[AskStep], *, at: datetime) -> list[AskStep]:
    """Those whose turn it is in the line of their domain; the others are planned for theirs."""
    slots = take_slots([_wish(step, at=at) for step in steps], at=at) if steps else []
    for step, slot in zip(steps, slots, strict=True):
        if slot.at > at:
            _wait_for(step, slot, at=at, attempts=F("attempts") - 1)
    return [step for step, slot in zip(steps, slots, strict=True) if slot.at <= at]


def deliver(step: AskStep, *, post: Post, at: datetime) -> None:
    """Send a claimed step's letter, or drop it: whatever is true by now."""
    secret = new_secret()
    try:
        mail = _mail(step, step.ask, secret, at=at)
    except Exception as error:  # noqa: BLE001 - one letter that cannot be set must not hold up all the others
        log.warning("letter_not_set", step=str(step.pk), letter=step.letter, error=type(error).__name__)
        _put_off(step, Delivery(Fate.TEMPORARY, type(error).__name__), at)
        return
    delivery = post.send(mail, before_data=_last_check(step, secret, at=at))
    _SETTLE[delivery.fate](step, delivery, at)


@whole
def count_as_sent(step_id: UUID, *, by: Actor, at: datetime) -> None:
    """A person found that the letter in doubt did arrive. The days of its ask begin now, which is never too early."""
    step = actions.lock_in_doubt(step_id, by=by)
    record(step, "count_as_sent", by=by, at=at)
    _sent(step, Delivery(Fate.SENT, "settled by staff"), at)


@whole
def recover(*, at: datetime) -> None:
    """Leases that ran out: a claim is planned again; a letter in DATA is sent once more, then left to a person."""
    stale = AskStep.objects.select_for_update(skip_locked=True, no_key=True).filter(lease_until__lte=at)
    ids = list(stale.filter(state="claimed").order_by("pk").values_list("pk", flat=True))
    AskStep.objects.filter(pk__in=ids).update(state="planned", lease=None)
    for step in stale.filter(state="data").order_by("pk"):
        _doubt(step, Delivery(Fate.AMBIGUOUS, "lease ran out"), at)


def preview(*, kind: str, about: Mapping[str, Any], name: str, language: str, at: datetime) -> Rendered:
    """The first letter of such an ask, as it would leave now; an ellipsis stands for the key in its links."""
    ask = Ask(kind=kind, status="queued", about={**about, "referee": name}, created_at=at)
    with override(language):
        return render(f"{kind}_ask", _values(ask, "ask", f"{settings.SITE_URL}/r/…/", at=at))


def _mail(step: AskStep, ask: Ask, secret: str, *, at: datetime) -> EmailMessage:
    to_referee = step.step in LETTER_STEPS
    with override(language_of(ask.referee) if to_referee else ENGLISH):
        values = _values(ask, step.step, f"{settings.SITE_URL}/r/{secret}/" if to_referee else "", at=at)
        rendered = render(step.letter, values)
    return message(
        rendered,
        to=ask.referee.email if to_referee else ask.consultant.email,
        id_=step.message_id,
        thread="" if step.step == "ask" or not to_referee else message_id(f"{ask.pk.hex}.ask"),
        stop_url=values["stop_url"],
        reply_to=reply_address(reply_token(ask.pk)) if to_referee else "",
    )


def _values(ask: Ask, step: str, url: str, *, at: datetime) -> dict[str, Any]:
    """What a letter is set from. `url` opens the ask; it is empty in a letter to the consultant."""
    # The days of an ask begin with its first letter.
    ends_at = at + cadence.EXPIRY if step == "ask" else ask.expires_at
    return {
        **in_words(ask.about),
        "kind": ask.kind,
        "status": ask.status,
        "asked_on": day_words(ask.created_at.date()),
        "open_until": day_words(ends_at.date()),
        "is_last": step == "reminder_11",
        "named_by": named_by(ask),
        "is_handed_on": ask.replaces_id is not None,
        "answer_url": url,
        "decline_url": f"{url}decline/" if url else "",
        "stop_url": f"{url}stop/" if url else "",
        "mine_url": f"{url}mine/" if url else "",
    }


def _domain(step: AskStep) -> str:
    to = step.ask.referee.email if step.step in LETTER_STEPS else step.ask.consultant.email
    return mailbox_of(to).rpartition("@")[2]


def _wish(step: AskStep, *, at: datetime) -> Wish:
    return Wish(
        domain=_domain(step),
        ends_at=open_until(at, step.ask.referee.country),
        answers=step.step in TOLD_STEPS,
        slot=step.due_at,
        taken_at=step.paced_at,
    )


def _wait_for(step: AskStep, slot: Slot, *, at: datetime, **values: object) -> None:
    due_at = _in_office_hours(step, slot.at)
    paced_at = at if slot.taken else None
    _settle(step, state="planned", due_at=due_at, paced_at=paced_at, held=slot.reason, lease=None, **values)


def _hand_back(steps: Sequence[AskStep]) -> None:
    """Whoever takes so long for a few letters has no business keeping the others."""
    for step in steps:
        _settle(step, state="planned", paced_at=step.paced_at, attempts=F("attempts") - 1, lease=None)


def _in_office_hours(step: AskStep, moment: datetime) -> datetime:
    """Letters to a referee leave in her office hours, whatever made them late; a consultant's at once."""
    if step.step not in LETTER_STEPS:
        return moment
    return leaves_at(moment, step.ask.referee.country)


def _held(ask: Ask, step: AskStep, *, at: datetime) -> tuple[datetime, str]:
    return held_until(ask, step, letters_to([ask.referee_id]).get(ask.referee_id, ()), at=at)


def _last_check(step: AskStep, secret: str, *, at: datetime) -> Callable[[], bool]:
    """Between RCPT and DATA: under the locks of referee and ask, is this letter still ours to send, and wanted?

    What its key opens, and whose its address for replies is, is written down in the same transaction.
    """

    @whole
    def check() -> bool:
        ask, is_suppressed = actions.lock_with_referee(step.ask_id)
        wanted = ask.status in _FITS[step.step] and not (
            step.step in LETTER_STEPS
            and (ask.expires_at <= at or is_suppressed or _held(ask, step, at=at)[1])
        )
        if not wanted or not actions.sending_is_on():
            return False
        ours = AskStep.objects.filter(pk=step.pk, state="claimed", lease=step.lease)
        if not ours.update(state="data", lease_until=F("lease_until") + cadence.LEASE):
            return False
        if step.step in LETTER_STEPS:
            ends_at = at + actions.QUEUE_LIFE
            AskKey.objects.create(ask=ask, digest=digest(secret), created_at=at, expires_at=ends_at)
            if settings.REPLY_ADDRESS and ask.reply_digest is None:
                Ask.objects.filter(pk=ask.pk).update(reply_digest=digest(reply_token(ask.pk)))
        return True

    return check


def _sent(step: AskStep, delivery: Delivery, at: datetime) -> None:
    """The server's word outlives the lease: whoever has the step by now need not send it again."""
    if step.step == "ask":
        _first_sent(step, delivery, at)
    else:
        _note_sent(step, delivery, at)


@whole
def _first_sent(step: AskStep, delivery: Delivery, at: datetime) -> None:
    locked = Ask.objects.select_for_update(no_key=True).values_list("status", flat=True)
    is_queued = locked.get(pk=step.ask_id) == "queued"
    _note_sent(step, delivery, at)
    if is_queued:
        _begin(step.ask, at=at)


def _note_sent(step: AskStep, delivery: Delivery, at: datetime) -> None:
    unsettled = AskStep.objects.filter(pk=step.pk).exclude(state="sent")
    unsettled.update(state="sent", sent_at=at, detail=delivery.detail, held="", lease=None)


def _begin(ask: Ask, *, at: datetime) -> None:
    """The first letter is out: the ask's days count from here, and its later steps are written down."""
    move(ask, "sent", by=_BY, at=at, begun_at=at, expires_at=at + cadence.EXPIRY)
    reminders = cadence.FEWER_REMINDERS.get(ask.kind, cadence.REMINDERS)
    letters = {**dict.fromkeys(reminders, f"{ask.kind}_reminder"), "told_silent": "ask_silent"}
    due = {step: cadence.due(step, begun_at=at, country=ask.referee.country) for step in letters}
    actions.plan(ask, {step: (letter, due[step]) for step, letter in letters.items()})


def _stopped(step: AskStep, _: Delivery, at: datetime) -> None:
    """The last check said no: all is paused, a cap now holds it, the ask has closed, or the lease went to another."""
    ask = Ask.objects.get(pk=step.ask_id)
    earliest, reason = _held(ask, step, at=at)
    if ask.status not in _FITS[step.step] or not (reason or is_paused()):
        _settle(step, state="cancelled")
        return
    due_at = _in_office_hours(step, earliest)
    _settle(step, state="planned", due_at=due_at, held=reason, attempts=F("attempts") - 1)


def _put_off(step: AskStep, delivery: Delivery, at: datetime) -> None:
    if step.attempts >= cadence.MOST_ATTEMPTS:
        _failed(step, delivery, at)
        return
    due_at = at + cadence.retry_after(step.attempts, spread=step.pk.int % 1000 / 1000)
    _settle(step, state="planned", due_at=due_at, detail=delivery.detail, held="", lease=None)


def _come_again(step: AskStep, delivery: Delivery, at: datetime) -> None:
    """Greylisted: says nothing about her or us, so it is no attempt, within reason."""
    if step.deferred >= cadence.MOST_DEFERRED:
        _put_off(step, delivery, at)
        return
    due_at = at + cadence.come_again_after(step.deferred)
    _settle(step, state="planned", due_at=due_at, held=_GREYLISTED, lease=None, **_deferred(delivery))


def _slower(step: AskStep, delivery: Delivery, at: datetime) -> None:
    """The server of that domain is strained: all letters to it wait, this one for the first slot after the pause."""
    slow_down(_domain(step), at=at)
    if step.deferred >= cadence.MOST_DEFERRED:
        _put_off(step, delivery, at)
        return
    wish = _wish(step, at=at)._replace(answers=False, taken_at=None)
    (slot,) = take_slots([wish], at=at)
    _wait_for(step, slot, at=at, **_deferred(delivery))


def _deferred(delivery: Delivery) -> dict[str, object]:
    return {
        "detail": delivery.detail,
        "deferred": F("deferred") + 1,
        "attempts": F("attempts") - 1,
    }


@whole
def _failed(step: AskStep, delivery: Delivery, at: datetime) -> None:
    to_referee = step.step in LETTER_STEPS
    if to_referee:
        actions.lock_open(
            step.ask.referee_id
        )  # the asks before the step, in the order in which an answer locks them
    _settle(step, state="failed", detail=delivery.detail, lease=None)
    if to_referee:
        actions.bounce(step.ask, for_good=delivery.fate is Fate.PERMANENT, at=at)


def _doubt(step: AskStep, delivery: Delivery, at: datetime) -> None:
    """One resend with the same Message-ID, which a mailbox shows once; after that a person decides."""
    state = "planned" if step.ambiguous == 0 else "uncertain"
    _settle(step, state=state, ambiguous=F("ambiguous") + 1, due_at=at, detail=delivery.detail, lease=None)


def _settle(step: AskStep, **values: object) -> None:
    """Write the end of this attempt, unless the step has meanwhile been closed or leased to another."""
    mine = AskStep.objects.filter(pk=step.pk, state__in=["claimed", "data"], lease=step.lease)
    mine.update(**{"paced_at": None} | values)


_Settler = Callable[[AskStep, Delivery, datetime], None]
_SETTLE: dict[Fate, _Settler] = {
    Fate.SENT: _sent,
    Fate.STOPPED: _stopped,
    Fate.TEMPORARY: _put_off,
    Fate.GREYLISTED: _come_again,
    Fate.SLOWED: _slower,
    Fate.PERMANENT: _failed,
    Fate.AMBIGUOUS: _doubt,
}
