"""Calendars that reach far enough: later windows appended to versions that exist.

Deadlines are looked up in stored windows, so a calendar that ends gives no deadline. The night
appends years before that; `unreachable` counts what would be left without one.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from e2a.domain.calendars import business_days, expand, working_days
from e2a.warehouse.reference.calendars import (
    Kept,
    Key,
    copy_carrier_days,
    copy_days,
    copy_intervals,
    cut_off_time,
)

YEARS_AHEAD = 4
SHORTEST = timedelta(days=400)
"""The least that a calendar in use must reach ahead: a year's promise and a month to react."""


def far_enough(now: datetime) -> date:
    """The date to which calendars reach: at least three whole years after now."""
    return date(now.year + YEARS_AHEAD, 12, 31)


def extend(connection: psycopg.Connection[Any], until: date) -> int:
    """Append windows and days up to a date to every version that ends before it.

    Rows that exist never change: positions and numbers go on from the last of them.

    Returns:
        How many versions were extended.
    """
    rows = connection.execute(
        "select tenant_id, calendar_version, definition, zone, first_date, last_date, covers_until "
        "from reference.calendars where last_date < %s and definition is not null for update",
        (until,),
    ).fetchall()
    for tenant, version, text, zone, first, last, covers_until in rows:
        kept = Kept.of(Key(tenant, version), text, zone, first, last)
        _append_intervals(connection, kept, until, covers_until)
        _append_days(connection, kept, until)
        _append_carrier_days(connection, kept, until)
    return len(rows)


def _append_intervals(
    connection: psycopg.Connection[Any], kept: Kept, until: date, after: datetime
) -> None:
    position = _last(connection, kept.key, "max(cum1) from reference.business_intervals")
    found = expand(kept.calendar, kept.last + timedelta(days=1), until, after, position)
    copy_intervals(connection, kept.key, found)
    connection.execute(
        "update reference.calendars set last_date = %s, covers_until = %s "
        "where tenant_id = %s and calendar_version = %s",
        (until, found[-1].ends_at if found else after, kept.key.tenant, kept.key.version),
    )


def _append_days(connection: psycopg.Connection[Any], kept: Kept, until: date) -> None:
    for cut_off, number in connection.execute(
        "select cut_off, max(working_day) from reference.calendar_days "
        "where tenant_id = %s and calendar_version = %s group by cut_off",
        (kept.key.tenant, kept.key.version),
    ).fetchall():
        first = kept.last + timedelta(days=1)
        days = working_days(kept.calendar, first, until, cut_off_time(cut_off), number)
        copy_days(connection, kept.key, cut_off, days)


def _append_carrier_days(connection: psycopg.Connection[Any], kept: Kept, until: date) -> None:
    number = _last(connection, kept.key, "max(business_day) from reference.carrier_days")
    if number is not None:
        days = business_days(kept.calendar, kept.last + timedelta(days=1), until, number)
        copy_carrier_days(connection, kept.key, days)


def _last(connection: psycopg.Connection[Any], key: Key, what: str) -> Any:  # noqa: ANN401
    row = connection.execute(
        f"select {what} where tenant_id = %s and calendar_version = %s",
        (key.tenant, key.version),
    ).fetchone()
    return row[0] if row else None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """What the calendars do not cover: versions that end soon, clocks without a deadline."""

    short_calendars: int
    clocks_without_deadline: int


def unreachable(connection: psycopg.Connection[Any], now: datetime) -> Unreachable:
    """Calendars in use that end within SHORTEST of now, and open clocks that no window ends."""
    short = connection.execute(
        "select count(*) from reference.calendars as c where c.covers_until < %s and exists ("
        "select from reference.sla_policies as p where p.tenant_id = c.tenant_id "
        "and c.calendar_version in (p.calendar_version, p.carrier_calendar_version))",
        (now + SHORTEST,),
    ).fetchone()
    return Unreachable(short[0] if short else 0, _clocks_without_deadline(connection))


def _clocks_without_deadline(connection: psycopg.Connection[Any]) -> int:
    built = connection.execute("select to_regclass('sla.open_clocks') is not null").fetchone()
    if not (built and built[0]):
        return 0
    row = connection.execute(
        "select count(*) from sla.open_clocks "
        "where due_at is null and state not in ('paused', 'unassessable')"
    ).fetchone()
    return row[0] if row else 0
