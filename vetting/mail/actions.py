"""Stop writing to somebody."""

from datetime import datetime

from django.db import transaction

from vetting.audit.actions import record
from vetting.kernel.actors import Actor
from vetting.mail.models import Suppression
from vetting.mail.queries import mailbox_hash


@transaction.atomic
def suppress(address: str, *, reason: str, by: Actor, at: datetime) -> Suppression:
    """Global and immediate; the first reason stays."""
    row, is_new = Suppression.objects.get_or_create(
        mailbox_hash=mailbox_hash(address), defaults={"reason": reason, "at": at}
    )
    if is_new:
        record(row, "suppress", by=by, at=at, facts={"reason": reason})
    return row
