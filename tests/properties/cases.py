"""Random promises, and orders that start where deadlines are easily got wrong.

Every value is drawn from one seeded generator, so a seed is a whole set of cases. Instants crowd
around the nights on which clocks change, around the edges of windows and around midnights.
"""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tests.properties.walker import Hold
from tests.properties.wall_clock import Calendar, spans

ZONES = {
    "America/New_York": (2010, 2025), "Europe/London": (2010, 2025), "UTC": (2010, 2025),
    "America/Sao_Paulo": (2010, 2018), "Australia/Lord_Howe": (2010, 2025),
    "Asia/Kathmandu": (2010, 2025), "Pacific/Apia": (2010, 2012), "America/Havana": (2013, 2024),
    "America/St_Johns": (2007, 2011), "Antarctica/Troll": (2010, 2024), "Asia/Beirut": (2010, 2022),
    "Africa/Casablanca": (2012, 2022), "Pacific/Chatham": (2010, 2025),
}  # fmt: skip
"""Zones and years: gaps and folds at night, at midnight, of 30 minutes, of two hours, of a day."""

HOURS = [
    ["09:00-12:00", "12:30-17:00"], ["08:00-18:00"], ["22:00-06:00"], ["00:00-24:00"],
    ["18:00-02:00"], ["00:00-08:00"], ["01:30-02:30", "04:00-10:00"],
    ["23:30-00:30", "06:00-14:00"], ["06:00-14:00", "22:00-06:00"], ["12:00-12:00"],
    ["02:15-09:45"], ["00:30-01:30", "02:00-03:00"],
]  # fmt: skip
CUT_OFFS = [None, None, "14:00", "02:00", "01:30", "00:30", "23:00", "23:59", "09:00"]
PAUSING, IGNORED = ("address", "payment"), "weather"
MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Case:
    """One clock: its promise, its start, its holds as (reason, placed, released)."""

    level: str
    stage: dict[str, Any]
    start: int
    holds: tuple[tuple[str, Hold], ...]

    @property
    def pauses(self) -> list[Hold]:
        """Those holds that stop the clock (C7)."""
        return [hold for reason, hold in self.holds if reason in PAUSING]


@dataclass(frozen=True, slots=True)
class World:
    """One tenant: a zone, calendars, promises by service level, and the cases they judge."""

    tenant: str
    calendar: Calendar
    carrier: Calendar
    destination: str
    around: int
    stages: dict[str, dict[str, Any]]
    cases: tuple[Case, ...]


@cache
def changes(zone: str) -> list[int]:
    """The hours of the zone's years at which its offset changes."""
    first, last = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in ZONES[zone])
    days = _changed(zone, range(first, last, DAY))
    return [hour for day in days for hour in _changed(zone, range(day - DAY, day + 1, HOUR))]


def _changed(zone: str, instants: range) -> list[int]:
    place = ZoneInfo(zone)
    offsets = [datetime.fromtimestamp(instant, place).utcoffset() for instant in instants]
    return [instants[n] for n in range(1, len(instants)) if offsets[n] != offsets[n - 1]]


def world(number: int, choose: random.Random, cases: int) -> World:
    """The tenant of that number with so many cases."""
    zone = choose.choice(list(ZONES))
    around = _moment(zone, choose)
    calendar = Calendar(zone, _calendar(around, choose))
    carrier = Calendar("UTC", _carrier(around, choose))
    durations_only = _days_overlap(calendar, around)
    stages = {f"l{n}": _stage(choose, durations_only) for n in range(8)}
    edges = _edges(calendar, around)
    drawn = tuple(_case(stages, edges, around, choose) for _ in range(cases))
    destination = choose.choice(list(ZONES))
    return World(f"walk-{number}", calendar, carrier, destination, around, stages, drawn)


def _moment(zone: str, choose: random.Random) -> int:
    known = changes(zone)
    if known and choose.random() < 0.8:
        return choose.choice(known)
    first, last = (int(datetime(year, 6, 1, tzinfo=UTC).timestamp()) for year in ZONES[zone])
    return choose.randrange(first, last, MINUTE)


