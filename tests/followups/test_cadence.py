"""When letters go: on weekdays from 08 to 18 where the reader is, whatever the zone does that day."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vetting.followups import cadence
from vetting.followups.cadence import earliest_ask, earliest_letter, next_office_hour, retry_after, zone_of
from vetting.kernel.places import COUNTRIES

ZONES = sorted({zone_of(country).key for country in COUNTRIES})
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from(ZONES).map(ZoneInfo)


def is_open(moment, zone):
    local = moment.astimezone(zone)
    return local.weekday() < 5 and time(8) <= local.time() < time(18)


@given(moments, zones, st.floats(0, 1, exclude_max=True))
@example(
    datetime(2026, 3, 27, 18, tzinfo=UTC), ZoneInfo("Europe/Riga"), 0.5
)  # the clock goes forward that weekend
@example(datetime(2026, 10, 23, 18, tzinfo=UTC), ZoneInfo("Europe/Riga"), 0.99)  # and back
@example(datetime(2026, 5, 8, 18, tzinfo=UTC), ZoneInfo("Pacific/Kiritimati"), 0.0)
def test_the_next_office_hour_is_open_and_none_lies_before_it(moment, zone, share):
    found = next_office_hour(moment, zone)
    assert is_open(found, zone)
    assert (
        timedelta(0) <= found - moment <= timedelta(hours=63)
    )  # Friday 18:00 to Monday 08:00, and a clock put back
    between = min(moment + (found - moment) * share, found - timedelta(microseconds=1))
    assert found == moment or not is_open(between, zone)
    assert next_office_hour(found, zone) == found


@given(moments, zones)
def test_an_open_hour_is_taken_as_it_is(moment, zone):
    assert (next_office_hour(moment, zone) == moment) is is_open(moment, zone)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-05-04T07:59", "2026-05-04T08:00"),
        ("2026-05-04T08:00", "2026-05-04T08:00"),
        ("2026-05-04T17:59", "2026-05-04T17:59"),
        ("2026-05-04T18:00", "2026-05-05T08:00"),
        ("2026-05-08T18:00", "2026-05-11T08:00"),
        ("2026-05-09T12:00", "2026-05-11T08:00"),
        ("2026-05-10T23:59", "2026-05-11T08:00"),
    ],
)
def test_office_hours_of_one_week(at, opens):
    zone = ZoneInfo("Europe/Riga")
    moment, opening = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (at, opens))
    assert next_office_hour(moment, zone) == opening


@given(moments, zones)
def test_each_step_is_due_in_its_order_and_never_early(begun_at, zone):
    days = {step: cadence.due(step, begun_at=begun_at, zone=zone) - begun_at for step in cadence.DAYS}
    assert days["ask"] < days["reminder_4"] < days["told_silent"] == days["reminder_11"] < days["told_end"]
    for step, number in cadence.DAYS.items():
        assert timedelta(days=number) <= days[step] <= timedelta(days=number, hours=63)


def test_days_are_those_that_were_promised():
    assert cadence.DAYS == {"ask": 0, "reminder_4": 4, "told_silent": 11, "reminder_11": 11, "told_end": 30}
    assert (timedelta(days=30), 3, timedelta(days=30)) == (
        cadence.EXPIRY,
        cadence.LETTERS,
        cadence.LETTERS_WINDOW,
    )
    assert (2, timedelta(days=90)) == (cadence.NEW_ASKS, cadence.NEW_ASKS_WINDOW)


@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("LV", "Europe/Riga"),
        ("DE", "Europe/Berlin"),
        ("JP", "Asia/Tokyo"),
        ("UA", "Europe/Kyiv"),
        ("LI", "Europe/Zurich"),
        ("", "UTC"),
        ("XX", "UTC"),
    ],
)
def test_a_countrys_zone(country, zone):
    assert zone_of(country).key == zone


def test_nearly_every_country_has_a_zone():
    assert sorted(country for country in COUNTRIES if zone_of(country).key == "UTC") == [
        "BV",
        "HM",
    ]  # nobody lives there


@given(st.integers(-3, 40), st.floats(0, 1))
def test_a_refused_letter_waits_longer_each_time_but_never_more_than_a_day(attempts, spread):
    wait = retry_after(attempts, spread=spread)
    assert timedelta(seconds=45) <= wait <= timedelta(days=1)
    assert wait <= retry_after(attempts + 1, spread=spread)
    assert retry_after(attempts, spread=1) == retry_after(attempts, spread=0) * 0.75


def test_a_temporary_refusal_is_tried_for_more_than_four_days_and_no_more_than_five():
    tried = sum((retry_after(n, spread=0) for n in range(1, cadence.MOST_ATTEMPTS)), timedelta())
    assert timedelta(days=4) < tried <= timedelta(days=5)


@given(st.lists(st.integers(0, 120 * 24), min_size=1, max_size=40))
def test_no_mailbox_ever_gets_more_than_its_caps_allow(hours):
    """Whatever is wanted when: each letter waits as long as it is told to."""
    for earliest, most, window in (
        (earliest_letter, cadence.LETTERS, cadence.LETTERS_WINDOW),
        (earliest_ask, cadence.NEW_ASKS, cadence.NEW_ASKS_WINDOW),
    ):
        sent = []
        at = start = datetime(2026, 1, 1, tzinfo=UTC)
        for hour in sorted(hours):
            at = max(at, start + timedelta(hours=hour))
            at = earliest(sent, at=at)
            assert earliest(sent, at=at) == at
            sent.append(at)
        assert all(later - earlier >= window for earlier, later in zip(sent, sent[most:], strict=False))


def test_a_cap_holds_until_the_oldest_of_the_last_leaves_the_window():
    day = [datetime(2026, 1, n, tzinfo=UTC) for n in range(1, 8)]
    assert earliest_letter(day[:2], at=day[3]) == day[3]
    assert earliest_letter(day[:3], at=day[3]) == day[0] + timedelta(days=30)
    assert earliest_letter([day[2], day[0], day[1], day[3]], at=day[4]) == day[1] + timedelta(days=30)
    assert earliest_letter(day[:3], at=day[0] + timedelta(days=30)) == day[0] + timedelta(days=30)
    assert earliest_ask(day[:2], at=day[3]) == day[0] + timedelta(days=90)
    assert date(2026, 4, 1) == earliest_ask(day[:2], at=day[3]).date()
