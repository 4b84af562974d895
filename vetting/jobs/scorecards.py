"""The nightly calibration, and cards that are out of date."""

from celery import shared_task

from vetting.jobs.clock import now
from vetting.scorecards.actions import calibrate, compute
from vetting.scorecards.queries import calibration_is_due, stale

BATCH = 200


@shared_task(name="scorecards.wake")
def wake() -> None:
    at = now()
    if calibration_is_due(at=at):
        calibrate(at=at)
    while profile_ids := stale(at=at, most=BATCH):
        compute(profile_ids, at=now())
