"""How often we write, and when: pure dates, no rows.

Day 0 the ask, days 4 and 11 a reminder, day 30 the end; who is asked the same number again is reminded once. Letters
leave on working days from 08 to 18 in the reader's own time zone; zone and public holidays are her country's, where that
is known. A country code that is empty or unknown has UTC, Saturday and Sunday, and no holidays.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import holidays
from holidays import HolidayBase

OPENS, CLOSES = time(8), time(18)
EXPIRY = timedelta(days=30)
LONGEST = timedelta(days=60)  # of a question whose reader says that she is away beyond its end
AFTER_RETURN = timedelta(days=7)  # that she then has
KEPT_UNANSWERED = timedelta(days=30)  # name and address of one who did not answer, after her ask has run out
DAYS = {"ask": 0, "reminder_4": 4, "told_silent": 11, "reminder_11": 11, "told_end": 30}
REMINDERS = ("reminder_4", "reminder_11")
FEWER_REMINDERS = {"sustain": ("reminder_11",)}  # by the kind of the ask

LETTERS, LETTERS_WINDOW = 3, timedelta(days=30)
GAP = timedelta(
    days=3
)  # between two letters of one ask, where holidays or an outage have made both due at once
NEW_ASKS, NEW_ASKS_WINDOW = 2, timedelta(days=90)

# A claim that is lost while its letter is still being announced costs nothing: the last check before DATA sees it.
# With DATA the lease starts anew, and outlasts the two answers that are then still to come.
LEASE = timedelta(seconds=45)
HANDED_BACK = timedelta(
    seconds=15
)  # a claimed letter whose turn has not come by then; it needs the rest of its lease
# A temporary refusal is tried again for four days and some hours, as RFC 5321 (4.5.4.1) advises; minutes.
_BACKOFF = (1, 5, 15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440)
MOST_ATTEMPTS = len(_BACKOFF) + 1
# Greylisting lets a letter in that comes again after some minutes, by most servers' default five.
_COME_AGAIN = (6, 15, 30, 60)
MOST_DEFERRED = 24  # a server that still says "later" then means no


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    """The first zone of each country in the IANA table; a country of several zones is asked at that one's hours.

    A line names first the country it is about, then others that share it: Crimea's is no zone for all Ukraine.
    """
    own: dict[str, str] = {}
    shared: dict[str, str] = {}
    table = files("tzdata.zoneinfo").joinpath("zone1970.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            countries, _, zone, *_ = line.split("\t")
            first, *others = countries.split(",")
            own.setdefault(first, zone)
            for country in others:
                shared.setdefault(country, zone)
    return shared | own


def zone_of(country: str) -> ZoneInfo:
    return ZoneInfo(_zones().get(country, "UTC"))


@lru_cache(maxsize=1024)
def _calendar(country: str, year: int) -> HolidayBase | None:
    if country not in holidays.list_supported_countries():
        return None
    return holidays.country_holidays(country, years=year)


def is_working_day(day: date, country: str) -> bool:
    """By the calendar of the whole country, its own weekend included; what a part of it keeps is a working day to us."""
    calendar = _calendar(country, day.year)
    return day.weekday() < 5 if calendar is None else calendar.is_working_day(day)


def next_office_hour(moment: datetime, country: str) -> datetime:
    """`moment` itself where it falls on a working day from 08 to 18 there, else the next such opening."""
    zone = zone_of(country)
    local = moment.astimezone(zone)
    if local.time() >= CLOSES:
        local = datetime.combine(local.date() + timedelta(days=1), OPENS, tzinfo=zone)
    elif local.time() < OPENS:
        local = datetime.combine(local.date(), OPENS, tzinfo=zone)
    while not is_working_day(local.date(), country):
        local = datetime.combine(local.date() + timedelta(days=1), OPENS, tzinfo=zone)
    return max(local.astimezone(moment.tzinfo), moment)


def closing_hour(moment: datetime, country: str) -> datetime:
    """The end of that day's office hours there."""
    zone = zone_of(country)
    return datetime.combine(moment.astimezone(zone).date(), CLOSES, tzinfo=zone)


def due(step: str, *, begun_at: datetime, country: str) -> datetime:
    """When that step of an ask begun at `begun_at` is due."""
    return next_office_hour(begun_at + timedelta(days=DAYS[step]), country)


def later_steps(kind: str, *, begun_at: datetime, country: str) -> dict[str, datetime]:
    """What follows the first letter of such an ask, and when."""
    steps = (*FEWER_REMINDERS.get(kind, REMINDERS), "told_silent")
    return {step: due(step, begun_at=begun_at, country=country) for step in steps}


def after_absence(
    due: Sequence[datetime], *, back_on: date, country: str, ends_at: datetime
) -> list[datetime]:
    """When reminders that are due at `due`, in their order, are due for a reader who names `back_on` as her return.

    After that day, three days apart, never earlier than before. One without room before the question's end stands at the
    end, where it is not sent any more.
    """
    earliest = datetime.combine(back_on, CLOSES, tzinfo=zone_of(country))
    moved = []
    for moment in due:
        later = moment if moment >= earliest else next_office_hour(earliest, country)
        moved.append(max(moment, min(later, ends_at)))
        earliest = moved[-1] + GAP
    return moved


def end_after_absence(*, back_on: date, country: str, begun_at: datetime, ends_at: datetime) -> datetime:
    """When the question of one who names `back_on` as her return ends: a week after it, by day 60, never sooner than now.

    Where she is away for longer than that, waiting gains nothing.
    """
    back = next_office_hour(datetime.combine(back_on, CLOSES, tzinfo=zone_of(country)), country)
    latest = begun_at + LONGEST
    return ends_at if back >= latest else max(ends_at, min(back + AFTER_RETURN, latest))


def retry_after(attempts: int, *, spread: float) -> timedelta:
    """The wait after so many temporary refusals: a minute at first, a day in the end.

    `spread`, from 0 to 1, shortens it by up to a quarter, so that letters refused together do not come back together.
    """
    minutes = _BACKOFF[min(max(attempts, 1), len(_BACKOFF)) - 1]
    return timedelta(minutes=minutes * (1 - spread / 4))


def come_again_after(deferred: int) -> timedelta:
    """The wait of a letter that was greylisted so many times before."""
    return timedelta(minutes=_COME_AGAIN[min(deferred, len(_COME_AGAIN) - 1)])


def earliest_letter(sent: Sequence[datetime], *, at: datetime) -> datetime:
    """When another letter to this mailbox keeps within the cap, given when the last ones went out."""
    return _earliest(sent, most=LETTERS, window=LETTERS_WINDOW, at=at)


def earliest_ask(begun: Sequence[datetime], *, at: datetime) -> datetime:
    """When a new ask to this mailbox keeps within the cap."""
    return _earliest(begun, most=NEW_ASKS, window=NEW_ASKS_WINDOW, at=at)


def _earliest(moments: Sequence[datetime], *, most: int, window: timedelta, at: datetime) -> datetime:
    recent = sorted(moment for moment in moments if moment > at - window)
    return recent[-most] + window if len(recent) >= most else at
