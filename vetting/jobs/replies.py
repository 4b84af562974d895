"""The mailbox of replies, where the settings name one."""

from io import StringIO

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command

EVERY = 60  # seconds; whichever worker comes first


def wake() -> None:
    """Two that read at once do no harm: a message counts once."""
    if settings.REPLY_IMAP_URL and cache.add("replies-read", "now", timeout=EVERY):
        call_command("read_replies", imap=True, stdout=StringIO())
