"""When letters go: on working days from 08 to 18 where the reader is, whatever the zone does that day."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vetting.followups import cadence
from vetting.followups.cadence import (
    GAP,
    after_absence,
    earliest_ask,
    earliest_letter,
    is_working_day,
    next_office_hour,
    retry_after,
    zone_of,
)
from vetting.kernel.places import COUNTRIES

countries = st.sampled_from([*sorted(COUNTRIES), "", "XX"])
moments = st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds UTC
_LONGEST = timedelta(days=16)  # the longest row of holidays and weekends of any country, in these years


def is_open(moment, country):
    local = moment.astimezone(zone_of(country))
    return is_working_day(local.date(), country) and time(8) <= local.time() < time(18)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a calendar is made at its first use
@given(moments, countries, st.floats(0, 1, exclude_max=True))
@example(datetime(2026, 3, 27, 18, tzinfo=UTC), "LV", 0.5)  # the clock goes forward that weekend
@example(datetime(2026, 10, 23, 18, tzinfo=UTC), "LV", 0.99)  # and back
@example(datetime(2026, 5, 8, 18, tzinfo=UTC), "KI", 0.0)
@example(datetime(2028, 2, 28, 18, tzinfo=UTC), "LV", 0.5)  # the next day is the 29th
@example(datetime(2026, 12, 31, 18, tzinfo=UTC), "JP", 0.5)  # a row of holidays over two years
def test_the_next_office_hour_is_open_and_none_lies_before_it(moment, country, share):
    found = next_office_hour(moment, country)
    assert is_open(found, country)
    assert timedelta(0) <= found - moment <= _LONGEST
    between = min(moment + (found - moment) * share, found - timedelta(microseconds=1))
    assert found == moment or not is_open(between, country)
    assert next_office_hour(found, country) == found


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(moments, countries)
def test_an_open_hour_is_taken_as_it_is(moment, country):
    assert (next_office_hour(moment, country) == moment) is is_open(moment, country)


@pytest.mark.parametrize(
    ("country", "at", "opens"),
    [
        ("LV", "2026-05-04T10:00", "2026-05-05T08:00"),  # independence restored
        (
            "LV",
            "2026-06-22T09:00",
            "2026-06-25T08:00",
        ),  # midsummer, with the bridging day its government decreed
        ("DE", "2026-04-02T18:00", "2026-04-07T08:00"),  # Good Friday to Easter Monday
        ("DE", "2026-06-04T10:00", "2026-06-04T10:00"),  # Corpus Christi, which only parts of Germany keep
        ("US", "2026-07-03T10:00", "2026-07-06T08:00"),  # the Fourth on a Saturday is kept on Friday
        (
            "JP",
            "2026-05-04T10:00",
            "2026-05-07T08:00",
        ),  # three holidays, and one for that which fell on Sunday
        ("SA", "2026-11-05T18:00", "2026-11-08T08:00"),  # the weekend is Friday and Saturday
        ("FR", "2028-02-29T10:00", "2028-02-29T10:00"),
        ("FR", "2028-02-29T18:00", "2028-03-01T08:00"),
    ],
)
def test_a_country_s_own_calendar(country, at, opens):
    zone = zone_of(country)
    moment, opening = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (at, opens))
    assert next_office_hour(moment, country) == opening


@pytest.mark.parametrize(
    ("at", "opens", "offset"),
    [
        ("2026-03-27T18:00", "2026-03-30T08:00", 3),
        ("2026-10-23T18:00", "2026-10-26T08:00", 2),
    ],
)
def test_the_morning_after_a_clock_was_changed_is_eight_by_the_new_time(at, opens, offset):
    zone = ZoneInfo("Europe/Riga")
    found = next_office_hour(datetime.fromisoformat(at).replace(tzinfo=zone), "LV").astimezone(zone)
    assert (found.replace(tzinfo=None), found.utcoffset()) == (
        datetime.fromisoformat(opens),
        timedelta(hours=offset),
    )


def test_a_year_after_the_29th_of_february_is_counted_in_days():
    begun = datetime(2028, 2, 29, 9, tzinfo=UTC)
    assert cadence.due("told_end", begun_at=begun, country="EE") == datetime(2028, 3, 30, 9, tzinfo=UTC)
    assert cadence.due("reminder_4", begun_at=begun, country="EE") == datetime(2028, 3, 6, 6, tzinfo=UTC)


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
    zone = ZoneInfo("Europe/Tallinn")
    moment, opening = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (at, opens))
    assert next_office_hour(moment, "EE") == opening


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(moments, countries)
def test_each_step_is_due_in_its_order_and_never_early(begun_at, country):
    days = {step: cadence.due(step, begun_at=begun_at, country=country) - begun_at for step in cadence.DAYS}
    assert days["ask"] <= days["reminder_4"] <= days["told_silent"] == days["reminder_11"] < days["told_end"]
    for step, number in cadence.DAYS.items():
        assert timedelta(days=number) <= days[step] <= timedelta(days=number) + _LONGEST


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


# --- a reader who is away -------------------------------------------------------------------------------

MONDAY = datetime(2026, 5, 4, 9, tzinfo=UTC)
ENDS = MONDAY + timedelta(days=30)
DAY_4, DAY_11 = MONDAY + timedelta(days=4), MONDAY + timedelta(days=11)


@pytest.mark.parametrize(
    ("back_on", "moved"),
    [
        (date(2026, 5, 7), [DAY_4, DAY_11]),  # past it already
        (date(2020, 1, 1), [DAY_4, DAY_11]),
        (date(2026, 5, 8), [datetime(2026, 5, 11, 5, tzinfo=UTC), DAY_11]),  # over the weekend
        (date(2026, 5, 13), [datetime(2026, 5, 14, 5, tzinfo=UTC), datetime(2026, 5, 18, 5, tzinfo=UTC)]),
        (date(2026, 6, 2), [datetime(2026, 6, 3, 5, tzinfo=UTC), ENDS]),  # room for one
        (date(2026, 6, 3), [ENDS, ENDS]),
        (date(9999, 12, 30), [ENDS, ENDS]),
    ],
)
def test_reminders_wait_for_one_who_is_away(back_on, moved):
    assert after_absence([DAY_4, DAY_11], back_on=back_on, country="EE", ends_at=ENDS) == moved


@pytest.mark.parametrize(
    ("back_on", "ends"),
    [
        (date(2020, 1, 1), ENDS),
        (date(2026, 5, 25), ENDS),  # back for longer than a week before the end
        (date(2026, 5, 27), datetime(2026, 6, 4, 5, tzinfo=UTC)),  # a week from the morning after
        (date(2026, 5, 29), datetime(2026, 6, 8, 5, tzinfo=UTC)),  # a Friday: from Monday
        (date(2026, 6, 30), MONDAY + timedelta(days=60)),  # three days are left until day 60
        (date(2026, 7, 3), ENDS),  # away for longer than the question may stay open
        (date(9999, 12, 30), ENDS),
    ],
)
def test_the_end_waits_for_one_who_is_away_beyond_it(back_on, ends):
    end = cadence.end_after_absence(back_on=back_on, country="EE", begun_at=MONDAY, ends_at=ENDS)
    assert end == ends
    assert cadence.end_after_absence(back_on=back_on, country="EE", begun_at=MONDAY, ends_at=end) == end


@given(
    st.lists(st.datetimes(datetime(2026, 5, 4), datetime(2026, 6, 3), timezones=st.just(UTC)), max_size=3),  # noqa: DTZ001 - the strategy adds UTC
    st.dates(date(2026, 4, 1), date(2026, 7, 1)),
    countries,
)
def test_they_are_never_earlier_nor_beyond_the_end_and_none_comes_before_the_return(due, back_on, country):
    moved = after_absence(due := sorted(due), back_on=back_on, country=country, ends_at=ENDS)
    for before, after in zip(due, moved, strict=True):
        assert before <= after <= max(before, ENDS)
        local = after.astimezone(zone_of(country))
        assert (
            local.date() > back_on or (local.date() == back_on and local.time() >= time(18)) or after == ENDS
        )
    for first, second in pairwise(moved):
        assert second - first >= GAP or second in {ENDS, due[moved.index(second)]}
