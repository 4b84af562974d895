"""Whom we may write to, and who may answer."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from vetting.accounts.models import User
from vetting.followups import cadence
from vetting.followups.models import Ask, AskStep
from vetting.followups.states import BEGUN, LETTER_STEPS, OPEN
from vetting.kernel.mailboxes import clean_address, is_free_provider, loose_mailbox_of, registered_domain
from vetting.kernel.text import check_text
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.mail.queries import is_suppressed

MOST_OPEN = 60  # of one consultant at a time

# A letter whose DATA has begun and that nobody has confirmed: she may have it.
_MAY_BE_THERE = Q(state="data") | Q(ambiguous__gt=0)


def may_write_to(consultant: User, address: str) -> Verdict:
    """A real mailbox of somebody else who has not stopped us. The reader of a refusal is the consultant."""
    clean = clean_address(address)
    if clean is None:
        return refuse("invalid_email", "This is not an address a letter can reach.", field="email")
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
    if is_suppressed(address):
        return refuse(
            "stopped", "This mailbox takes no letters from us. Ask another person there.", field="email"
        )
    return ALLOWED


def check_whom(consultant: User, *, name: str, email: str) -> list[Verdict]:
    """Everything that keeps a question of this consultant from this person."""
    return [check_text(name, field="name"), may_write_to(consultant, email), may_ask_more(consultant)]


def may_ask_more(consultant: User) -> Verdict:
    if Ask.objects.filter(consultant=consultant, status__in=OPEN).count() >= MOST_OPEN:
        return refuse("too_many_open", f"{MOST_OPEN} of your asks are open; wait until some are closed.")
    return ALLOWED


def may_answer(ask: Ask, *, at: datetime) -> Verdict:
    if ask.status == "answered":
        return refuse(
            "already_answered", "You have answered this already. Thank you; nothing was counted twice."
        )
    if ask.status == "stopped":
        return refuse("stopped", "You asked us to stop, so this question is closed.")
    if ask.status == "declined":
        return refuse("declined", "You declined to answer, so this question is closed.")
    if ask.status not in OPEN or ask.expires_at <= at:
        return refuse("closed", "This question is closed: it ran out, or whoever asked has withdrawn it.")
    return ALLOWED


def held_until(ask: Ask, step: AskStep, *, at: datetime) -> tuple[datetime, str]:
    """When that letter may go out at the earliest, and the reason a cap gives; (`at`, "") where none holds it."""
    if step.step not in LETTER_STEPS:
        return at, ""
    if step.step == "ask" and _pair_is_busy(ask):
        return at + cadence.EXPIRY, "This person has another open question of yours; this one follows it."
    if step.step == "ask":
        earliest = cadence.earliest_ask(_asks_begun(ask), at=at)
        if earliest > at:
            return earliest, "This person was asked twice in 90 days already, over all consultants."
    earliest = cadence.earliest_letter(_letters_sent(step, ask.referee_id), at=at)
    if earliest > at:
        return earliest, "This person had three letters in 30 days already, over all consultants."
    return at, ""


def _pair_is_busy(ask: Ask) -> bool:
    others = Ask.objects.filter(consultant_id=ask.consultant_id, referee_id=ask.referee_id).exclude(pk=ask.pk)
    may_be_there = AskStep.objects.filter(_MAY_BE_THERE, ask__in=others.filter(status__in=OPEN), step="ask")
    return others.filter(status__in=BEGUN).exists() or may_be_there.exists()


def _asks_begun(ask: Ask) -> list[datetime]:
    """Moments of the last asks that reached her, or may have."""
    others = Ask.objects.filter(referee_id=ask.referee_id).exclude(pk=ask.pk)
    begun = others.filter(begun_at__isnull=False).values_list("begun_at", flat=True)
    in_doubt = AskStep.objects.filter(_MAY_BE_THERE, ask__in=others.filter(begun_at=None), step="ask")
    moments = [*begun, *in_doubt.values_list("lease_until", flat=True)]
    return sorted(moment for moment in moments if moment is not None)[-cadence.NEW_ASKS :]


def _letters_sent(step: AskStep, referee_id: UUID) -> list[datetime]:
    """Moments of the last letters besides this one; one whose fate is unknown counts from the end of its lease."""
    steps = AskStep.objects.filter(
        Q(state="sent") | _MAY_BE_THERE, ask__referee_id=referee_id, step__in=LETTER_STEPS
    ).exclude(pk=step.pk)
    moments = [sent_at or lease_until for sent_at, lease_until in steps.values_list("sent_at", "lease_until")]
    return sorted(moment for moment in moments if moment is not None)[-cadence.LETTERS :]
