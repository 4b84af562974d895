"""The outbox: claim what is due, send it in two phases, and put right what a crash left behind."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import NamedTuple, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db.models import Exists, F

from vetting.audit.actions import move_all, record
from vetting.followups import actions, cadence
from vetting.followups.models import Ask, AskKey, AskStep, Outbox
from vetting.followups.queries import PAUSED, expired, is_paused, letter_of, letters_to, reply_token
from vetting.followups.rules import FITS, domain_of, goes_at, held_until, is_wanted, open_until
from vetting.followups.states import LETTER_STEPS, TOLD_STEPS
from vetting.kernel.actors import Actor, system
from vetting.kernel.keys import digest, new_secret, uuid7
from vetting.kernel.together import Together, side_by_side
from vetting.kernel.whole import whole
from vetting.mail.actions import Slot, Wish, slow_down, take_slots
from vetting.mail.queries import suppressed
from vetting.mail.sending import Delivery, Fate, Post

log = structlog.get_logger()

SWEPT_EVERY = timedelta(seconds=5)  # many sweepers need not write down each look
MOST_EXPIRED = 100  # closed in one go, so that letters never wait long for it

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


def chase_due(*, posts: Sequence[Post], at: datetime, most: int = 1) -> bool:
    """Send what is due, `most` letters of it; False where nothing was."""
    steps = claim(at=at, most=most)
    deliver(in_line(admitted(steps, at=at), at=at), posts=posts, at=at)
    return bool(steps)


@whole
def claim(*, at: datetime, most: int = 1) -> list[AskStep]:
    """The steps that have been due longest, now leased to this caller alone; none while the outbox is paused.

    Those to consultants come first: somebody has just answered them, or they wait to ask another.
    """
    due = AskStep.objects.filter(~Exists(PAUSED), state="planned", due_at__lte=at).order_by("due_at", "id")
    of_all = due.select_related("ask__referee", "ask__consultant", "ask__replaces")
    locked = of_all.select_for_update(skip_locked=True, of=("self",))
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
        due_at = goes_at(step, earliest)
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


class Begun(NamedTuple):
    """A letter whose recipient the server has taken."""

    step: AskStep
    secret: str
    at: datetime


class Ended(NamedTuple):
    step: AskStep
    delivery: Delivery
    at: datetime


def deliver(steps: Sequence[AskStep], *, posts: Sequence[Post], at: datetime) -> None:
    """Send the letters of claimed steps, or drop them: whatever is true by now, each in its own moment.

    As many are on the line at the same time as there are posts that open one. All are set before; where they meet the
    database, those who wait for it do so in one transaction.
    """
    began, late = time.monotonic(), list[AskStep]()
    ready = [letter for step in steps if (letter := _set(step, at=at))]
    turns, lines = iter(ready), posts[: len(ready)]
    desk = Together(_served, crew=len(lines))

    def send(post: Post) -> None:
        for step, secret, mail in turns:
            passed = timedelta() if step is steps[0] else timedelta(seconds=time.monotonic() - began)
            if passed > cadence.HANDED_BACK:
                late.append(step)
                continue
            begun = Begun(step, secret, at + passed)
            delivery = post.send(mail, before_data=partial(desk, begun))
            desk(Ended(step, delivery, begun.at))

    def work(post: Post) -> None:
        try:
            if post is posts[0] or post.opens():
                send(post)
        finally:
            desk.leave()

    side_by_side(work, lines)
    _hand_back(late)


def _served(letters: Sequence[Begun | Ended]) -> list[bool]:
    settle([letter for letter in letters if isinstance(letter, Ended)])
    begun = [letter for letter in letters if isinstance(letter, Begun)]
    goes = dict(zip(begun, last_checks(begun), strict=True))
    return [isinstance(letter, Begun) and goes[letter] for letter in letters]


def _set(step: AskStep, *, at: datetime) -> tuple[AskStep, str, EmailMessage] | None:
    secret = new_secret()
    try:
        return step, secret, letter_of(step, secret, at=at)
    except Exception as error:  # noqa: BLE001 - one letter that cannot be set must not hold up all the others
        log.warning("letter_not_set", step=str(step.pk), letter=step.letter, error=type(error).__name__)
        _put_off(step, Delivery(Fate.TEMPORARY, type(error).__name__), at)
        return None


@whole
def count_as_sent(step_id: UUID, *, by: Actor, at: datetime) -> None:
    """A person found that the letter in doubt did arrive. The days of its ask begin now, which is never too early."""
    step = actions.lock_in_doubt(step_id, by=by)
    record(step, "count_as_sent", by=by, at=at)
    _sent([Ended(step, Delivery(Fate.SENT, "settled by staff"), at)], wait=True)


@whole
def recover(*, at: datetime) -> None:
    """Leases that ran out: a claim is planned again; a letter in DATA is sent once more, then left to a person."""
    stale = AskStep.objects.select_for_update(skip_locked=True, no_key=True).filter(lease_until__lte=at)
    ids = list(stale.filter(state="claimed").order_by("pk").values_list("pk", flat=True))
    AskStep.objects.filter(pk__in=ids).update(state="planned", lease=None)
    for step in stale.filter(state="data").order_by("pk"):
        _doubt(step, Delivery(Fate.AMBIGUOUS, "lease ran out"), at)


def _wish(step: AskStep, *, at: datetime) -> Wish:
    return Wish(
        domain=domain_of(step),
        ends_at=open_until(at, step.ask.referee.country),
        answers=step.step in TOLD_STEPS,
        slot=step.due_at,
        taken_at=step.paced_at,
    )


def _wait_for(step: AskStep, slot: Slot, *, at: datetime, **values: object) -> None:
    due_at = goes_at(step, slot.at)
    paced_at = at if slot.taken else None
    _settle(step, state="planned", due_at=due_at, paced_at=paced_at, held=slot.reason, lease=None, **values)


def _hand_back(steps: Sequence[AskStep]) -> None:
    """Whoever takes so long for a few letters has no business keeping the others."""
    for step in steps:
        _settle(step, state="planned", paced_at=step.paced_at, attempts=F("attempts") - 1, lease=None)


_Letter = TypeVar("_Letter", Begun, Ended)


def _unless_busy(act: Callable[..., Mapping[UUID, bool]], letters: Sequence[_Letter]) -> list[bool]:
    """In one transaction, but for those whose rows somebody holds just now, and for a second letter to one person.

    These follow one by one: nobody waits for a lock with others in hand, and each cap sees the letter before.
    """
    first = {letter.step.ask.referee_id: letter for letter in reversed(letters)}
    done = dict(act(list(first.values()), wait=len(letters) == 1)) if letters else {}
    for letter in letters:
        if letter.step.pk not in done:
            done |= act([letter], wait=True)
    return [done.get(letter.step.pk, False) for letter in letters]


def last_checks(letters: Sequence[Begun]) -> list[bool]:
    """Between RCPT and DATA: is each of these letters still ours to send, and wanted?"""
    return _unless_busy(_begin_data, letters)


@whole
def _begin_data(letters: Sequence[Begun], *, wait: bool) -> Mapping[UUID, bool]:
    """Under the locks of referee, ask and step; who is locked by another and not waited for is missing in the answer.

    What its key opens, and whose its address for replies is, is written down in the same transaction.
    """
    locked = AskStep.objects.select_for_update(
        of=("ask__referee", "ask", "self"), no_key=True, skip_locked=not wait
    )
    found = locked.select_related("ask__referee").filter(pk__in=[letter.step.pk for letter in letters])
    rows = {row.pk: row for row in found}
    referees = [row.ask.referee for row in rows.values() if row.step in LETTER_STEPS]
    closed = suppressed(referee.email for referee in referees)
    reached = letters_to(referee.pk for referee in referees)
    is_on = actions.sending_is_on()

    begun = []
    for letter in letters:
        row = rows.get(letter.step.pk)
        if not is_on or row is None or (row.state, row.lease) != ("claimed", letter.step.lease):
            continue
        her, before = row.ask.referee, reached.get(row.ask.referee_id, ())
        if is_wanted(row, before, is_suppressed=her.email in closed, at=letter.at):
            begun.append(letter._replace(step=row))
    AskStep.objects.filter(pk__in=[letter.step.pk for letter in begun]).update(
        state="data", lease_until=F("lease_until") + cadence.LEASE
    )
    _write_keys([letter for letter in begun if letter.step.step in LETTER_STEPS])
    return dict.fromkeys(rows, False) | {letter.step.pk: True for letter in begun}


def _write_keys(letters: Sequence[Begun]) -> None:
    AskKey.objects.bulk_create(
        AskKey(
            ask=letter.step.ask,
            digest=digest(letter.secret),
            created_at=letter.at,
            expires_at=letter.at + actions.QUEUE_LIFE,
        )
        for letter in letters
    )
    if settings.REPLY_ADDRESS:
        new = [letter.step.ask for letter in letters if letter.step.ask.reply_digest is None]
        for ask in new:
            ask.reply_digest = digest(reply_token(ask.pk))
        Ask.objects.bulk_update(new, ["reply_digest"])


def settle(letters: Sequence[Ended]) -> None:
    """Write down what became of them."""
    _unless_busy(_sent, [letter for letter in letters if letter.delivery.fate is Fate.SENT])
    for letter in letters:
        if letter.delivery.fate is not Fate.SENT:
            _SETTLE[letter.delivery.fate](*letter)


@whole
def _sent(letters: Sequence[Ended], *, wait: bool) -> Mapping[UUID, bool]:
    """The server's word outlives the lease: whoever has the step by now need not send it again."""
    locked = Ask.objects.select_for_update(no_key=True, skip_locked=not wait).values_list("pk", "status")
    firsts = {letter.step.ask_id: letter.step.ask for letter in letters if letter.step.step == "ask"}
    statuses = dict(locked.filter(pk__in=firsts))
    noted = [letter for letter in letters if letter.step.step != "ask" or letter.step.ask_id in statuses]
    at = max((letter.at for letter in noted), default=None)
    unsettled = AskStep.objects.exclude(state="sent")
    for detail in {letter.delivery.detail for letter in noted}:
        theirs = unsettled.filter(pk__in=[each.step.pk for each in noted if each.delivery.detail == detail])
        theirs.update(state="sent", sent_at=at, detail=detail, held="", lease=None)
    queued = [firsts[pk] for pk, status in statuses.items() if status == "queued"]
    if queued and at is not None:
        _begin(queued, at=at)
    return dict.fromkeys((letter.step.pk for letter in noted), True)


