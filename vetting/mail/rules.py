"""How fast letters may follow each other: pure, so that any history can be tried on it.

The line of a domain is a generic cell rate algorithm (ITU-T I.371): its whole memory is the moment from which it is free.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

# Gentle: a company's server sees hundreds of letters an hour from a good sender, and its filters look at bursts.
GAP = timedelta(seconds=3)  # twenty letters a minute to one domain
AT_ONCE = 10  # the first few need not wait for each other
LATE = timedelta(minutes=1)  # a slot missed by more is taken anew

PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=1)
MOST_STRAIN = 6  # a letter every three minutes
EASES_AFTER = timedelta(hours=1)
TOGETHER = timedelta(minutes=1)  # refusals within it are one: those letters were on their way already

WARM = 100_000  # letters a day; whoever may send so many is known


@dataclass(frozen=True, slots=True)
class Tempo:
    """Of one domain. The line is free from `free_at`; each step of `strain`, of `slowed_at`, halves the speed."""

    free_at: datetime
    strain: int = 0
    slowed_at: datetime | None = None


def strain_at(tempo: Tempo, *, at: datetime) -> int:
    if tempo.slowed_at is None:
        return 0
    return max(0, tempo.strain - max(0, (at - tempo.slowed_at) // EASES_AFTER))


def gap_at(tempo: Tempo, *, at: datetime) -> timedelta:
    """Between two letters of the line."""
    return GAP * (1 << strain_at(tempo, at=at))


def take(tempo: Tempo, *, at: datetime, ends_at: datetime) -> tuple[datetime | None, Tempo]:
    """The next slot of that line and the line after it; None where it would lie at `ends_at`, today, or later."""
    gap = gap_at(tempo, at=at)
    free_at = max(at, tempo.free_at) if _is_possible(tempo.free_at, at=at) else at
    # A server that has complained gets no burst.
    ahead = timedelta() if strain_at(tempo, at=at) else gap * (AT_ONCE - 1)
    slot = max(at, free_at - ahead)
    return (None, tempo) if slot >= ends_at else (slot, replace(tempo, free_at=free_at + gap))


def pushed(tempo: Tempo, *, at: datetime) -> Tempo:
    """The line after a letter that did not wait in it."""
    free_at = max(at, tempo.free_at) + gap_at(tempo, at=at)
    return replace(tempo, free_at=min(free_at, max(tempo.free_at, day_ends(at))))


def still_holds(tempo: Tempo, *, slot: datetime, taken_at: datetime, at: datetime) -> bool:
    """A slot taken then is good now: in time, and of the line as it has been since the server last complained."""
    is_of_this_line = tempo.slowed_at is None or taken_at >= tempo.slowed_at
    return is_of_this_line and slot <= at <= slot + LATE


def slowed(tempo: Tempo, *, at: datetime) -> Tempo:
    """The server said that it is too much: a pause, then half the speed."""
    if tempo.slowed_at is not None and timedelta() <= at - tempo.slowed_at < TOGETHER:
        return tempo
    strain = min(MOST_STRAIN, strain_at(tempo, at=at) + 1)
    pause = min(LONGEST_PAUSE, PAUSE * 2 ** (strain - 1))
    return Tempo(free_at=at + pause, strain=strain, slowed_at=at)


def day_ends(at: datetime) -> datetime:
    """The day of lines and limits is UTC's."""
    return datetime.combine(at.astimezone(UTC).date() + timedelta(days=1), time(), tzinfo=UTC)


def day_limit(first: int, *, began_on: date, on: date) -> int | None:
    """Letters of a sender on that day, or None where it is known by now. `first` is the first day's, 0 for no limit."""
    days = min(max(0, (on - began_on).days), 64)
    limit = first * 2**days
    return None if first == 0 or limit >= WARM else limit


def _is_possible(free_at: datetime, *, at: datetime) -> bool:
    """False where only a clock that was ahead can have written it: no slot lies beyond a day, no pause is longer."""
    return free_at <= day_ends(at) + LONGEST_PAUSE
