"""The world from its script to what a visitor finds: history played, cards computed, listings built."""

from collections.abc import Callable

from vetting.kernel.whole import whole
from vetting.management.demo.play import play
from vetting.management.demo.script import Script
from vetting.scorecards.actions import calibrate, compute
from vetting.scorecards.queries import stale as without_card
from vetting.search.actions import refresh
from vetting.search.queries import stale as without_listing

_PLAYED = 0.92  # of the time; the rest goes into cards and listings
_BATCH = 50


@whole
def build(script: Script, *, on_part: Callable[[float], None]) -> None:
    """All or nothing; `on_part` hears how much is done, 0 to 1.

    In one transaction: a worker that saw the past half made would send its letters in earnest, and a world that was
    left half made could not be taken back, since testimony cannot be deleted.
    """
    play(script, on_day=lambda part: on_part(part * _PLAYED))
    calibrate(at=script.closes)
    while profiles := without_card(at=script.closes, most=_BATCH):
        compute(profiles, at=script.closes)
    on_part((1 + _PLAYED) / 2)
    while profiles := without_listing(most=_BATCH):
        refresh(profiles)
    on_part(1.0)