def _near(around: int, choose: random.Random) -> date:
    return datetime.fromtimestamp(around, UTC).date() + timedelta(days=choose.randint(-4, 6))


def _windows(choose: random.Random) -> list[dict[str, str]]:
    pairs = (text.split("-") for text in choose.choice(HOURS))
    return [{"from": opens, "to": closes} for opens, closes in pairs]


def _calendar(around: int, choose: random.Random) -> dict[str, Any]:
    if choose.random() < 0.1:
        return {"open": "always"}
    keys = choose.choice([["mon-fri"], ["mon-sun"], ["mon-thu", "fri-sat"], ["sun-tue", "thu-sat"]])
    text: dict[str, Any] = {"weekly": {key: _windows(choose) for key in keys}}
    if choose.random() < 0.5:
        text["holidays"] = {"own": sorted({_near(around, choose) for _ in range(2)})}
    if choose.random() < 0.5:
        ends = ["12:00", "02:30", "01:00", "23:00", "24:00"]
        text["half_days"] = {_near(around, choose): choose.choice(ends) for _ in range(2)}
    if choose.random() < 0.5:
        text["overrides"] = {
            _near(around, choose): choose.choice([[], _windows(choose)]) for _ in range(2)
        }
    return text


def _carrier(around: int, choose: random.Random) -> dict[str, Any]:
    days = choose.choice(["mon-fri", "mon-sat", "mon-sun"])
    return {
        "weekly": {days: [{"from": "00:00", "to": "24:00"}]},
        "holidays": {"own": sorted({_near(around, choose) for _ in range(2)})},
    }


def _days_overlap(calendar: Calendar, around: int) -> bool:
    """A night that runs into the windows of the next date: of which day is an order then?"""
    days = (datetime.fromtimestamp(around, UTC).date() + timedelta(days=n) for n in range(-9, 20))
    found = [spans(calendar, day) for day in days]
    ends = [max(closes for _, closes in windows) for windows in found if windows]
    starts = [min(opens for opens, _ in windows) for windows in found if windows]
    return any(end > start for end, start in zip(ends, starts[1:], strict=False))


def _stage(choose: random.Random, durations_only: bool) -> dict[str, Any]:
    kind = choose.random()
    if durations_only or kind < 0.55:
        minutes = choose.choice([1, 30, 60, 90, 120, 240, 480, 600, 1440, choose.randint(1, 2400)])
        return {"from": "received", "within_minutes": minutes}
    if kind < 0.85:
        cut_off = choose.choice(CUT_OFFS)
        days = {"from": "received", "by_close_of_day": choose.randint(0, 4)}
        return {**days, "cut_off": cut_off} if cut_off else days
    return {"from": "received", "carrier_days": choose.randint(1, 5), "carrier_calendar": "carrier"}


def _edges(calendar: Calendar, around: int) -> list[int]:
    day = datetime.fromtimestamp(around, UTC).date()
    days = [day + timedelta(days=offset) for offset in range(-3, 4)]
    return [edge * MINUTE for d in days for span in spans(calendar, d) for edge in span] or [around]


def _instant(edges: list[int], around: int, choose: random.Random) -> int:
    kind, jitter = choose.random(), choose.choice([-1, 0, 0, 0, 1, choose.randint(-HOUR, HOUR)])
    if kind < 0.35:
        return choose.choice(edges) + jitter
    if kind < 0.6:
        return around + choose.randint(-6, 6) * 30 * MINUTE + jitter
    return around + choose.randint(-3 * DAY, 3 * DAY)


def _case(
    stages: dict[str, dict[str, Any]], edges: list[int], around: int, choose: random.Random
) -> Case:
    level = choose.choice(list(stages))
    holds = []
    for _ in range(choose.choice([0, 0, 0, 1, 1, 2, 3])):
        placed = _instant(edges, around, choose)
        later = placed + choose.choice([HOUR, DAY, choose.randint(1, 2 * DAY)])
        released = None if choose.random() < 0.08 else later
        holds.append((choose.choice([*PAUSING, IGNORED]), Hold(placed, released)))
    return Case(level, stages[level], _instant(edges, around, choose), tuple(holds))
