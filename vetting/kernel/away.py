"""The database is away: restarting, full, out of reach. It comes back by itself, so whoever asked may ask again."""

from typing import Final

from django.db.utils import InterfaceError, OperationalError

AWAY: Final = (OperationalError, InterfaceError)
AGAIN_AFTER: Final = 5  # seconds: a restart takes about as long
