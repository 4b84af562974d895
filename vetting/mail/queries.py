"""May a letter go to this address, and how fast is its domain's line."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from django.conf import settings

from vetting.kernel.keys import keyed_hash
from vetting.kernel.mailboxes import mailbox_of
from vetting.mail.models import Pace, Suppression, WarmUp
from vetting.mail.rules import Tempo, day_limit


def mailbox_hash(address: str) -> str:
    return keyed_hash(mailbox_of(address), key=settings.ADDRESS_HASH_KEY)


def is_suppressed(address: str) -> bool:
    return bool(suppressed([address]))


def suppressed(addresses: Iterable[str]) -> set[str]:
    """Those of them that nobody writes to any more."""
    hashes = {address: mailbox_hash(address) for address in addresses}
    found = set(
        Suppression.objects.filter(mailbox_hash__in=hashes.values()).values_list("mailbox_hash", flat=True)
    )
    return {address for address, hash_ in hashes.items() if hash_ in found}


def suppressed_count() -> int:
    return Suppression.objects.count()


def tempi(domains: Iterable[str]) -> Mapping[str, Tempo]:
    """Of those domains to which anything was ever sent."""
    rows = Pace.objects.filter(domain__in=list(domains)).order_by("domain")
    return {row.domain: Tempo(row.free_at, row.strain, row.slowed_at) for row in rows}


def warm_up(*, at: datetime) -> tuple[int, int] | None:
    """Letters begun today and the most that may be; None where this sender has no limit."""
    row, today = WarmUp.objects.first(), at.astimezone(UTC).date()
    began_on = today if row is None else row.began_on
    limit = day_limit(settings.MAIL_WARM_UP, began_on=began_on, on=today)
    if limit is None:
        return None
    return (row.begun if row is not None and row.day == today else 0), limit
