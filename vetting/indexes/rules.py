"""When a segment is worth its building."""

from vetting.search import models as search
from vetting.segments.files import FORMAT

EDITION = 100 * search.EDITION + FORMAT  # of the listings, and of the arrays that are made of them
LEAST_LISTINGS = 2_000  # below it PostgreSQL answers in no time, and nothing is built
_LEAST_CHANGES = 500
_PART = 500


def most_changes(documents: int) -> int:
    """Each process reads what changed into memory of its own, and a build reads all: one change in so many is enough."""
    return max(_LEAST_CHANGES, documents // _PART)
