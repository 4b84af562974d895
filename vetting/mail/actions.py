"""Stop writing to somebody."""

from datetime import datetime

from vetting.mail.models import Suppression
from vetting.mail.queries import mailbox_hash


def suppress(address: str, *, reason: str, at: datetime) -> Suppression:
    """Global and immediate; the first reason stays."""
    return Suppression.objects.get_or_create(
        mailbox_hash=mailbox_hash(address), defaults={"reason": reason, "at": at}
    )[0]
