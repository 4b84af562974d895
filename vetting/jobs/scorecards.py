"""The nightly calibration, and cards that are out of date."""

from celery import shared_task

from vetting.jobs.bell import ring
from vetting.jobs.clock import now
from vetting.scorecards.actions import calibrate, compute
from vetting.scorecards.queries import calibration_is_due, stale

BATCH = 200
NIGHT_SECONDS = (
    6 * 3600
)  # to learn, and to rescore everybody; answers are scored meanwhile by the worker's sweep


@shared_task(name="scorecards.wake", time_limit=NIGHT_SECONDS, soft_time_limit=NIGHT_SECONDS)
def wake() -> None:
    at = now()
    if calibration_is_due(at=at):
        calibrate(at=at)
    while profile_ids := stale(at=at, most=BATCH):
        compute(profile_ids, at=now())
        ring("search")
