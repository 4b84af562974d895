"""Cards that are out of date."""

from celery import shared_task

from vetting.jobs.clock import now
from vetting.scorecards.actions import compute
from vetting.scorecards.queries import stale

BATCH = 200


@shared_task(name="scorecards.wake")
def wake() -> None:
    at = now()
    while profile_ids := stale(at=at, most=BATCH):
        compute(profile_ids, at=now())
