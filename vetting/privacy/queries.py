"""All that is known of one referee: for her page, and as plain values to take along."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from vetting.engagements.models import Goal
from vetting.followups.models import Ask, AskStep, ConsultantStop, Referee
from vetting.followups.queries import asked_of, language_of, named_by
from vetting.followups.states import LETTER_STEPS
from vetting.kernel.keys import digest
from vetting.mail.queries import is_suppressed, mailbox_hash
from vetting.outcomes.models import Attestation, FollowUp
from vetting.outcomes.queries import answers_in, said_again_in, said_in
from vetting.privacy.models import Visit
from vetting.referrals.models import Referral
from vetting.referrals.queries import versions_in, words_in
from vetting.replies.queries import of_ask

# Who reads an answer, by the kind of the question.
READERS: Mapping[str, Any] = {
    "goal": gettext_lazy(
        "Anybody reads whether the goal was accepted. Your name and address are shown to nobody but the consultant."
    ),
    "outcome": gettext_lazy(
        "In the form you chose anybody reads your role, the numbers, your judgement and any tie. The consultant reads "
        "your name and the rest of your answer, but not whether you would hire them again: that shows only as a count, "
        "once five clients have answered. Our staff may read all of it."
    ),
    "sustain": gettext_lazy(
        "Anybody reads the number and its month, in the form in which the result itself appears. The consultant reads "
        "your name with it, and our staff may."
    ),
    "peer": gettext_lazy(
        "Anybody reads your name, how you saw the work and your words. Your address is shown to nobody."
    ),
}


def visit_of(secret: str, *, at: datetime) -> Visit | None:
    """The visit of the browser that holds this secret, unless it is over."""
    visit = Visit.objects.select_related("referee").filter(browser=digest(secret)).first()
    return visit if visit is not None and visit.ends_at > at else None


def stopped_for(referee: Referee) -> list[str]:
    """The consultants in whose name no letters reach her, as they called themselves when they asked."""
    hashed = mailbox_hash(referee.email)
    ids = ConsultantStop.objects.filter(mailbox_hash=hashed).values("consultant_id")
    rows = Ask.objects.filter(referee=referee, consultant__in=ids).order_by("id")
    return sorted({str(about["consultant"]) for about in rows.values_list("about", flat=True)})


def copy_of(referee: Referee, *, at: datetime) -> dict[str, Any]:
    """Everything, as JSON holds it: what she said in every version, what she was asked, which letters went to her."""
    return {
        "copied_at": at.isoformat(),
        "person": {
            "name": referee.name,
            "address": referee.email,
            "country": referee.country,
            "language": language_of(referee),
            "known_since": referee.created_at.isoformat(),
        },
        "letters_stopped": is_suppressed(referee.email),
        "stopped_consultants": stopped_for(referee),
        "questions": [_question(ask) for ask in asked_of(referee.pk)],
    }


def _question(ask: Ask) -> dict[str, Any]:
    letters = AskStep.objects.filter(ask=ask, step__in=LETTER_STEPS, state="sent").order_by("sent_at")
    return {
        "kind": ask.kind,
        "asked_at": ask.created_at.isoformat(),
        "name_given_by": named_by(ask),
        "about": ask.about,
        "status": ask.status,
        "since": ask.status_at.isoformat(),
        "letters": [letter.sent_at.isoformat() for letter in letters if letter.sent_at],
        "filled_in_and_not_sent": {} if ask.status == "answered" else ask.draft,
        "wrote_back": [
            {"received_at": reply.received_at.isoformat()}
            | {name: getattr(reply, name) for name in ("kind", "sender", "subject", "text", "attachments")}
            for reply in of_ask(ask.pk)
        ],
        "said": _versions(ask),
        "who_may_read_it": str(READERS.get(ask.kind, ""))
        if ask.status == "answered"
        else _("Nobody but our staff."),
    }


def _versions(ask: Ask) -> Sequence[Mapping[str, Any]]:
    """Oldest first; the last one stands."""
    match ask.kind:
        case "outcome":
            return [_attested(row) for row in said_in(ask.pk)]
        case "sustain":
            return [_followed_up(row) for row in said_again_in(ask.pk)]
        case "peer":
            return [_referred(row) for row in versions_in(ask.pk)]
        case "goal" if ask.status == "answered":
            accepted_at = Goal.objects.values_list("client_accepted_at", flat=True).get(pk=ask.subject_id)
            return [{"given_at": ask.status_at.isoformat(), "accepted": accepted_at is not None}]
    return []


def _attested(row: Attestation) -> dict[str, Any]:
    if row.withdrawn:
        return {"given_at": row.given_at.isoformat(), "taken_back": True}
    answers = {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in asdict(answers_in(row)).items()
    }
    return {"given_at": row.given_at.isoformat(), "taken_back": False, "evidence_level": row.level, **answers}


def _followed_up(row: FollowUp) -> dict[str, Any]:
    given_at = row.given_at.isoformat()
    if row.withdrawn:
        return {"given_at": given_at, "taken_back": True}
    value = None if row.value is None else str(row.value)
    return {"given_at": given_at, "taken_back": False, "still": row.still, "value": value}


def _referred(row: Referral) -> dict[str, Any]:
    given_at = row.given_at.isoformat() if row.given_at else ""
    return {"given_at": given_at, "taken_back": row.status == "withdrawn", **asdict(words_in(row))}
