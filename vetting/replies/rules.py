"""What a message is, whether it is taken, and who settles it."""

from datetime import datetime, timedelta

from vetting.followups.models import Ask
from vetting.kernel.actors import Actor
from vetting.kernel.keys import fold
from vetting.kernel.verdict import ALLOWED, Verdict, refuse
from vetting.replies.absence import is_absence
from vetting.replies.models import Reply
from vetting.replies.reading import Incoming
from vetting.replies.states import WRITTEN

MOST_A_DAY = 20  # messages to one ask: a mailbox gone wild must not fill the table

# As the whole of a message, in the languages of our letters; folded.
_STOP = frozenset(
    (
        "stop",
        "stopp",
        "unsubscribe",
        "please unsubscribe",
        "please stop",
        "remove me",
        "abmelden",
        "abbestellen",
        "bitte abmelden",
        "desabonner",
        "me desabonner",
        "desinscrire",
        "desinscription",
        "arreter",
        "baja",
        "darme de baja",
        "cancelar suscripcion",
        "atrakstities",
        "atteikties",
        "стоп",
        "отписаться",
        "отписка",
    )
)


def kind_of(message: Incoming) -> str:
    """By headers and by what standards define; of the words only a stop that is the whole of them."""
    if message.report:
        return message.report
    if message.is_automatic or is_absence(message.subject):
        return "automatic"
    return "stop" if _only(message.text or message.subject) in _STOP else "person"


def may_take(ask: Ask, kind: str, *, at: datetime) -> Verdict:
    """The reader of a refusal is whoever runs the mail server."""
    if not ask.referee.email:
        return refuse("erased", "Whoever was asked has been erased here.")
    if kind in WRITTEN:
        recent = Reply.objects.filter(ask=ask, kind__in=WRITTEN, received_at__gt=at - timedelta(days=1))
        if recent.count() >= MOST_A_DAY:
            return refuse("too_many", f"{MOST_A_DAY} messages came to this address within a day already.")
    return ALLOWED


def may_settle(actor: Actor, reply: Reply) -> Verdict:
    if not actor.is_staff:
        return refuse("not_staff", "Only staff read replies.")
    if reply.kind != "person" or reply.settled_at is not None:
        return refuse("settled", "This reply waits for nobody any more.")
    return ALLOWED


def _only(text: str) -> str:
    """The words of a short text, folded; nothing of a long one."""
    words = "".join(each if each.isalnum() else " " for each in fold(text[:80]))
    return " ".join(words.split()) if len(text) < 80 else ""
