"""Counts of windows that are over."""

from celery import shared_task

from vetting.accounts.actions import forget_counts
from vetting.jobs.clock import now


@shared_task(name="accounts.wake")
def wake() -> None:
    forget_counts(at=now())
