"""Segments, as soon as enough has changed."""

import structlog

from vetting.indexes.actions import rebuild
from vetting.indexes.queries import is_due
from vetting.jobs.clock import now

log = structlog.get_logger()


def wake() -> None:
    if is_due() and (made := rebuild(at=now())):
        log.info("segment_built", documents=made.documents, megabytes=round(made.bytes / 1e6))
