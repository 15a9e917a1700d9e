"""Working windows as instants (C1-C3)."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2a.domain.calendars import Calendar, Window, expand

NEW_YORK = ZoneInfo("America/New_York")
DAY = (Window(time(9), time(17)),)
OFFICE = (DAY,) * 5 + ((), ())
HOUR = 3_600_000_000


def calendar(weekly, *overrides, zone=NEW_YORK) -> Calendar:
    return Calendar(zone, tuple(weekly), overrides)


def spans(calendar, first, last):
    shown = [
        (i.starts_at.astimezone(calendar.zone), i.ends_at.astimezone(calendar.zone))
        for i in expand(calendar, first, last)
    ]
    return [(f"{a:%m-%d %H:%M}", f"{b:%m-%d %H:%M}") for a, b in shown]


def test_a_working_week_has_its_days_and_no_weekend():
    found = spans(calendar(OFFICE), date(2026, 3, 13), date(2026, 3, 16))
    assert found == [("03-13 09:00", "03-13 17:00"), ("03-16 09:00", "03-16 17:00")]


def test_always_open_is_one_window_over_whole_days():
    (only,) = expand(Calendar(NEW_YORK), date(2026, 3, 7), date(2026, 3, 9))
    assert only.cum1 == 72 * HOUR


def test_a_window_that_crosses_midnight_belongs_to_the_date_on_which_it_opens():
    night = calendar([()] * 5 + [(Window(time(22), time(6)),), ()])
    assert spans(night, date(2026, 3, 14), date(2026, 3, 14)) == [("03-14 22:00", "03-15 06:00")]
    assert spans(night, date(2026, 3, 15), date(2026, 3, 20)) == []


def test_closing_at_midnight_is_closing_at_the_end_of_the_day():
    found = spans(
        calendar([(Window(time(0), time(0)),)] + [()] * 6), date(2026, 3, 16), date(2026, 3, 16)
    )
    assert found == [("03-16 00:00", "03-17 00:00")]


@pytest.mark.parametrize(
    "windows",
    [
        (Window(time(9), time(12)), Window(time(12), time(17))),
        (Window(time(9), time(14)), Window(time(11), time(17))),
        (Window(time(9), time(17)), Window(time(10), time(11))),
        (Window(time(12), time(17)), Window(time(9), time(12))),
    ],
)
def test_windows_that_touch_or_overlap_are_one(windows):
    found = spans(calendar((windows,) * 7), date(2026, 3, 16), date(2026, 3, 16))
    assert found == [("03-16 09:00", "03-16 17:00")]


def test_a_night_that_runs_into_the_next_days_window_is_one_with_it():
    weekly = [()] * 5 + [(Window(time(22), time(6)),), (Window(time(6), time(8)),)]
    found = spans(calendar(weekly), date(2026, 3, 14), date(2026, 3, 15))
    assert found == [("03-14 22:00", "03-15 08:00")]


def test_an_empty_override_is_a_holiday():
    found = spans(calendar(OFFICE, (date(2026, 7, 3), ())), date(2026, 7, 2), date(2026, 7, 6))
    assert [opens for opens, _ in found] == ["07-02 09:00", "07-06 09:00"]


def test_an_override_replaces_the_weekdays_pattern():
    short = (date(2026, 3, 13), (Window(time(8), time(10)),))
    saturday = (date(2026, 3, 14), (Window(time(12), time(13)),))
    found = spans(calendar(OFFICE, short, saturday), date(2026, 3, 13), date(2026, 3, 14))
    assert found == [("03-13 08:00", "03-13 10:00"), ("03-14 12:00", "03-14 13:00")]


def test_the_night_of_spring_is_an_hour_shorter():
    night = calendar([()] * 5 + [(Window(time(22), time(6)),), ()])
    (spring,) = expand(night, date(2026, 3, 7), date(2026, 3, 7))
    assert spring.cum1 == 7 * HOUR


def test_the_night_of_autumn_is_an_hour_longer():
    night = calendar([()] * 5 + [(Window(time(22), time(6)),), ()])
    (autumn,) = expand(night, date(2026, 10, 31), date(2026, 10, 31))
    assert autumn.cum1 == 9 * HOUR


def test_an_ambiguous_opening_is_the_first_and_an_ambiguous_closing_the_last():
    sunday = [()] * 6
    opens = calendar([*sunday, (Window(time(1, 30), time(3)),)])
    closes = calendar([*sunday, (Window(time(0), time(1, 30)),)])
    day = date(2026, 11, 1)
    assert expand(opens, day, day)[0].cum1 == 2.5 * HOUR
    assert expand(closes, day, day)[0].cum1 == 2.5 * HOUR


def test_a_window_within_a_gap_holds_no_time():
    gap = calendar([*[()] * 6, (Window(time(2), time(3)),)])
    assert expand(gap, date(2026, 3, 8), date(2026, 3, 8)) == []


def test_an_opening_in_a_gap_is_the_end_of_the_gap():
    midnight = Calendar(ZoneInfo("America/Sao_Paulo"), ((Window(time(0), time(6)),),) * 7)
    (only,) = expand(midnight, date(2017, 10, 15), date(2017, 10, 15))
    assert only.starts_at == datetime(2017, 10, 15, 3, tzinfo=UTC)
    assert only.cum1 == 5 * HOUR


WINDOWS = st.lists(st.builds(Window, st.times(), st.times()), max_size=3).map(tuple)
CALENDARS = st.builds(
    Calendar,
    st.sampled_from([NEW_YORK, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Asia/Kolkata")]),
    st.one_of(st.none(), st.lists(WINDOWS, min_size=7, max_size=7).map(tuple)),
    st.lists(st.tuples(st.dates(date(2017, 10, 10), date(2017, 11, 20)), WINDOWS), max_size=3).map(
        tuple
    ),
)


@settings(max_examples=60, deadline=None)
@given(CALENDARS)
def test_windows_are_disjoint_in_order_and_their_sums_add_up(calendar):
    found = expand(calendar, date(2017, 10, 10), date(2017, 11, 20))
    total = 0
    for window, following in zip_longest(found, found[1:]):
        assert window.starts_at < window.ends_at
        assert window.cum0 == total
        total += (window.ends_at - window.starts_at) // timedelta(microseconds=1)
        assert window.cum1 == total
        assert following is None or window.ends_at < following.starts_at


@settings(max_examples=40, deadline=None)
@given(CALENDARS, st.integers(0, 40))
def test_expanding_in_two_parts_gives_the_same_time(calendar, days):
    first, last = date(2017, 10, 10), date(2017, 11, 20)
    middle = first + timedelta(days=days)
    whole = _covered(expand(calendar, first, last))
    left = _covered(expand(calendar, first, middle))
    right = _covered(expand(calendar, middle + timedelta(days=1), last))
    assert _united(left + right) == whole


def _covered(intervals):
    return [(i.starts_at, i.ends_at) for i in intervals]


def _united(spans):
    out = []
    for a, b in sorted(spans):
        if out and a <= out[-1][1]:
            out[-1] = (out[-1][0], max(b, out[-1][1]))
        else:
            out.append((a, b))
    return out
