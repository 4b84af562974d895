"""Ring after commit, so that a worker looks sooner than at its next sweep. Losing a bell loses nothing."""

from functools import partial
from threading import Thread

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger()
_ringing: set[str] = set()


def ring(*rooms: str) -> None:
    """`ring("scorecards")` wakes that job once this transaction has committed."""
    for room in rooms:
        transaction.on_commit(partial(_ring, room))


def _ring(room: str) -> None:
    """In a thread of its own: a broker that is away takes seconds to be known as such, and no visitor waits for it."""
    if room not in _ringing:
        _ringing.add(room)
        Thread(target=_publish, args=(room,), name=f"bell-{room}", daemon=True).start()


def _publish(room: str) -> None:
    try:
        current_app.send_task(f"{room}.wake", retry=False)
    except (OperationalError, OSError) as error:
        log.warning("bell_not_heard", room=room, error=type(error).__name__)
    finally:
        _ringing.discard(room)
