"""Working calendars, expanded into UTC windows with cumulative running time.

The one function that turns local windows into instants (C2, C3). Deadline arithmetic over the
windows is SQL (`dbt_project/macros/running_time.sql`); this module only says when a site works.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from e2a.domain.localtime import Fold, to_instant

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Local opening hours; `closes` at or before `opens` means the next day (C3)."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly windows in a zone; a date override replaces the weekday (an empty one: holiday).

    `weekly` of None means always open (24x7).
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Window, ...], ...] | None = None
    overrides: tuple[tuple[date, tuple[Window, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """A working window in UTC, half-open, with running microseconds before and after it."""

    starts_at: datetime
    ends_at: datetime
    cum0: int
    cum1: int


def expand(calendar: Calendar, first: date, last: date) -> list[Interval]:
    """All windows that open on the local dates first..last, united where they touch or overlap."""
    if calendar.weekly is None:
        start = datetime.combine(first, time(), UTC)
        end = datetime.combine(last + timedelta(days=1), time(), UTC)
        return _accumulate([(start, end)])
    return _accumulate(_unite(sorted(_windows(calendar, first, last))))


def _windows(calendar: Calendar, first: date, last: date) -> Iterator[tuple[datetime, datetime]]:
    overrides = dict(calendar.overrides)
    assert calendar.weekly is not None
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for window in overrides.get(day, calendar.weekly[day.weekday()]):
            opens, closes = _instants(window, day, calendar.zone)
            if opens < closes:  # a window that lies inside a DST gap holds no time
                yield opens, closes


def _instants(window: Window, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    closing_day = day if window.closes > window.opens else day + timedelta(days=1)
    opens = to_instant(datetime.combine(day, window.opens), zone, Fold.FIRST)
    closes = to_instant(datetime.combine(closing_day, window.closes), zone, Fold.LAST)
    return opens, closes


def _unite(windows: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    united: list[tuple[datetime, datetime]] = []
    for opens, closes in windows:
        if united and opens <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], closes))
        else:
            united.append((opens, closes))
    return united


def _accumulate(windows: Sequence[tuple[datetime, datetime]]) -> list[Interval]:
    intervals, total = [], 0
    for opens, closes in windows:
        length = (closes - opens) // MICROSECOND
        intervals.append(Interval(opens, closes, total, total + length))
        total += length
    return intervals
