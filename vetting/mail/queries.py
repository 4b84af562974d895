"""May a letter go to this address."""

from django.conf import settings

from vetting.kernel.keys import keyed_hash
from vetting.kernel.mailboxes import mailbox_of
from vetting.mail.models import Suppression


def mailbox_hash(address: str) -> str:
    return keyed_hash(mailbox_of(address), key=settings.ADDRESS_HASH_KEY)


def is_suppressed(address: str) -> bool:
    return Suppression.objects.filter(mailbox_hash=mailbox_hash(address)).exists()


def suppressed_count() -> int:
    return Suppression.objects.count()
