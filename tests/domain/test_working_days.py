"""Which windows open on a date, and working days with their cut-off and close (C2, C3, C6)."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2a.domain.calendars import (
    Calendar,
    Window,
    business_days,
    expand,
    working_days,
)
from e2a.domain.policies import CalendarText
from tests.domain.test_calendars import CALENDARS

NEW_YORK = "America/New_York"
OFFICE = [{"from": "09:00", "to": "12:00"}, {"from": "12:30", "to": "17:00"}]
NIGHT = [{"from": "22:00", "to": "06:00"}]


def calendar(weekly=None, zone=NEW_YORK, **more) -> Calendar:
    text = {"weekly": weekly or {"mon-fri": OFFICE}, **more}
    return CalendarText.model_validate(text).calendar(zone)


def hours(calendar, day) -> list[str]:
    """The windows that open on a date, in local time."""
    found = [(i.starts_at, i.ends_at) for i in expand(calendar, day, day)]
    return ["-".join(f"{t.astimezone(calendar.zone):%H:%M}" for t in span) for span in found]


def only(calendar, day, cut_off=None):
    """Opening, cut-off and close of one working day, in local time."""
    (found,) = working_days(calendar, day, day, cut_off)
    instants = (found.opens_at, found.cut_off_at, found.closes_at)
    return [f"{t.astimezone(calendar.zone):%d %H:%M}" for t in instants]


def test_a_range_of_days_may_run_over_the_weekend():
    found = business_days(calendar({"fri-mon": OFFICE}), date(2026, 3, 9), date(2026, 3, 15))
    assert [d.is_business_day for d in found] == [True, False, False, False, True, True, True]
    assert [d.number for d in found] == [1, 1, 1, 1, 2, 3, 4]


def test_a_public_holiday_is_closed_on_its_observed_day_too():
    """4 July 2026 is a Saturday."""
    us = calendar({"mon-sun": OFFICE}, holidays={"country": "US"})
    assert hours(us, date(2026, 7, 3)) == []
    assert hours(us, date(2026, 7, 4)) == []
    assert hours(us, date(2026, 7, 6)) == ["09:00-12:00", "12:30-17:00"]


def test_new_years_day_of_the_next_year_is_observed_in_this_one():
    us = calendar(holidays={"country": "US"})
    assert hours(us, date(2027, 12, 31)) == []


def test_an_excepted_holiday_is_worked_observed_or_not():
    us = {"country": "US", "except": ["Independence Day", "Columbus Day"]}
    assert hours(calendar(holidays=us), date(2026, 7, 3)) != []
    assert hours(calendar(holidays=us), date(2026, 10, 12)) != []
    assert hours(calendar(holidays=us), date(2026, 12, 25)) == []


def test_a_holiday_that_falls_together_with_an_excepted_one_is_still_closed():
    """In Texas, 19 January 2026 is Confederate Memorial Day as well."""
    texas = {"country": "US", "subdivision": "TX", "except": ["Martin Luther King Jr. Day"]}
    assert hours(calendar(holidays=texas), date(2026, 1, 19)) == []


def test_own_days_need_no_country():
    own = calendar(holidays={"own": [date(2026, 3, 10)]})
    assert hours(own, date(2026, 3, 10)) == []
    assert hours(own, date(2026, 3, 11)) != []


def test_an_override_beats_a_half_day_and_a_half_day_a_holiday():
    day, short = date(2026, 12, 25), [{"from": "10:00", "to": "11:00"}]
    us, half = {"country": "US"}, {day: "10:30"}
    assert hours(calendar(holidays=us), day) == []
    assert hours(calendar(holidays=us, half_days=half), day) == ["09:00-10:30"]
    both = calendar(holidays=us, half_days=half, overrides={day: short})
    assert hours(both, day) == ["10:00-11:00"]
    assert hours(calendar(half_days=half, overrides={day: []}), day) == []


@pytest.mark.parametrize(
    ("weekly", "end", "left"),
    [
        (OFFICE, "12:15", ["09:00-12:00"]),
        (OFFICE, "12:30", ["09:00-12:00"]),
        (OFFICE, "13:00", ["09:00-12:00", "12:30-13:00"]),
        (OFFICE, "18:00", ["09:00-12:00", "12:30-17:00"]),
        (OFFICE, "09:00", []),
        (NIGHT, "23:30", ["22:00-23:30"]),
        (NIGHT, "24:00", ["22:00-00:00"]),
        (NIGHT, "12:00", []),
        ([{"from": "09:00", "to": "24:00"}], "12:00", ["09:00-12:00"]),
    ],
)
def test_a_half_day_ends_the_days_own_windows(weekly, end, left):
    day = date(2026, 3, 10)
    assert hours(calendar({"mon-fri": weekly}, half_days={day: end}), day) == left


def test_the_close_is_the_days_own_though_the_next_day_goes_on_at_once():
    """Sunday's interval runs through Monday, but Sunday's work ends at midnight."""
    round_the_clock = calendar({"mon-sun": [{"from": "00:00", "to": "24:00"}]})
    assert len(expand(round_the_clock, date(2026, 3, 15), date(2026, 3, 16))) == 1
    assert only(round_the_clock, date(2026, 3, 15)) == ["15 00:00", "16 00:00", "16 00:00"]


def test_always_open_is_a_working_day_of_every_local_date():
    found = working_days(Calendar(ZoneInfo(NEW_YORK)), date(2026, 3, 7), date(2026, 3, 9), None)
    assert [d.number for d in found] == [1, 2, 3]
    assert found[1].opens_at == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert found[1].closes_at == datetime(2026, 3, 9, 4, tzinfo=UTC)


def test_a_cut_off_after_the_close_is_the_close():
    day = date(2026, 3, 10)
    half = calendar(half_days={day: "12:00"})
    assert only(half, day, time(14)) == ["10 09:00", "10 12:00", "10 12:00"]


def test_a_cut_off_before_the_opening_stays_on_its_date():
    assert only(calendar(), date(2026, 3, 10), time(8)) == ["10 09:00", "10 08:00", "10 17:00"]


@pytest.mark.parametrize(
    ("cut_off", "at"),
    [(time(23), "10 23:00"), (time(2), "11 02:00"), (time(14), "11 06:00"), (None, "11 06:00")],
)
def test_the_cut_off_of_a_night_shift_before_its_opening_is_the_next_morning(cut_off, at):
    night = calendar({"mon-fri": NIGHT})
    assert only(night, date(2026, 3, 10), cut_off) == ["10 22:00", at, "11 06:00"]


def test_a_cut_off_that_comes_twice_is_the_last_and_one_that_never_comes_the_end_of_the_gap():
    early = calendar({"sun": [{"from": "00:00", "to": "09:00"}]})
    (autumn,) = working_days(early, date(2026, 11, 1), date(2026, 11, 1), time(1, 30))
    assert autumn.cut_off_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    (spring,) = working_days(early, date(2026, 3, 8), date(2026, 3, 8), time(2, 30))
    assert spring.cut_off_at == datetime(2026, 3, 8, 7, tzinfo=UTC)


def test_a_close_that_comes_twice_is_the_last():
    early = calendar({"sun": [{"from": "00:00", "to": "01:30"}]})
    (autumn,) = working_days(early, date(2026, 11, 1), date(2026, 11, 1), None)
    assert autumn.closes_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_day_whose_only_window_lies_in_a_gap_is_no_working_day():
    gap = calendar({"sun": [{"from": "02:00", "to": "03:00"}]})
    assert [
        d.local_date.day for d in working_days(gap, date(2026, 3, 1), date(2026, 3, 15), None)
    ] == [1, 15]


FIRST, LAST = date(2017, 10, 10), date(2017, 11, 20)


@settings(max_examples=60, deadline=None)
@given(CALENDARS, st.one_of(st.none(), st.times()))
def test_working_days_are_numbered_without_a_gap_and_hold_their_cut_off(calendar, cut_off):
    found = working_days(calendar, FIRST, LAST, cut_off)
    assert [d.number for d in found] == list(range(1, len(found) + 1))
    for day in found:
        assert day.opens_at < day.closes_at
        assert day.cut_off_at <= day.closes_at
    counted = {d.local_date for d in business_days(calendar, FIRST, LAST) if d.is_business_day}
    assert counted == {d.local_date for d in found}


@settings(max_examples=60, deadline=None)
@given(CALENDARS, st.integers(0, 40))
def test_going_on_from_a_horizon_gives_the_positions_of_one_expansion(calendar, days):
    """Running time at any instant is the same, though a window at the seam is two (C4)."""
    middle = FIRST + timedelta(days=days)
    whole = expand(calendar, FIRST, LAST)
    left = expand(calendar, FIRST, middle)
    after, position = (
        (left[-1].ends_at, left[-1].cum1) if left else (datetime.min.replace(tzinfo=UTC), 0)
    )
    parts = left + expand(calendar, middle + timedelta(days=1), LAST, after, position)
    assert all(a.ends_at <= b.starts_at and a.cum1 == b.cum0 for a, b in pairwise(parts))
    for interval in whole:
        for instant in (interval.starts_at, interval.ends_at):
            assert _position(parts, instant) == _position(whole, instant)
    assert (parts[-1].cum1 if parts else 0) == (whole[-1].cum1 if whole else 0)


@settings(max_examples=40, deadline=None)
@given(CALENDARS, st.integers(0, 40), st.one_of(st.none(), st.times()))
def test_days_in_two_parts_are_the_days_of_one(calendar, days, cut_off):
    middle = FIRST + timedelta(days=days)
    left = working_days(calendar, FIRST, middle, cut_off)
    right = working_days(calendar, middle + timedelta(days=1), LAST, cut_off, len(left))
    assert left + right == working_days(calendar, FIRST, LAST, cut_off)


def _position(intervals, instant):
    """As the database does it: the first window that ends after the instant."""
    for i in intervals:
        if i.ends_at > instant:
            return i.cum0 + max(timedelta(0), instant - i.starts_at) // timedelta(microseconds=1)
    return intervals[-1].cum1 if intervals else 0


def test_a_window_says_whether_it_crosses_midnight():
    assert Window(time(22), time(6)).crosses_midnight
    assert not Window(time(9), time(0)).crosses_midnight
    assert not Window(time(9), time(17)).crosses_midnight
