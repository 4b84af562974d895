"""Listings that do not match their card."""

from celery import shared_task

from vetting.jobs.clock import now
from vetting.search.actions import refresh
from vetting.search.queries import stale

BATCH = 50


@shared_task(name="search.wake")
def wake() -> None:
    while profile_ids := stale(at=now(), most=BATCH):
        refresh(profile_ids, at=now())
