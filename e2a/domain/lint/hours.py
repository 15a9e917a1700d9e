"""Local times of a calendar as they stand in the text: windows by weekday, with their nodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from e2a.domain.calendars import WEEKDAYS
from e2a.domain.lint.nodes import Node

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """A window: where it is written, and its edges in minutes from the midnight it opens on."""

    node: Node
    opens: int
    closes: int

    @property
    def crosses_midnight(self) -> bool:
        """Whether it closes on the next date."""
        return self.closes > DAY


def minutes(node: Node) -> int | None:
    """A local time in minutes from midnight; 24:00 is the end of the date."""
    if node.text == "24:00":
        return DAY
    try:
        written = time.fromisoformat((node.text or "").zfill(5))
    except ValueError:
        return None
    return written.hour * 60 + written.minute


def at(day: date, minute: int) -> datetime:
    """The naive local time so many minutes after the midnight that a date begins with."""
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def hours(windows: Node) -> list[Hours]:
    """The windows of a day that can be read, in their order."""
    found = []
    for node in windows:
        opens, closes = minutes(node["from"]), minutes(node["to"])
        if opens is not None and closes is not None:
            found.append(Hours(node, opens, closes if closes > opens else closes + DAY))
    return found


def days_of(key: object) -> list[str]:
    """The weekdays that a key of `weekly` names: `mon`, or a range such as `mon-fri`."""
    first, _, last = str(key).partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        return []
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [WEEKDAYS[(start + step) % 7] for step in range((end - start) % 7 + 1)]


def week(calendar: Node) -> dict[str, list[Hours]]:
    """The windows by weekday; always open counts as one window from midnight to midnight."""
    if calendar["open"]:
        return {day: [Hours(calendar["open"], 0, DAY)] for day in WEEKDAYS}
    found: dict[str, list[Hours]] = {}
    for key, windows in calendar["weekly"].members.items():
        for day in days_of(key):
            found[day] = hours(windows)
    return found


def edges(windows: Node) -> Iterator[tuple[Node, int, bool]]:
    """Each edge of a day's windows: its node, its minute, and whether it opens."""
    for window in hours(windows):
        yield window.node["from"], window.opens, True
        yield window.node["to"], window.closes, False
