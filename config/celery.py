"""The bell. What is due stands in tables; Celery only says when to look, and so does the worker's own sweep."""

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from celery import Celery, bootsteps
from celery.app.amqp import AMQP
from celery.signals import setup_logging
from django.db import close_old_connections
from kombu import Connection
from kombu.utils.imports import symbol_by_name

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SWEEP_SECONDS = 5.0


class _Line(Connection):
    """Looks for a Redis that is away every few seconds, however long it has been so; else it would come to be 30."""

    def _ensure_connection(self, *given: Any, **options: Any) -> Any:
        options.setdefault("interval_max", SWEEP_SECONDS)
        return super()._ensure_connection(*given, **options)


class _Post(AMQP):
    Connection = _Line


app = Celery("touchstone", amqp=_Post)
app.config_from_object("django.conf:settings", namespace="CELERY")

_log = structlog.get_logger(__name__)


@setup_logging.connect
def _keep_our_logs(**_: Any) -> None:
    """Without a receiver Celery would lay its own handlers over ours, which let addresses through."""


@app.on_after_finalize.connect
def _hang_the_bells(sender: Celery, **_: Any) -> None:
    # Named, not imported: the jobs read tables, which exist only once Django is ready.
    sender.conf.beat_schedule = symbol_by_name("vetting.jobs.schedule:BEAT")


class Sweep(bootsteps.StartStopStep):
    """Begins once the pool has forked and before anybody waits for the broker: without Redis letters go out too."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._closing = threading.Event()

    def start(self, _parent: Any) -> None:
        for name in ("WAKES", "SLOW_WAKES"):
            wakes = symbol_by_name(f"vetting.jobs.schedule:{name}")
            threading.Thread(target=sweep, args=[wakes, self._closing], name=name, daemon=True).start()

    def stop(self, _parent: Any) -> None:
        self._closing.set()


app.steps["worker"].add(Sweep)


def sweep(wakes: Sequence[Callable[[], object]], closing: threading.Event) -> None:
    """Call every wake each few seconds until the worker closes, whether or not a bell ever rings.

    The waits are monotonic: a clock set back or forward neither stalls nor floods it. One wake that fails
    keeps no other from its turn.
    """
    while not closing.wait(SWEEP_SECONDS):
        for wake in wakes:
            close_old_connections()
            try:
                wake()
            except Exception:  # noqa: BLE001 - whatever it is, the next wake still has its turn
                _log.exception("sweep_failed", wake=f"{wake.__module__}.{wake.__qualname__}")
            finally:
                close_old_connections()
