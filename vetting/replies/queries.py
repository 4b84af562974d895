"""Replies found: those that wait for staff, and on which day somebody wrote back."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db.models import Max

from vetting.followups.models import Ask
from vetting.followups.queries import by_letter, by_reply_token
from vetting.replies.models import Reply
from vetting.replies.reading import Incoming


def ask_of(message: Incoming) -> Ask | None:
    """The ask that a message leads to, by what only a reader of its letters can know."""
    found = (*map(by_reply_token, message.tokens[:5]), *map(by_letter, message.letters[:5]))
    return next((ask for ask in found if ask is not None), None)


def waiting() -> int:
    """Replies by people that staff have not looked at."""
    return Reply.objects.filter(kind="person", settled_at=None).count()


def wrote_back(ask_ids: Iterable[UUID]) -> Mapping[UUID, date]:
    """For each ask to which a person wrote back: the day of the last time. The words are for staff."""
    rows = Reply.objects.filter(ask__in=list(ask_ids), kind="person").values("ask")
    last = rows.annotate(last=Max("received_at")).order_by("ask")
    return {row["ask"]: row["last"].date() for row in last}


def of_ask(ask_id: UUID) -> list[Reply]:
    """Oldest first."""
    return list(Reply.objects.filter(ask_id=ask_id).order_by("received_at", "id"))
