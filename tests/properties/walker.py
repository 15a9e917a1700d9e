"""When a promise is due, found by walking the wall clock: the rules once more, by other means.

Nothing of `e2a` is used. A calendar's text is read here, each local minute of a date is looked up
among the minutes of UTC that surround it, and a duration is walked minute by minute, the last one
second by second. Slow, and plain enough to be read beside C1 to C8; `test_deadlines` holds the
engine against it. Instants are seconds since 1970, dates are dates, local times are minutes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ONE = timedelta(days=1)
Minutes = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Hold:
    """From when to when an order was held for a reason that pauses; None: it still is."""

    placed: int
    released: int | None


@dataclass(eq=False, slots=True)
class Calendar:
    """A calendar of `tenant.yaml` in a zone, as the text says it."""

    zone: str
    text: dict
    minutes: dict[date, list[int]] = field(default_factory=dict)


@cache
def around(zone: str, day: date) -> list[tuple[int, int]]:
    """(minute of UTC, local minute counted from the date's midnight) of all that may be near."""
    near, midnight = (day + offset * ONE for offset in range(-1, 4)), _midnight(day)
    return [(m, m + ahead - midnight) for d in near for m, ahead in offsets(zone, d)]


@cache
def offsets(zone: str, day: date) -> list[tuple[int, int]]:
    """The minutes of a date in UTC, each with how many minutes local time is ahead."""
    start, place = _midnight(day), ZoneInfo(zone)

    def ahead(minute: int) -> int:
        offset = datetime.fromtimestamp(minute * 60, place).utcoffset()
        assert offset is not None
        return offset // timedelta(minutes=1)

    minutes = range(start, start + 1440)
    if (first := ahead(start)) == ahead(start + 1440):
        return [(minute, first) for minute in minutes]
    return [(minute, ahead(minute)) for minute in minutes]


def _midnight(day: date) -> int:
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
    midnight = _midnight(today)
    met: set[int] = set()
    for offset in range(-3, 3):
        for opens, closes in spans(calendar, today + offset * ONE):
            met.update(range(max(opens, midnight), min(closes, midnight + 1440)))
    return sorted(met)


def running(calendar: Calendar, start: int, holds: Sequence[Hold]) -> Iterator[tuple[int, int]]:
    """Each stretch of seconds that counts: working time after the start, less the holds (C7)."""
    edges = {edge // 60 for h in holds for edge in (h.placed, h.released) if edge is not None}
    endless = min((h.placed for h in holds if h.released is None), default=None)
    for minute in open_minutes(calendar, start):
        first, end = max(start, minute * 60), minute * 60 + 60
        if endless is not None and first >= endless:
            return
        if minute in edges:
            yield from ((s, s + 1) for s in range(first, end) if not _is_held(s, holds))
        elif not _is_held(first, holds):
            yield first, end


def _is_held(second: int, holds: Sequence[Hold]) -> bool:
    return any(h.placed <= second and (h.released is None or second < h.released) for h in holds)


def due_by_running(
    calendar: Calendar, start: int, target: int, holds: Sequence[Hold]
) -> int | None:
    """C4, C8: the first second by which so many have run; None: a hold stands in the way."""
    run = 0
    for first, end in running(calendar, start, holds):
        run += end - first
        if run >= target:
            return end - (run - target)
    assert any(h.released is None for h in holds), "the walk left the calendar"
    return None


def due_by_day(start: int, holds: Sequence[Hold], due_from: Callable[[int], int]) -> int | None:
    """C8: anchored again at each release of a hold that was placed before the deadline in force."""
    anchor, due = start, due_from(start)
    for hold in sorted(holds, key=lambda hold: hold.placed):
        if max(hold.placed, start) >= due or (
            hold.released is not None and hold.released <= anchor
        ):
            continue
        if hold.released is None:
            return None
        anchor, due = hold.released, due_from(hold.released)
    return due


def due_by_close(calendar: Calendar, days: int, cut_off: str | None) -> Callable[[int], int]:
    """C6: the close of the working day that many after day 0."""

    def due_from(anchor: int) -> int:
        day = day_of(calendar, anchor)
        while anchor > cut_off_of(calendar, day, cut_off):
            day = next_working(calendar, day)
        for _ in range(days):
            day = next_working(calendar, day)
        return max(closes for _, closes in spans(calendar, day)) * 60

    return due_from


def day_of(calendar: Calendar, anchor: int) -> date:
    """The date of the window that the anchor is in, else its own or the next with working time.

    What is received exactly when a night's shift closes is received "by" its close (C5).
    """
    today = local_date(calendar.zone, anchor)
    for day in (today - 2 * ONE, today - ONE):
        if any(opens * 60 <= anchor <= closes * 60 for opens, closes in spans(calendar, day)):
            return day
    return today if spans(calendar, today) else next_working(calendar, today)


def cut_off_of(calendar: Calendar, day: date, cut_off: str | None) -> int:
    """Its last occurrence on the date; on the next where a night shift opens only after it."""
    close = max(closes for _, closes in spans(calendar, day))
    if cut_off is None:
        return close * 60
    opened = windows(calendar, day)
    at = clock(cut_off)
    if any(closes > 1440 for _, closes in opened) and at < min(opens for opens, _ in opened):
        at += 1440
    return min(closing(calendar.zone, day, at), close) * 60


def next_working(calendar: Calendar, day: date) -> date:
    return next(day + n * ONE for n in count(1) if spans(calendar, day + n * ONE))


def due_by_carrier(
    carrier: Calendar, origin: str, destination: str, days: int
) -> Callable[[int], int]:
    """C6: 24:00, at the destination, of that many business days after the ship day."""

    def due_from(anchor: int) -> int:
        day = local_date(origin, anchor)
        for _ in range(days):
            day = next_working(carrier, day)
        return closing(destination, day, 1440) * 60

    return due_from


def local_date(zone: str, second: int) -> date:
    return datetime.fromtimestamp(second, ZoneInfo(zone)).date()
