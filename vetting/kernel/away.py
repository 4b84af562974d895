"""What is away comes back by itself, so whoever asked may ask again: the database restarting, full, out of reach."""

from typing import Final

from django.db.utils import InterfaceError, OperationalError

AWAY: Final = (OperationalError, InterfaceError)
AGAIN_AFTER: Final = 5  # seconds: a restart takes about as long


class MailAwayError(Exception):
    """The mail server takes no letter, and somebody waits for one at her screen."""

    again_after = 60
