"""L15: zones exist, and no window edge or cut-off falls into a clock change unnoticed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from e2a.domain.calendars import WEEKDAYS
from e2a.domain.lint.findings import Remark, Severity
from e2a.domain.lint.hours import at, days_of, edges, minutes, week
from e2a.domain.lint.nodes import Node
from e2a.domain.lint.subject import Subject, zone_of
from e2a.domain.localtime import is_ambiguous, is_gap
from e2a.domain.zones import zone_named

AHEAD = timedelta(days=2 * 365)
"""How far to look for clock changes: four of them, so that each weekday rule meets both kinds."""
ONE = timedelta(days=1)


def zones_and_clock_changes(subject: Subject) -> Iterator[Remark]:
    """A zone is an IANA name; local times that a clock change skips or repeats are pointed out.

    Within the next two years of its site's zone. C2 decides what is meant: a skipped time is the
    end of the gap, a repeated one its first occurrence when it opens and its last when it closes
    or is a cut-off.
    """
    for zone in (subject.tenant["billing_zone"], *(s["zone"] for s in subject.sites.values())):
        if zone and zone_of(zone) is None:
            yield _unknown(zone)
    for calendar, _, zone_info in subject.zones_by_calendar():
        yield from _windows(calendar, zone_info, subject.today)
    yield from _cut_offs(subject)


def _unknown(node: Node) -> Remark:
    try:
        zone_named(node.scalar)
    except ValueError as error:
        problem, _, hint = str(error).partition("; ")
        return Remark(node, problem, hint)
    raise AssertionError(node.scalar)


def _windows(calendar: Node, zone: ZoneInfo, today: date) -> Iterator[Remark]:
    overrides = calendar["overrides"]
    for key, windows in calendar["weekly"].members.items():
        for node, minute, opens in edges(windows):
            days = [
                day
                for day in _near_changes(zone, today)
                if WEEKDAYS[day.weekday()] in days_of(key) and not overrides[day]
            ]
            yield from _unclear(node, minute, opens, zone, days)
    for day, windows in overrides.members.items():
        if isinstance(day, date) and today <= day <= today + AHEAD:
            for node, minute, opens in edges(windows):
                yield from _unclear(node, minute, opens, zone, [day])


def _cut_offs(subject: Subject) -> Iterator[Remark]:
    for entry in subject.entries:
        calendars = subject.calendars_of(entry).values()
        working = {day for calendar in calendars for day, found in week(calendar).items() if found}
        zones = {zone for _, site in subject.sites_of(entry) if (zone := zone_of(site["zone"]))}
        for stage in entry.stages.values():
            minute = minutes(stage["cut_off"])
            for zone in sorted(zones, key=str) if minute is not None else ():
                days = [
                    day
                    for day in _near_changes(zone, subject.today)
                    if WEEKDAYS[day.weekday()] in working
                ]
                yield from _unclear(stage["cut_off"], minute or 0, False, zone, days)


def _unclear(
    node: Node, minute: int, opens: bool, zone: ZoneInfo, days: list[date]
) -> Iterator[Remark]:
    """At most one remark an edge: the first date on which its local time is not one instant."""
    for local in (at(day, minute) for day in days):
        happens = _happens(local, zone)
        if happens:
            meant = "end of the gap" if happens == "does not exist" else _occurrence(opens)
            yield Remark(
                node,
                f"{local:%H:%M} {happens} on {local:%Y-%m-%d} in {zone.key} and is read as the "
                f"{meant} (C2)",
                "Move it out of the hour in which clocks change, or give that date an override",
                Severity.WARNING,
            )
            return


def _happens(local: datetime, zone: ZoneInfo) -> str | None:
    if is_gap(local, zone):
        return "does not exist"
    return "happens twice" if is_ambiguous(local, zone) else None


def _occurrence(opens: bool) -> str:
    return "first occurrence" if opens else "last occurrence"


@lru_cache(maxsize=256)
def _near_changes(zone: ZoneInfo, today: date) -> tuple[date, ...]:
    """The dates on which the zone's clocks change, each with the date before it (C3: overnight)."""
    dates = [today + ONE * n for n in range(AHEAD.days + 1)]
    changes = {day for day in dates if _offset(zone, day) != _offset(zone, day + ONE)}
    return tuple(sorted(changes | {day - ONE for day in changes}))


def _offset(zone: ZoneInfo, day: date) -> timedelta | None:
    return datetime.combine(day, time(), zone).utcoffset()
