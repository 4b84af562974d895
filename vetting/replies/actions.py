"""Take a message, and do what it means. None of it ever sends a letter back."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from vetting.audit.actions import record
from vetting.followups import actions as followups
from vetting.followups.models import Ask
from vetting.followups.states import BEGUN
from vetting.kernel.actors import Actor, system
from vetting.kernel.keys import digest
from vetting.kernel.verdict import RefusedError, refuse, require
from vetting.kernel.whole import whole
from vetting.replies import rules
from vetting.replies.absence import back_on
from vetting.replies.models import Reply
from vetting.replies.queries import ask_of
from vetting.replies.reading import Incoming, read


class Taken(NamedTuple):
    reply: Reply
    is_new: bool


@whole
def take(raw: bytes, *, at: datetime) -> Taken:
    """Keep that message once and do once what it means; RefusedError says why not, and nothing was written.

    The same message is one with the same ask and Message-ID, or where it has none, with the same bytes.
    """
    message = read(raw)
    ask = ask_of(message)
    if ask is None:
        raise RefusedError(refuse("unknown", "This leads to no letter of ours."))
    followups.lock_open(ask.referee_id)
    ask.refresh_from_db()
    key = digest(f"{ask.pk.hex} {message.message_id or digest(raw.decode('latin-1'))}")
    known = Reply.objects.filter(key=key).first()
    if known is not None:
        return Taken(known, is_new=False)
    kind = rules.kind_of(message)
    require(rules.may_take(ask, kind, at=at))
    reply = _kept(ask, message, kind, key=key, at=at)
    _follow(ask, reply, at=at)
    return Taken(reply, is_new=True)


@whole
def settle(reply_id: UUID, *, by: Actor, at: datetime) -> None:
    """Staff have looked at it, and done what was to do."""
    reply = Reply.objects.select_for_update(no_key=True).get(pk=reply_id)
    require(rules.may_settle(by, reply))
    Reply.objects.filter(pk=reply_id).update(settled_at=at)
    record(reply, "settle", by=by, at=at)


@whole
def empty_words(referee_id: UUID) -> None:
    """Erase what she and her mail programs wrote; that something came stays."""
    replies = Reply.objects.filter(ask__referee_id=referee_id)
    replies.update(sender="", subject="", text="", attachments=[], back_on=None)


def _kept(ask: Ask, message: Incoming, kind: str, *, key: str, at: datetime) -> Reply:
    """Of a report nothing is kept but what it was."""
    words = not message.report
    reply = Reply.objects.create(
        ask=ask,
        key=key,
        kind=kind,
        received_at=at,
        sender=message.sender if words else "",
        subject=message.subject if words else "",
        text=message.text if words else "",
        attachments=list(message.attachments) if words else [],
        back_on=back_on(message.text, today=at.date()) if kind == "automatic" else None,
    )
    record(reply, "take", by=system("replies"), at=at, facts={"kind": kind, "ask": str(ask.pk)})
    return reply


def _follow(ask: Ask, reply: Reply, *, at: datetime) -> None:
    match reply.kind:
        case "stop":
            followups.stop(ask.pk, at=at)
        case "complaint":
            followups.stop(ask.pk, at=at, reason="complaint")
        case "failed" | "given_up":
            followups.bounce(ask, for_good=reply.kind == "failed", at=at)
        case "automatic" if reply.back_on is not None and ask.status in BEGUN:
            followups.wait_until_back(ask, back_on=reply.back_on, at=at)
