"""Ring after commit, so that a worker looks sooner than at its next sweep. Losing a bell loses nothing."""

from functools import partial

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger()


def ring(*rooms: str) -> None:
    """`ring("scorecards")` wakes that job once this transaction has committed; the caller never waits for a broker."""
    for room in rooms:
        transaction.on_commit(partial(_ring, room))


def _ring(room: str) -> None:
    try:
        current_app.send_task(f"{room}.wake", retry=False)
    except (OperationalError, OSError) as error:
        log.warning("bell_not_heard", room=room, error=type(error).__name__)
