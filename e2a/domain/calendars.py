"""Working calendars, expanded into UTC windows with cumulative running time, and into days.

The one place that turns local windows into instants (C2, C3). Deadline arithmetic over the windows
is SQL (`dbt_project/macros/running_time.sql`); this module only says when a site works.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from e2a.domain.localtime import Fold, to_instant
from e2a.domain.public_holidays import Holidays

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Window:
    """Local opening hours; `closes` at or before `opens` means the next day (C3)."""

    opens: time
    closes: time

    @property
    def crosses_midnight(self) -> bool:
        """Whether it goes on after 24:00 of the date on which it opens."""
        return time() < self.closes <= self.opens


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly windows in a zone, and the dates that differ from their weekday (C3).

    `weekly` of None means always open (24x7). An override beats a half day, a half day a holiday.
    """

    zone: ZoneInfo
    weekly: tuple[tuple[Window, ...], ...] | None = None
    overrides: tuple[tuple[date, tuple[Window, ...]], ...] = ()
    half_days: tuple[tuple[date, time], ...] = ()
    holidays: Holidays | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A working window in UTC, half-open, with running microseconds before and after it."""

    starts_at: datetime
    ends_at: datetime
    cum0: int
    cum1: int


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A date on which windows open, and the last instant that still belongs to it (C6)."""

    local_date: date
    number: int
    opens_at: datetime
    cut_off_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """Any date of a carrier's calendar; `number` counts business days up to and including it."""

    local_date: date
    number: int
    is_business_day: bool


Span = tuple[datetime, datetime]


def expand(
    calendar: Calendar, first: date, last: date, after: datetime = LONG_AGO, position: int = 0
) -> list[Interval]:
    """All windows that open on the local dates first..last, united where they touch or overlap.

    Args:
        calendar: what to expand.
        first: the first date.
        last: the last date, inclusive.
        after: time before this instant is left out; an earlier expansion holds it.
        position: running microseconds before the first window.
    """
    if calendar.weekly is None:
        start, end = (datetime.combine(day, time(), UTC) for day in (first, last + DAY))
        spans = [(start, end)]
    else:
        spans = _unite(sorted(s for _, _, found in _opened(calendar, first, last) for s in found))
    return _accumulate([(max(a, after), b) for a, b in spans if b > after], position)


def working_days(
    calendar: Calendar, first: date, last: date, cut_off: time | None, number: int = 0
) -> list[WorkingDay]:
    """The dates with working time, numbered on from `number` (C6).

    Args:
        calendar: an always open one works from 00:00 to 24:00 of every date.
        first: the first date.
        last: the last date, inclusive.
        cut_off: local time until which a receipt belongs to the day; None: until it closes.
        number: of the working day before `first`.
    """
    found = []
    for day, windows, spans in _opened(calendar, first, last):
        if spans:
            closes_at = max(closes for _, closes in spans)
            cut_off_at = _cut_off_at(calendar.zone, day, windows, cut_off) if cut_off else closes_at
            number += 1
            opens_at = min(opens for opens, _ in spans)
            found.append(WorkingDay(day, number, opens_at, min(cut_off_at, closes_at), closes_at))
    return found


def business_days(
    calendar: Calendar, first: date, last: date, number: int = 0
) -> list[BusinessDay]:
    """Every date, with the number of business days so far; hours do not matter (C6)."""
    found = []
    for day, _, spans in _opened(calendar, first, last):
        number += bool(spans)
        found.append(BusinessDay(day, number, bool(spans)))
    return found


def _opened(
    calendar: Calendar, first: date, last: date
) -> Iterator[tuple[date, tuple[Window, ...], list[Span]]]:
    """Each date with its windows and those of them, as instants, that hold any time."""
    windows_on = _by_date(calendar)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        windows = windows_on(day)
        spans = (_instants(window, day, calendar.zone) for window in windows)
        yield day, windows, [(opens, closes) for opens, closes in spans if opens < closes]


def _by_date(calendar: Calendar) -> Callable[[date], tuple[Window, ...]]:
    """Which windows open on a date: override, else half day, else holiday, else weekday (C3)."""
    overrides, half_days = dict(calendar.overrides), dict(calendar.half_days)
    weekly = calendar.weekly or ((Window(time(), time()),),) * 7
    holidays = calendar.holidays or Holidays()

    def windows_on(day: date) -> tuple[Window, ...]:
        if day in overrides:
            return overrides[day]
        if day in half_days:
            return _clipped(weekly[day.weekday()], half_days[day])
        return () if day in holidays else weekly[day.weekday()]

    return windows_on


def _clipped(windows: Sequence[Window], end: time) -> tuple[Window, ...]:
    """What lies before a local time of the date itself; midnight is its end, 24:00."""
    kept = [w for w in windows if end == time() or w.opens < end]
    return tuple(Window(w.opens, _earlier(w, end)) for w in kept)


def _earlier(window: Window, end: time) -> time:
    if window.closes <= window.opens:  # at 24:00 or on the next date
        return end
    return window.closes if end == time() else min(window.closes, end)


def _instants(window: Window, day: date, zone: ZoneInfo) -> Span:
    closing_day = day if window.closes > window.opens else day + DAY
    opens = to_instant(datetime.combine(day, window.opens), zone, Fold.FIRST)
    closes = to_instant(datetime.combine(closing_day, window.closes), zone, Fold.LAST)
    return opens, closes


def _cut_off_at(zone: ZoneInfo, day: date, windows: Sequence[Window], cut_off: time) -> datetime:
    """A night shift's cut-off before its opening is that of the next morning."""
    is_next_day = any(w.crosses_midnight for w in windows) and cut_off < min(
        w.opens for w in windows
    )
    local = datetime.combine(day + DAY if is_next_day else day, cut_off)
    return to_instant(local, zone, Fold.LAST)


def _unite(windows: Sequence[Span]) -> list[Span]:
    united: list[Span] = []
    for opens, closes in windows:
        if united and opens <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], closes))
        else:
            united.append((opens, closes))
    return united


def _accumulate(windows: Sequence[Span], total: int) -> list[Interval]:
    intervals = []
    for opens, closes in windows:
        length = (closes - opens) // MICROSECOND
        intervals.append(Interval(opens, closes, total, total + length))
        total += length
    return intervals
