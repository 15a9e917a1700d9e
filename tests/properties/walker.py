"""When a promise is due, found by walking the wall clock: the rules once more, by other means.

Nothing of `e2a` is used. A duration is walked minute by minute, the last one second by second.
Plain enough to be read beside C4 to C8; `test_deadlines` holds the engine against it. Instants are
seconds since 1970.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tests.properties.wall_clock import (
    ONE,
    Calendar,
    clock,
    closing,
    local_date,
    next_working,
    open_minutes,
    spans,
    windows,
)


@dataclass(frozen=True, slots=True)
class Hold:
    """From when to when an order was held for a reason that pauses; None: it still is."""

    placed: int
    released: int | None


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


def due_by_day(
    calendar: Calendar, start: int, holds: Sequence[Hold], due_from: Callable[[int], int]
) -> int | None:
    """C8: anchored again at each release of a pause that was placed before the deadline in force.

    Only what a pause takes of working time counts (C7): one that takes nothing anchors nothing.
    """
    due = due_from(start)
    for pause in united(start, holds):
        if pause.placed >= due:
            break
        if pause.released is None:
            return None
        if next(running(calendar, pause.placed, ()))[0] < pause.released:
            due = due_from(pause.released)
    return due


def united(start: int, holds: Sequence[Hold]) -> list[Hold]:
    """C7, C8: holds that meet are one pause, and none begins before the clock."""
    found: list[Hold] = []
    for hold in sorted(holds, key=lambda hold: hold.placed):
        placed, released, last = max(hold.placed, start), hold.released, found[-1:]
        if released is not None and released <= start:
            continue
        if last and (last[0].released is None or placed <= last[0].released):
            ends = (last[0].released, released)
            later = None if None in ends else max(end for end in ends if end is not None)
            found[-1] = Hold(last[0].placed, later)
        else:
            found.append(Hold(placed, released))
    return found


def due_by_close(calendar: Calendar, days: int, cut_off: str | None) -> Callable[[int], int]:
    """C6: the close of the working day that many after day 0."""

    def due_from(anchor: int) -> int:
        day = day_of(calendar, anchor, cut_off)
        while anchor > cut_off_of(calendar, day, cut_off):
            day = next_working(calendar, day)
        for _ in range(days):
            day = next_working(calendar, day)
        return max(closes for _, closes in spans(calendar, day)) * 60

    return due_from


def day_of(calendar: Calendar, anchor: int, cut_off: str | None) -> date:
    """The date of the window that the anchor is in, else its own or the next with working time.

    What is received exactly when a window closes is received "by" its close (C5); without a cut-off
    only if no other opens then, since windows are half-open (C3).
    """
    today = local_date(calendar.zone, anchor)
    for inclusive in (1,) if cut_off else (0, 1):
        for day in (today - 2 * ONE, today - ONE, today):
            met = spans(calendar, day)
            if any(opens * 60 <= anchor < closes * 60 + inclusive for opens, closes in met):
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
