"""Goals just accepted are foretold; what has come to an end is settled."""

from celery import shared_task

from vetting.forecasts.actions import foretell, settle
from vetting.forecasts.queries import due
from vetting.jobs.clock import now

BATCH = 200


@shared_task(name="forecasts.wake")
def wake() -> None:
    at = now()
    foretell(due(at=at, most=BATCH), at=at)
    settle(at=at)
