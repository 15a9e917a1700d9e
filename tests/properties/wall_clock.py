"""When a site is open, by the text of its calendar and a look at every minute (C1 to C3).

Nothing of `e2a` is used: each local minute of a date is looked up among the minutes of UTC that
surround it. Slow, and plain. Deadlines belong to `walker`. Minutes are counted since 1970, local
times from the midnight of their date.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE = timedelta(days=1)
Minutes = tuple[int, int]


@dataclass(eq=False, slots=True)
class Calendar:
    """A calendar of `tenant.yaml` in a zone, as the text says it."""

    zone: str
    text: dict
    minutes: dict[date, list[int]] = field(default_factory=dict)


@cache
def around(zone: str, day: date) -> list[tuple[int, int]]:
    """(minute of UTC, local minute counted from the date's midnight) of all that may be near."""
    near, midnight = (day + offset * ONE for offset in range(-1, 4)), midnight_of(day)
    return [(m, m + ahead - midnight) for d in near for m, ahead in offsets(zone, d)]


@cache
def offsets(zone: str, day: date) -> list[tuple[int, int]]:
    """The minutes of a date in UTC, each with how many minutes local time is ahead."""
    start, place = midnight_of(day), ZoneInfo(zone)

    def ahead(minute: int) -> int:
        offset = datetime.fromtimestamp(minute * 60, place).utcoffset()
        assert offset is not None
        return offset // timedelta(minutes=1)

    minutes = range(start, start + 1440)
    if (first := ahead(start)) == ahead(start + 1440):
        return [(minute, first) for minute in minutes]
    return [(minute, ahead(minute)) for minute in minutes]


def midnight_of(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // 60


@cache
def opening(zone: str, day: date, local: int) -> int:
    """C2: the first occurrence; the end of the gap where there is none."""
    return next(minute for minute, at in around(zone, day) if at >= local)


@cache
def closing(zone: str, day: date, local: int) -> int:
    """C2: the last occurrence; the end of the gap where there is none."""
    met = [minute for minute, at in around(zone, day) if at == local]
    return met[-1] if met else opening(zone, day, local)


def clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def windows(calendar: Calendar, day: date) -> list[Minutes]:
    """C3: override, else half day, else holiday, else weekday; past 1440 is the next date."""
    text = calendar.text
    if text.get("open"):
        return [(0, 1440)]
    if day in text.get("overrides", {}):
        return [_window(w) for w in text["overrides"][day]]
    weekly = [_window(w) for key, ws in text["weekly"].items() if _is_in(day, key) for w in ws]
    if day in text.get("half_days", {}):
        end = clock(text["half_days"][day])
        return [(opens, min(closes, end)) for opens, closes in weekly if opens < end]
    return [] if day in text.get("holidays", {}).get("own", ()) else weekly


def _window(text: dict[str, str]) -> Minutes:
    opens, closes = clock(text["from"]), clock(text["to"])
    return opens, closes if closes > opens else closes + 1440


def _is_in(day: date, key: str) -> bool:
    first, _, last = key.partition("-")
    named = [DAYS.index(first)]
    while last and DAYS[named[-1]] != last:
        named.append((named[-1] + 1) % 7)
    return day.weekday() in named


def spans(calendar: Calendar, day: date) -> list[Minutes]:
    """The windows that open on a date, in minutes of UTC; only those that hold any time."""
    found = [
        (opening(calendar.zone, day, opens), closing(calendar.zone, day, closes))
        for opens, closes in windows(calendar, day)
    ]
    return [(opens, closes) for opens, closes in found if opens < closes]


def open_minutes(calendar: Calendar, start: int) -> Iterator[int]:
    """Minutes of UTC in which the site works, from the one that holds the start on."""
    day = datetime.fromtimestamp(start, UTC).date()
    for today in (day + offset * ONE for offset in range(400)):
        if today not in calendar.minutes:
            calendar.minutes[today] = _open_on(calendar, today)
        yield from (m for m in calendar.minutes[today] if m >= start // 60)


def _open_on(calendar: Calendar, today: date) -> list[int]:
    midnight = midnight_of(today)
    met: set[int] = set()
    for offset in range(-3, 3):
        for opens, closes in spans(calendar, today + offset * ONE):
            met.update(range(max(opens, midnight), min(closes, midnight + 1440)))
    return sorted(met)


def next_working(calendar: Calendar, day: date) -> date:
    return next(day + n * ONE for n in count(1) if spans(calendar, day + n * ONE))


def local_date(zone: str, second: int) -> date:
    return datetime.fromtimestamp(second, ZoneInfo(zone)).date()
