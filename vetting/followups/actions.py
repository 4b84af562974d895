"""The verbs of an ask. Each takes the ask's lock first; after its commit no letter begins that it forbids."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from vetting.accounts.models import User
from vetting.audit.actions import begin, move, record
from vetting.followups import cadence, rules
from vetting.followups.models import Ask, AskKey, AskStep, ConsultantStop, Outbox, Referee
from vetting.followups.queries import never_answered
from vetting.followups.states import OPEN, TYPED
from vetting.kernel.actors import Actor, system
from vetting.kernel.actors import referee as as_referee
from vetting.kernel.mailboxes import clean_address, mailbox_of
from vetting.kernel.text import check_text
from vetting.kernel.verdict import require, require_all
from vetting.kernel.whole import whole
from vetting.mail.actions import suppress
from vetting.mail.letters import message_id
from vetting.mail.queries import mailbox_hash

QUEUE_LIFE = (
    cadence.NEW_ASKS_WINDOW + cadence.EXPIRY
)  # a letter held by a cap for longer is not worth sending


@whole
def ask(
    *,
    kind: str,
    subject_id: UUID,
    consultant: User,
    name: str,
    email: str,
    about: Mapping[str, Any],
    at: datetime,
    country: str = "",
    language: str = "",
    replaces: Ask | None = None,
) -> Ask:
    """Queue one question to one person; its letter goes out in her office hours, when the caps allow.

    `about` holds the plain values of its letters, dates in ISO form under names that end in _on. The referee of the ask
    that it `replaces` has named this person, and not the consultant.
    """
    User.objects.select_for_update(no_key=True).get(pk=consultant.pk)
    require_all(*rules.check_whom(consultant, name=name, email=email, language=language))
    details = {"name": name.strip(), "country": country, "language": language}
    referee = _referee(email=clean_address(email) or "", at=at, **details)
    # Again, now that her row is locked: a stop in this very moment either is seen here or closes this ask.
    require_all(rules.may_write_to(consultant, email))
    row = Ask(
        kind=kind,
        subject_id=subject_id,
        consultant=consultant,
        referee=referee,
        about={**about, "referee": name.strip()},  # greeted as this consultant knows her, not as another does
        created_at=at,
        expires_at=at + QUEUE_LIFE,
        replaces=replaces,
    )
    by = as_referee(replaces.referee_id) if replaces else consultant.actor
    begin(row, by=by, at=at, facts={"kind": kind, "subject": str(subject_id)})
    due_at = rules.leaves_at(at, referee.country)
    plan({row: {"ask": (f"{kind}_ask", due_at)}})
    return row


def lock(ask_id: UUID) -> Ask:
    """The ask, locked until the transaction ends, with its referee and its consultant."""
    return (
        Ask.objects.select_for_update(of=("self",), no_key=True)
        .select_related("referee", "consultant")
        .get(pk=ask_id)
    )


def lock_open(referee_id: UUID) -> list[Ask]:
    """Her open asks, locked until the transaction ends, and before them herself: no new one appears meanwhile."""
    Referee.objects.select_for_update(no_key=True).get(pk=referee_id)
    rows = Ask.objects.select_for_update(of=("self",), no_key=True).select_related("referee", "consultant")
    return list(rows.filter(referee_id=referee_id, status__in=OPEN).order_by("id"))


@whole
def save_draft(ask_id: UUID, *, answers: Mapping[str, Any], at: datetime) -> Ask:
    """Keep what the referee has filled in so far; nothing of it counts before she sends it."""
    row = lock(ask_id)
    require(rules.may_answer(row, at=at))
    draft = {**row.draft, **answers}
    typed = {name: value for name, value in draft.pop(TYPED, {}).items() if name not in answers}
    row.draft = draft | ({TYPED: typed} if typed else {})
    return _started(row, at=at)


@whole
def save_typed(ask_id: UUID, *, typed: Mapping[str, str | list[str]], at: datetime) -> Ask:
    """Keep what stands in the fields of a screen she has not sent on, right or wrong: only that screen reads it."""
    require_all(*rules.check_typed(typed))
    row = lock(ask_id)
    require(rules.may_answer(row, at=at))
    row.draft = {**row.draft, TYPED: {**row.draft.get(TYPED, {}), **typed}}
    return _started(row, at=at)


def close_answered(row: Ask, *, at: datetime) -> None:
    """Called by the room that has just taken the testimony, in its transaction, with the ask locked."""
    _close(row, "answered", by=as_referee(row.referee_id), at=at)
    plan({row: {"told_answer": ("ask_answered", at)}})


@whole
def decline(ask_id: UUID, *, at: datetime, reason: str = "") -> Ask:
    """`reason` is private: staff may read it, the consultant is told only that the ask was declined."""
    require_all(check_text(reason, field="reason", most=1_000, required=False))
    row = lock(ask_id)
    require(rules.may_answer(row, at=at))
    if reason:
        row.draft = {**row.draft, "declined_because": reason}
        row.save(update_fields=["draft"])
    _close(row, "declined", by=as_referee(row.referee_id), at=at)
    plan({row: {"told_answer": ("ask_answered", at)}})
    return row


@whole
def hand_on(ask_id: UUID, *, name: str, email: str, at: datetime) -> Ask:
    """She names somebody who knows better: the same question to that person, by the rules and caps of every ask."""
    consultant_id = Ask.objects.values_list("consultant_id", flat=True).get(pk=ask_id)
    User.objects.select_for_update(no_key=True).get(pk=consultant_id)
    row = lock(ask_id)
    require(rules.may_answer(row, at=at))
    require_all(*rules.check_successor(row, name=name, email=email))
    _close(row, "replaced", by=as_referee(row.referee_id), at=at)
    plan({row: {"told_answer": ("ask_answered", at)}})
    return ask(
        kind=row.kind,
        subject_id=row.subject_id,
        consultant=row.consultant,
        name=name,
        email=email,
        about=row.about,
        at=at,
        country=row.referee.country,
        language=row.referee.language,
        replaces=row,
    )


@whole
def speak(referee_id: UUID, *, language: str, at: datetime) -> None:
    """She has chosen her language; pages and later letters are in it, whatever a consultant names."""
    require_all(rules.may_be_language(language))
    if Referee.objects.filter(pk=referee_id).exclude(language=language).update(language=language):
        row = Referee.objects.get(pk=referee_id)
        record(row, "speak", by=as_referee(referee_id), at=at, facts={"language": language})


@whole
def stop_consultant(ask_id: UUID, *, at: datetime) -> None:
    """No more letters to this mailbox in the name of the consultant of that ask; others may still ask her."""
    row = Ask.objects.select_related("referee").get(pk=ask_id)
    by, rows = as_referee(row.referee_id), lock_open(row.referee_id)
    stopped, is_new = ConsultantStop.objects.get_or_create(
        mailbox_hash=mailbox_hash(row.referee.email),
        consultant_id=row.consultant_id,
        defaults={"at": at},
    )
    if is_new:
        record(stopped, "stop_consultant", by=by, at=at)
    for each in rows:
        if each.consultant_id == row.consultant_id:
            _close(each, "stopped", by=by, at=at)


@whole
def stop(ask_id: UUID, *, at: datetime, reason: str = "stopped") -> Referee:
    """No more letters to this mailbox, from anybody, from now on. Doing it twice is the same as once."""
    referee_id = Ask.objects.values_list("referee_id", flat=True).get(pk=ask_id)
    rows = lock_open(referee_id)
    referee = Referee.objects.get(pk=referee_id)
    by = as_referee(referee_id)
    _suppress(referee, reason=reason, by=by, at=at)
    for row in rows:
        _close(row, "stopped", by=by, at=at)
    return referee


@whole
def cancel(subject_id: UUID, *, by: Actor, at: datetime) -> int:
    """Close every open ask about that subject, since it has been withdrawn; how many there were."""
    rows = (
        Ask.objects.select_for_update(no_key=True)
        .filter(subject_id=subject_id, status__in=OPEN)
        .order_by("id")
    )
    for row in rows:
        _close(row, "cancelled", by=by, at=at)
    return len(rows)


@whole
def bounce(row: Ask, *, for_good: bool, at: datetime) -> None:
    """Letters do not arrive. `for_good`: the mailbox refuses them, so every open ask to it ends; else this one does.

    Each consultant is told.
    """
    by = system("followups")
    rows = lock_open(row.referee_id)
    if for_good:
        _suppress(row.referee, reason="bounced", by=by, at=at)
    for each in rows:
        if not for_good and each.pk != row.pk:
            continue
        _close(each, "bounced", by=by, at=at)
        plan({each: {"told_end": ("ask_failed", at)}})


@whole
def wait_until_back(row: Ask, *, back_on: date, at: datetime) -> None:
    """Her mail program says that she is away and names that day: her reminders come after it, and the end if need be."""
    lock_open(row.referee_id)
    assert row.begun_at is not None, "nobody answers a letter that has not gone out"
    country = row.referee.country
    row.expires_at = cadence.end_after_absence(
        back_on=back_on, country=country, begun_at=row.begun_at, ends_at=row.expires_at
    )
    row.save(update_fields=["expires_at"])
    planned = AskStep.objects.select_for_update(no_key=True).filter(ask=row, state="planned")
    found = planned.filter(step__in=cadence.REMINDERS).order_by("id")
    steps = sorted(found, key=lambda step: cadence.REMINDERS.index(step.step))
    due = cadence.after_absence(
        [step.due_at for step in steps],
        back_on=back_on,
        country=country,
        ends_at=row.expires_at,
    )
    for step, due_at in zip(steps, due, strict=True):
        AskStep.objects.filter(pk=step.pk).update(due_at=due_at, paced_at=None)
    record(row, "wait_until_back", by=system("followups"), at=at, facts={"back_on": back_on.isoformat()})


@whole
def expire(ask_id: UUID, *, at: datetime) -> None:
    row = lock(ask_id)
    if row.status in OPEN and row.expires_at <= at:
        _close(row, "expired", by=system("followups"), at=at)
        plan({row: {"told_end": ("ask_expired", at)}})


@whole
def forget(referee_id: UUID, *, at: datetime) -> bool:
    """Erase name and address of one who never answered; False where she has meanwhile.

    That somebody was asked, and when, stays. A stop outlives it: of that only a keyed hash is kept, apart from here.
    """
    referee = Referee.objects.select_for_update(no_key=True).get(pk=referee_id)
    if referee.pk not in never_answered(at=at, among=referee.pk):
        return False
    _erase(referee)
    record(referee, "forget", by=system("followups"), at=at)
    return True


@whole
def erase(referee_id: UUID, *, at: datetime) -> None:
    """At her own wish: what is open closes, no letter about her goes to anybody, and no link of hers opens anything."""
    by = as_referee(referee_id)
    for row in lock_open(referee_id):
        _close(row, "declined", by=by, at=at)
    referee = Referee.objects.get(pk=referee_id)
    # One in DATA too: it cannot be called back, but where no word comes of it there is nobody to send it to again.
    unsent = AskStep.objects.filter(ask__referee=referee).exclude(state__in=["sent", "failed", "cancelled"])
    unsent.update(state="cancelled", held="", lease=None)
    AskKey.objects.filter(ask__referee=referee).delete()
    _erase(referee)
    record(referee, "erase", by=by, at=at)


@whole
def pause(*, reason: str, by: Actor, at: datetime) -> Outbox:
    """No letter begins after this commit, until `resume`. What falls due meanwhile waits."""
    require(rules.may_run_outbox(by))
    require_all(check_text(reason, field="reason", most=200))
    return move(the_outbox(at=at), "paused", by=by, at=at, facts={"reason": reason.strip()})


@whole
def resume(*, by: Actor, at: datetime) -> Outbox:
    require(rules.may_run_outbox(by))
    return move(the_outbox(at=at), "open", by=by, at=at)


def the_outbox(*, at: datetime) -> Outbox:
    """Its only row, made at the first look."""
    row = Outbox.objects.first()
    if row is not None:
        return row
    try:
        with transaction.atomic():
            return begin(Outbox(), by=system("followups"), at=at)
    except IntegrityError:  # two looked first together
        return Outbox.objects.get()


def sending_is_on() -> bool:
    """Locked until the transaction ends, among senders shared: who pauses waits for the last check under way."""
    return all(row.status == "open" for row in Outbox.objects.raw("SELECT * FROM vetting_outbox FOR SHARE"))


@whole
def resend(step_id: UUID, *, by: Actor, at: datetime) -> None:
    """A person found that the letter in doubt did not arrive: once more, under the same Message-ID."""
    step = lock_in_doubt(step_id, by=by)
    AskStep.objects.filter(pk=step.pk).update(state="planned", due_at=at, paced_at=None)
    record(step, "resend", by=by, at=at)


def plan(steps: Mapping[Ask, Mapping[str, tuple[str, datetime]]]) -> None:
    """Write the outbox rows of those asks: letter and due date of each step. One that stands already stays as it is."""
    rows = [
        AskStep(
            ask=row, step=step, letter=letter, due_at=due_at, message_id=message_id(f"{row.pk.hex}.{step}")
        )
        for row, planned in steps.items()
        for step, (letter, due_at) in planned.items()
    ]
    AskStep.objects.bulk_create(rows, ignore_conflicts=True)


def lock_in_doubt(step_id: UUID, *, by: Actor) -> AskStep:
    """That step, its ask and itself locked until the transaction ends; RefusedError where nothing is in doubt."""
    lock(AskStep.objects.values_list("ask_id", flat=True).get(pk=step_id))
    step = AskStep.objects.select_for_update(no_key=True).get(pk=step_id)
    require(rules.may_settle(by, step))
    return step


def _started(row: Ask, *, at: datetime) -> Ask:
    """Write her draft; the first save is where the time to her answer begins."""
    row.started_at = row.started_at or at
    row.save(update_fields=["draft", "started_at"])
    if row.status == "sent":
        move(row, "started", by=as_referee(row.referee_id), at=at)
    return row


def _erase(referee: Referee) -> None:
    Referee.objects.filter(pk=referee.pk).update(name="", email="", mailbox=f"erased:{referee.pk}")
    for row in Ask.objects.filter(referee=referee).order_by("id"):
        Ask.objects.filter(pk=row.pk).update(draft={}, about={**row.about, "referee": ""}, reply_digest=None)


def _suppress(referee: Referee, *, reason: str, by: Actor, at: datetime) -> None:
    row = suppress(referee.email, reason=reason, at=at)
    if row is not None:
        record(row, "suppress", by=by, at=at, facts={"reason": reason})


def _close(row: Ask, status: str, *, by: Actor, at: datetime) -> None:
    move(row, status, by=by, at=at)
    # One in doubt is no question for a person any more; the caps go on counting it.
    AskStep.objects.filter(ask=row, state__in=["planned", "claimed", "uncertain"]).update(
        state="cancelled", held="", lease=None
    )
    # What this ask kept waiting may go next: another question of the same consultant to the same person.
    waiting = AskStep.objects.filter(
        ask__consultant_id=row.consultant_id,
        ask__referee_id=row.referee_id,
        step="ask",
        state="planned",
        paced_at=None,
    )
    waiting.exclude(held="").update(due_at=at, held="")


def _referee(*, email: str, language: str, at: datetime, **details: str) -> Referee:
    """The person at that mailbox, locked; her first name, address and language stay, whoever asks her later."""
    rows = Referee.objects.select_for_update(no_key=True)
    known = {"email": email, "language": language, "created_at": at, **details}
    row, is_new = rows.get_or_create(mailbox=mailbox_of(email), defaults=known)
    if language and not is_new and not row.language:
        row.language = language
        row.save(update_fields=["language"])
    return row
