"""Whom we may write to, and who may answer."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetting.accounts.models import User
from vetting.followups import cadence
from vetting.followups.models import Ask, AskStep, ConsultantStop
from vetting.followups.states import BEGUN, LETTER_STEPS, OPEN
from vetting.kernel.actors import Actor
from vetting.kernel.languages import LANGUAGES
from vetting.kernel.mailboxes import (
    clean_address,
    is_free_provider,
    loose_mailbox_of,
    mailbox_of,
    registered_domain,
)
from vetting.kernel.text import PARAGRAPH, check_text
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.mail.queries import is_suppressed, mailbox_hash

MOST_OPEN = 60  # of one consultant at a time

# In which states of the ask a step's letter still makes sense; checked again under the lock just before DATA.
FITS = {
    "ask": {"queued"},
    "reminder_4": {"sent", "started"},
    "told_silent": {"sent", "started"},
    "reminder_11": {"sent", "started"},
    "told_end": {"expired", "bounced"},
    "told_answer": {"answered", "declined", "replaced"},
}

_OWN_WORD = {
    "peer": (
        "not_for_peers",
        gettext_lazy("You were asked what you saw yourself; nobody can say that for you."),
    ),
    "sustain": (
        "not_for_follow_ups",
        gettext_lazy("You were asked for your own number; nobody else has given it."),
    ),
}


def may_write_to(consultant: User, address: str) -> Verdict:
    """A real mailbox of somebody else who has not stopped us. The reader of a refusal is the consultant."""
    clean = clean_address(address)
    if clean is None:
        return refuse("invalid_email", _("This is not an address a letter can reach."), field="email")
    address = clean
    if loose_mailbox_of(address) == loose_mailbox_of(consultant.email):
        return refuse("own_mailbox", "This is your own mailbox; ask somebody who was there.", field="email")
    own = registered_domain(consultant.email)
    if not is_free_provider(own) and registered_domain(address) == own:
        return refuse(
            "own_domain",
            f"This mailbox lies at your own domain, {own}; ask somebody at the client.",
            field="email",
        )
    if is_suppressed(address) or _has_stopped(consultant, address):
        return refuse(
            "stopped", "This mailbox takes no letters from us. Ask another person there.", field="email"
        )
    return ALLOWED


def leaves_at(moment: datetime, country: str) -> datetime:
    """When a letter to a reader there may leave: at once in her office hours, else when they begin."""
    return cadence.next_office_hour(moment, country) if settings.OFFICE_HOURS else moment


def domain_of(step: AskStep) -> str:
    """In whose line its letter stands."""
    to = step.ask.referee.email if step.step in LETTER_STEPS else step.ask.consultant.email
    return mailbox_of(to).rpartition("@")[2]


def goes_at(step: AskStep, moment: datetime) -> datetime:
    """Letters to a referee leave in her office hours, whatever made them late; a consultant's at once."""
    return leaves_at(moment, step.ask.referee.country) if step.step in LETTER_STEPS else moment


def open_until(moment: datetime, country: str) -> datetime:
    """When her office hours of that day end."""
    return cadence.closing_hour(moment, country) if settings.OFFICE_HOURS else moment + timedelta(days=1)


def check_whom(consultant: User, *, name: str, email: str, language: str = "") -> list[Verdict]:
    """Everything that keeps a question of this consultant from this person."""
    return [
        check_text(name, field="name"),
        may_write_to(consultant, email),
        may_be_language(language),
        may_ask_more(consultant),
    ]


def may_be_language(language: str) -> Verdict:
    """Empty where nobody has named one."""
    if language and language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        return refuse("unknown_language", f"We write in one of these: {known}.", field="language")
    return ALLOWED


def may_ask_more(consultant: User) -> Verdict:
    if Ask.objects.filter(consultant=consultant, status__in=OPEN).count() >= MOST_OPEN:
        return refuse("too_many_open", f"{MOST_OPEN} of your asks are open; wait until some are closed.")
    return ALLOWED


def may_answer(ask: Ask, *, at: datetime) -> Verdict:
    if ask.status == "answered":
        return refuse(
            "already_answered", _("You have answered this already. Thank you; nothing was counted twice.")
        )
    if ask.status == "stopped":
        return refuse("stopped", _("You asked us to stop, so this question is closed."))
    if ask.status == "declined":
        return refuse("declined", _("You declined to answer, so this question is closed."))
    if ask.status == "replaced":
        return refuse("replaced", _("You named somebody else for this question, so it is closed for you."))
    if ask.status not in OPEN or ask.expires_at <= at:
        return refuse("closed", _("This question is closed: it ran out, or whoever asked has withdrawn it."))
    return ALLOWED


