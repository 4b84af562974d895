"""Stop writing to somebody."""

from datetime import datetime

from vetting.mail.models import Suppression
from vetting.mail.queries import mailbox_hash


def suppress(address: str, *, reason: str, at: datetime) -> Suppression | None:
    """Global and immediate; None where it is so already, and the first reason stays."""
    row, is_new = Suppression.objects.get_or_create(
        mailbox_hash=mailbox_hash(address), defaults={"reason": reason, "at": at}
    )
    return row if is_new else None
