"""What runs when. All of it is harmless to run twice, or late, or from two places."""

from collections.abc import Callable
from typing import Any

from vetting.jobs import accounts, followups, forecasts, indexes, privacy, replies, scorecards, search

# The worker's own sweep and beat ring the same bells: either one alone is enough.
WAKES: tuple[Callable[[], None], ...] = (
    privacy.wake,
    followups.wake,
    scorecards.wake,
    search.wake,
    forecasts.wake,
    accounts.wake,
)
# What waits for somebody else's server, or reads everybody, has a thread of its own in the worker, and no bell: no letter
# is late for it.
SLOW_WAKES: tuple[Callable[[], None], ...] = (replies.wake, indexes.wake)
SWEEP_SECONDS = 5

BEAT: dict[str, dict[str, Any]] = {
    "privacy": {"task": "privacy.wake", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "followups": {"task": "followups.wake", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "scorecards": {
        "task": "scorecards.wake",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    },
    "search": {"task": "search.wake", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "forecasts": {"task": "forecasts.wake", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
    "accounts": {"task": "accounts.wake", "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
}