def check_successor(ask: Ask, *, name: str, email: str) -> list[Verdict]:
    """Whom the referee may name in her place. The reader of a refusal is the referee."""
    return [check_text(name, field="name"), _may_follow(ask, email)]


def check_typed(typed: Mapping[str, str | list[str]]) -> list[Verdict]:
    """What a draft can hold at all; whether it answers the question is not asked yet."""
    return [
        check_text(text, field=field, most=PARAGRAPH, required=False)
        for field, value in typed.items()
        for text in ([value] if isinstance(value, str) else value)
    ]


def _may_follow(ask: Ask, email: str) -> Verdict:
    """One reason for all that keeps us from writing there: nobody learns from it who has stopped our letters."""
    if ask.kind in _OWN_WORD:
        code, reason = _OWN_WORD[ask.kind]
        return refuse(code, str(reason))
    if ask.replaces is not None and ask.replaces.replaces is not None:
        return refuse(
            "handed_on_twice", _("This question has been handed on twice already; please answer or decline.")
        )
    address = clean_address(email)
    if address is None:
        return refuse("invalid_email", _("This is not an address a letter can reach."), field="email")
    if mailbox_of(address) == ask.referee.mailbox:
        return refuse("own_mailbox", _("This is your own address; name somebody else."), field="email")
    was_asked = Ask.objects.filter(subject_id=ask.subject_id, referee__mailbox=mailbox_of(address)).exists()
    if was_asked or not may_write_to(ask.consultant, address):
        return refuse(
            "not_to_be_asked",
            _("We cannot ask at this address; name somebody else, or decline."),
            field="email",
        )
    return ALLOWED


def _has_stopped(consultant: User, address: str) -> bool:
    return ConsultantStop.objects.filter(consultant=consultant, mailbox_hash=mailbox_hash(address)).exists()


def may_run_outbox(actor: Actor) -> Verdict:
    return ALLOWED if actor.is_staff else refuse("not_staff", "Only staff of this site run its outbox.")


def may_settle(actor: Actor, step: AskStep) -> Verdict:
    """Only a letter in doubt is for a person to settle."""
    if step.state != "uncertain":
        return refuse("not_in_doubt", "This letter is not in doubt any more.")
    return may_run_outbox(actor)


class Reached(NamedTuple):
    """A letter that somebody has, or may have; of one whose fate is unknown the end of its lease is the moment."""

    step_id: UUID
    step: str
    state: str
    sent_at: datetime | None
    lease_until: datetime | None
    ask_id: UUID
    consultant_id: UUID
    status: str
    referee_id: UUID


def held_until(ask: Ask, step: AskStep, reached: Iterable[Reached], *, at: datetime) -> tuple[datetime, str]:
    """When that letter may go out at the earliest, and the reason a cap gives; (`at`, "") where none holds it.

    `reached` are the letters that its reader has, or may have.
    """
    if step.step not in LETTER_STEPS:
        return at, ""
    letters = [each for each in reached if each.step_id != step.pk]
    if step.step == "ask":
        others = [each for each in letters if each.ask_id != ask.pk]
        if any(_keeps_busy(each) for each in others if each.consultant_id == ask.consultant_id):
            return (
                at + cadence.EXPIRY,
                "This person has another open question of yours; this one follows it.",
            )
        earliest = cadence.earliest_ask([_moment(each) for each in others if each.step == "ask"], at=at)
        if earliest > at:
            return earliest, "This person was asked twice in 90 days already, over all consultants."
    last = max((_moment(each) for each in letters if each.ask_id == ask.pk), default=None)
    if last is not None and last + cadence.GAP > at:
        return last + cadence.GAP, "This person had a letter about this in the last three days."
    earliest = cadence.earliest_letter([_moment(each) for each in letters], at=at)
    if earliest > at:
        return earliest, "This person had three letters in 30 days already, over all consultants."
    return at, ""


def is_wanted(step: AskStep, reached: Iterable[Reached], *, is_suppressed: bool, at: datetime) -> bool:
    """Does that letter still make sense, and may it go to a person who takes letters at all?"""
    ask = step.ask
    if ask.status not in FITS[step.step]:
        return False
    may_go = ask.expires_at > at and not is_suppressed and not held_until(ask, step, reached, at=at)[1]
    return step.step not in LETTER_STEPS or may_go


def _keeps_busy(letter: Reached) -> bool:
    """She has that other question before her, or may have."""
    in_doubt = letter.step == "ask" and letter.state != "sent" and letter.status in OPEN
    return letter.status in BEGUN or in_doubt


def _moment(letter: Reached) -> datetime:
    """One whose fate is unknown counts from the end of its lease."""
    moment = letter.sent_at or letter.lease_until
    assert moment is not None, "nothing was sent without a lease"
    return moment
