"""The line of a domain, tried on any history."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vetting.mail.rules import (
    AT_ONCE,
    GAP,
    LATE,
    LONGEST_PAUSE,
    MOST_STRAIN,
    PAUSE,
    Tempo,
    day_ends,
    day_limit,
    gap_at,
    pushed,
    slowed,
    still_holds,
    strain_at,
    take,
)

AT = datetime(2026, 5, 4, 6, tzinfo=UTC)
FREE = Tempo(free_at=AT)
FAR = AT + timedelta(days=2)
# A busy machine is no fault of a rule.
CROWDED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def taken(tempo, moments, *, ends_at=FAR):
    slots = []
    for moment in moments:
        slot, tempo = take(tempo, at=moment, ends_at=ends_at)
        slots.append(slot)
    return slots, tempo


def test_the_first_few_go_at_once_and_the_others_one_after_the_other():
    slots, _ = taken(FREE, [AT] * (AT_ONCE + 3))
    assert slots == [AT] * AT_ONCE + [AT + GAP, AT + 2 * GAP, AT + 3 * GAP]


def test_a_line_that_was_left_alone_has_its_few_again():
    _, tempo = taken(FREE, [AT] * AT_ONCE)
    later = AT + AT_ONCE * GAP
    assert taken(tempo, [later] * (AT_ONCE + 1))[0] == [later] * AT_ONCE + [later + GAP]


def test_who_finds_no_slot_takes_none():
    slots, tempo = taken(FREE, [AT] * (AT_ONCE + 2), ends_at=AT + GAP)
    assert slots == [AT] * AT_ONCE + [None, None]
    assert tempo.free_at == AT + AT_ONCE * GAP


@CROWDED
@given(
    st.lists(st.integers(0, 90_000).map(lambda ms: timedelta(milliseconds=ms)), min_size=1, max_size=80),
    st.sampled_from([GAP, GAP / 7, GAP * 40]),
)
def test_never_more_than_the_pace_and_never_later_than_it_asks(steps, behind):
    """For clocks that go on; `behind` is how much two workers may differ."""
    moments, clock = [], AT
    for number, step in enumerate(steps):
        clock += step / 10
        moments.append(clock - (behind if number % 3 == 2 else timedelta()))
    slots, tempo, before = [], FREE, FREE
    for moment in moments:
        slot, tempo = take(before, at=moment, ends_at=FAR)
        assert slot >= moment
        # Work is kept: it waits only for letters that stand before it.
        assert slot == max(moment, max(before.free_at, moment) - (AT_ONCE - 1) * GAP)
        slots.append(slot)
        before = tempo
    for first, slot in enumerate(slots):
        for last in range(first + AT_ONCE, len(slots)):
            assert slots[last] - slot >= (last - first - AT_ONCE + 1) * GAP


@CROWDED
@given(
    st.lists(
        st.tuples(st.sampled_from(["take", "push", "slow"]), st.integers(-3 * 86_400, 3 * 86_400)),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_the_clock_does_a_letter_waits_for_a_day_at_most(history):
    tempo, clock = FREE, AT
    for verb, seconds in history:
        clock += timedelta(seconds=seconds)
        if verb == "slow":
            tempo = slowed(tempo, at=clock)
        elif verb == "push":
            tempo = pushed(tempo, at=clock)
        else:
            slot, tempo = take(tempo, at=clock, ends_at=day_ends(clock))
            assert slot is None or clock <= slot < day_ends(clock)
        assert strain_at(tempo, at=clock) <= MOST_STRAIN
    # The clock is right from now on: tomorrow there is a slot, even for one who has waited behind a false line.
    clock = day_ends(clock) + LONGEST_PAUSE
    assert take(tempo, at=clock, ends_at=day_ends(clock))[0] is not None


def test_a_clock_that_was_days_ahead_is_not_believed():
    ahead = AT + timedelta(days=3)
    _, tempo = taken(FREE, [ahead] * 50, ends_at=ahead + timedelta(days=1))
    assert taken(tempo, [AT] * (AT_ONCE + 1))[0] == [AT] * AT_ONCE + [AT + GAP]


def test_a_letter_that_does_not_wait_makes_the_others_wait():
    tempo = FREE
    for _ in range(AT_ONCE):
        tempo = pushed(tempo, at=AT)
    assert taken(tempo, [AT])[0] == [AT + GAP]
    for _ in range(100_000):
        tempo = pushed(tempo, at=AT)
    assert tempo.free_at == day_ends(AT)


# --- a server that complains ----------------------------------------------------------------------------


def test_a_complaint_brings_a_pause_and_half_the_speed():
    tempo = slowed(taken(FREE, [AT] * 40)[1], at=AT)
    assert taken(tempo, [AT] * 3)[0] == [AT + PAUSE, AT + PAUSE + 2 * GAP, AT + PAUSE + 4 * GAP]


def test_complaints_about_letters_that_were_on_their_way_are_one():
    once = slowed(FREE, at=AT)
    assert slowed(once, at=AT + timedelta(seconds=59)) == once
    twice = slowed(once, at=AT + timedelta(minutes=1))
    assert (twice.strain, twice.free_at - (AT + timedelta(minutes=1))) == (2, 2 * PAUSE)


def test_each_further_complaint_doubles_it_up_to_a_limit():
    tempo, clock, pauses = FREE, AT, []
    for _ in range(8):
        clock += timedelta(minutes=2)
        tempo = slowed(tempo, at=clock)
        pauses.append(tempo.free_at - clock)
    minutes = [timedelta(minutes=each) for each in (5, 10, 20, 40, 60, 60, 60, 60)]
    assert pauses == minutes
    assert gap_at(tempo, at=clock) == 64 * GAP


def test_each_quiet_hour_takes_one_step_back():
    tempo = Tempo(free_at=AT, strain=2, slowed_at=AT)
    hours = [0, 59 / 60, 1, 2, 50]
    assert [strain_at(tempo, at=AT + timedelta(hours=each)) for each in hours] == [2, 2, 1, 0, 0]
    assert strain_at(tempo, at=AT - timedelta(days=1)) == 2
    later = AT + timedelta(hours=2)
    assert taken(tempo, [later] * (AT_ONCE + 1))[0] == [later] * AT_ONCE + [later + GAP]


@pytest.mark.parametrize(
    ("taken_at", "late", "holds"),
    [
        (AT, timedelta(0), True),
        (AT, LATE, True),
        (AT, LATE + timedelta(microseconds=1), False),
        (AT, -timedelta(microseconds=1), False),
    ],
)
def test_a_slot_is_good_in_its_own_minute(taken_at, late, holds):
    slot = AT + timedelta(minutes=3)
    assert still_holds(FREE, slot=slot, taken_at=taken_at, at=slot + late) is holds


def test_a_slot_from_before_a_complaint_is_good_no_more():
    tempo, slot = slowed(FREE, at=AT), AT + timedelta(minutes=7)
    before, since = AT - timedelta(seconds=1), AT
    assert [still_holds(tempo, slot=slot, taken_at=each, at=slot) for each in (before, since)] == [
        False,
        True,
    ]


# --- a young sender -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "limit"),
    [(-3, 200), (0, 200), (1, 400), (2, 800), (8, 51_200), (9, None), (10, None), (100_000, None)],
)
def test_a_new_sender_doubles_each_day_until_it_is_known(days, limit):
    began = date(2026, 5, 4)
    assert day_limit(200, began_on=began, on=began + timedelta(days=days)) == limit


def test_a_known_sender_has_no_limit():
    assert day_limit(0, began_on=date(2026, 5, 4), on=date(2026, 5, 4)) is None


def test_the_day_is_that_of_utc():
    assert day_ends(datetime.fromisoformat("2026-05-05T02:30+03:00")) == datetime(2026, 5, 5, tzinfo=UTC)