def _begin(asks: Sequence[Ask], *, at: datetime) -> None:
    """The first letter is out: the ask's days count from here, and its later steps are written down."""
    move_all(asks, "sent", by=_BY, at=at, begun_at=at, expires_at=at + cadence.EXPIRY)
    planned = {}
    for ask in asks:
        due = cadence.later_steps(ask.kind, begun_at=at, country=ask.referee.country)
        letters = {step: "ask_silent" if step in TOLD_STEPS else f"{ask.kind}_reminder" for step in due}
        planned[ask] = {step: (letters[step], due[step]) for step in due}
    actions.plan(planned)


def _stopped(step: AskStep, _: Delivery, at: datetime) -> None:
    """The last check said no: all is paused, a cap now holds it, the ask has closed, or the lease went to another."""
    ask = Ask.objects.get(pk=step.ask_id)
    reached = letters_to([ask.referee_id]).get(ask.referee_id, ())
    earliest, reason = held_until(ask, step, reached, at=at)
    if ask.status not in FITS[step.step] or not (reason or is_paused()):
        _settle(step, state="cancelled")
        return
    due_at = goes_at(step, earliest)
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
    slow_down(domain_of(step), at=at)
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
    Fate.STOPPED: _stopped,
    Fate.TEMPORARY: _put_off,
    Fate.GREYLISTED: _come_again,
    Fate.SLOWED: _slower,
    Fate.PERMANENT: _failed,
    Fate.AMBIGUOUS: _doubt,
}
