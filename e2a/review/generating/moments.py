"""The instants at which clocks are tried: a plain day, a weekend, clock changes, ends of months.

Add an instant here when calendars gain something that can go wrong on a certain day.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
_WEDNESDAY, _FRIDAY = 2, 4


def moments(since: date, zone: ZoneInfo) -> Iterator[tuple[str, datetime]]:
    """(name, instant) at which an order begins, all from a date on; local to the zone.

    The nights of both clock changes within a year (none in a zone without them), the last minute of
    a month, the next leap day.
    """
    plain = first(since, _WEDNESDAY)
    yield "plain", _local(plain, time(10, 7), zone)
    yield "friday", _local(first(since, _FRIDAY), time(16, 50), zone)
    for night, words in changes(since, zone):
        yield words, _local(night, time(20, 0), zone)
    last = plain.replace(day=monthrange(plain.year, plain.month)[1])
    yield "month-end", _local(last, time(23, 59), zone)
    yield "leap-day", _local(_leap_day(since), time(9, 0), zone)


def first(since: date, weekday: int) -> date:
    """The first such day of the week, at least a week after a date."""
    start = since + 7 * DAY
    return start + timedelta(days=(weekday - start.weekday()) % 7)


def changes(since: date, zone: ZoneInfo) -> Iterator[tuple[date, str]]:
    """The dates whose night changes the clocks, within a year."""
    for ahead in range(1, 367):
        day = since + ahead * DAY
        before, after = _offset(day, zone), _offset(day + DAY, zone)
        if before != after:
            yield day - DAY, "clocks-forward" if after > before else "clocks-back"


def on(day: date, clock: str, zone: ZoneInfo, minutes: int = 0) -> datetime:
    """So many minutes from a wall-clock time, such as a cut-off."""
    return _local(day, time.fromisoformat(clock), zone) + minutes * MINUTE


def text(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as a scenario states it: local, with its offset."""
    return instant.astimezone(zone).isoformat(sep="T", timespec="seconds")


def _offset(day: date, zone: ZoneInfo) -> timedelta:
    return datetime.combine(day, time(), zone).utcoffset() or timedelta()


def _local(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _leap_day(since: date) -> date:
    year = since.year + (since > date(since.year, 2, 28))
    while monthrange(year, 2)[1] < 29:
        year += 1
    return date(year, 2, 29)
