"""Calendar versions with their windows, working days and carrier days.

Rows that exist never change: a load adds versions and days, `horizon` appends later dates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Self

import psycopg
from psycopg.types.json import Jsonb

from e2a.domain.calendars import BusinessDay, Calendar, Interval, WorkingDay, expand
from e2a.domain.calendars import business_days as carrier_calendar_days
from e2a.domain.calendars import working_days as calendar_days
from e2a.domain.errors import ConfigurationError
from e2a.domain.policies import CalendarText
from e2a.warehouse.reference.versions import definition, version

Horizon = tuple[date, date]

HORIZON: Horizon = (date(2015, 1, 1), date(2035, 12, 31))
"""Local dates over which a new calendar is expanded: from before the oldest data on."""

CLOSE = "close"
"""The cut-off of a day that takes orders until it closes."""


@dataclass(frozen=True, slots=True)
class Key:
    """One calendar version of one tenant."""

    tenant: str
    version: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A calendar version as it is stored."""

    key: Key
    calendar: Calendar
    first: date
    last: date

    @classmethod
    def of(cls, key: Key, text: Any, zone: str, first: date, last: date) -> Self:  # noqa: ANN401
        """From the columns of `reference.calendars`."""
        return cls(key, CalendarText.model_validate(text).calendar(zone), first, last)


def calendar_version(text: CalendarText, zone: str) -> str:
    """The version's name: what the calendar says, and where."""
    return version(text, zone)


def load_calendar(
    connection: psycopg.Connection[Any],
    tenant: str,
    name: str,
    text: CalendarText,
    zone: str,
    horizon: Horizon,
) -> int:
    """Add a calendar version with its windows; 0 when it is there.

    Raises:
        ConfigurationError: it has no window in the whole horizon.
    """
    key = Key(tenant, calendar_version(text, zone))
    if _exists(connection, "calendars", key):
        return 0
    intervals = expand(text.calendar(zone), *horizon)
    if not intervals:
        raise ConfigurationError(
            f"{tenant}/tenant.yaml: calendar {name} never opens", "Give it at least one window"
        )
    added = connection.execute(
        "insert into reference.calendars (tenant_id, calendar_version, calendar, zone, "
        "covers_from, covers_until, definition, first_date, last_date) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        (
            tenant, key.version, name, zone, intervals[0].starts_at, intervals[-1].ends_at,
            Jsonb(definition(text)), *horizon,
        ),
    ).rowcount  # fmt: skip
    if added:
        copy_intervals(connection, key, intervals)
    return added


def load_days(connection: psycopg.Connection[Any], key: Key, cut_off: str) -> None:
    """The working days of a version with their cut-off, unless they are there."""
    if not _exists(connection, "calendar_days", key, cut_off=cut_off):
        kept = _locked(connection, key)
        days = calendar_days(kept.calendar, kept.first, kept.last, cut_off_time(cut_off))
        copy_days(connection, key, cut_off, days)


def load_carrier_days(connection: psycopg.Connection[Any], key: Key) -> None:
    """Every date of a carrier's calendar, unless they are there."""
    if not _exists(connection, "carrier_days", key):
        kept = _locked(connection, key)
        days = carrier_calendar_days(kept.calendar, kept.first, kept.last)
        copy_carrier_days(connection, key, days)


def cut_off_time(cut_off: str) -> time | None:
    """`close` or HH:MM as the calendar rules take it."""
    return None if cut_off == CLOSE else time.fromisoformat(cut_off)


def copy_intervals(
    connection: psycopg.Connection[Any], key: Key, intervals: Iterable[Interval]
) -> None:
    """Append windows."""
    rows = ((i.starts_at, i.ends_at, i.cum0, i.cum1) for i in intervals)
    _copy(connection, "business_intervals (tenant_id, calendar_version, starts_at, ends_at, cum0, "
          "cum1)", key, rows)  # fmt: skip


def copy_days(
    connection: psycopg.Connection[Any], key: Key, cut_off: str, days: Iterable[WorkingDay]
) -> None:
    """Append working days."""
    rows = (
        (cut_off, d.local_date, d.number, d.opens_at, d.cut_off_at, d.closes_at) for d in days
    )  # fmt: skip
    _copy(connection, "calendar_days (tenant_id, calendar_version, cut_off, local_date, "
          "working_day, opens_at, cut_off_at, closes_at)", key, rows)  # fmt: skip


def copy_carrier_days(
    connection: psycopg.Connection[Any], key: Key, days: Iterable[BusinessDay]
) -> None:
    """Append dates of a carrier."""
    rows = ((d.local_date, d.number, d.is_business_day) for d in days)
    _copy(connection, "carrier_days (tenant_id, calendar_version, local_date, business_day, "
          "is_business_day)", key, rows)  # fmt: skip


def _copy(
    connection: psycopg.Connection[Any], into: str, key: Key, rows: Iterable[tuple[Any, ...]]
) -> None:
    with connection.cursor().copy(f"copy reference.{into} from stdin") as copy:
        for row in rows:
            copy.write_row((key.tenant, key.version, *row))


def _exists(
    connection: psycopg.Connection[Any], table: str, key: Key, cut_off: str | None = None
) -> bool:
    row = connection.execute(
        f"select exists (select from reference.{table} "
        "where tenant_id = %(tenant)s and calendar_version = %(version)s"
        + (" and cut_off = %(cut_off)s)" if cut_off else ")"),
        {"tenant": key.tenant, "version": key.version, "cut_off": cut_off},
    ).fetchone()
    return bool(row and row[0])


def _locked(connection: psycopg.Connection[Any], key: Key) -> Kept:
    """The version, held until the transaction ends, so that days are added once."""
    row = connection.execute(
        "select definition, zone, first_date, last_date from reference.calendars "
        "where tenant_id = %s and calendar_version = %s for update",
        (key.tenant, key.version),
    ).fetchone()
    assert row is not None
    return Kept.of(key, *row)
