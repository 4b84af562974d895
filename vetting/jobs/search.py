"""Listings that do not match their card."""

from celery import shared_task

from vetting.search.actions import refresh
from vetting.search.queries import stale

BATCH = 50


@shared_task(name="search.wake")
def wake() -> None:
    while profile_ids := stale(most=BATCH):
        refresh(profile_ids)
