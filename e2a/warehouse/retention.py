"""How long the inbox keeps raw deliveries: days made ahead, old ones archived and then dropped.

A day goes only when every lane has read it, nothing of it is held back, and its archive was read
back equal; `landing.drop_day` itself refuses any other. Canonical events stay for ever.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from e2a.domain.errors import ConfigurationError
from e2a.warehouse import parquet

AHEAD = 7
"""Days whose partitions exist before anything arrives on them."""
KEPT = 400
"""Days of raw deliveries that stay, unless E2A_RETENTION_DAYS says otherwise."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Retired:
    """What became of an old day: dropped, or the reason why it is kept; its archived rows."""

    day: date
    kept_because: str | None
    archived_rows: int = 0


def archive_folder(home: Path) -> Path:
    """E2A_ARCHIVE, or `archive/` of the installation."""
    return Path(os.environ.get("E2A_ARCHIVE") or home / "archive")


def kept_days() -> int:
    """E2A_RETENTION_DAYS, or the default.

    Raises:
        ConfigurationError: it is no number of days from 1 on.
    """
    text = os.environ.get("E2A_RETENTION_DAYS") or str(KEPT)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 100_000):
        raise ConfigurationError(
            f"E2A_RETENTION_DAYS {text!r} is no number of days", "Write it as 400"
        )
    return int(text)


def make_ahead(connection: psycopg.Connection[Any], today: date, days: int = AHEAD) -> None:
    """Make the partitions of today and the days after it, each in a transaction of its own."""
    for ahead in range(days + 1):
        with connection.transaction():
            connection.execute("select landing.ensure_day(%s)", (today + timedelta(days=ahead),))


def caught(connection: psycopg.Connection[Any], source: str) -> dict[str, int]:
    """Rows that had no partition of their own, by UTC day: the default partition caught them."""
    found = connection.execute(
        "select (received_at at time zone 'UTC')::date::text, count(*) from landing.inbox "
        "where tableoid = 'landing.inbox_other'::regclass and source = %s group by 1 order by 1",
        (source,),
    ).fetchall()
    return dict(found)


def retire(
    connection: psycopg.Connection[Any],
    folder: Path,
    before: date,
    now: datetime,
    say: Say = lambda text: None,
    *,
    drop: bool = True,
) -> list[Retired]:
    """Archive and drop the days of receipt before a date, oldest first.

    Args:
        connection: as `e2a_app`, outside a transaction.
        folder: where archives are kept.
        before: UTC date; that day and later ones stay.
        now: noted with each archive.
        say: told each step.
        drop: False: archive only.
    """
    done = []
    for day in days(connection):
        if day < before:
            done.append(_retire(connection, folder, day, now, drop))
            say(_words(done[-1]))
    return done


def days(connection: psycopg.Connection[Any]) -> list[date]:
    """The days that have a partition, oldest first."""
    found = connection.execute(_DAYS).fetchall()
    connection.rollback()
    return [row[0] for row in found]


def _words(done: Retired) -> str:
    became = f"kept: {done.kept_because}" if done.kept_because else "dropped"
    return f"inbox      {done.day} {done.archived_rows:,} rows archived, {became}"


def _retire(
    connection: psycopg.Connection[Any], folder: Path, day: date, now: datetime, drop: bool
) -> Retired:
    reason, rows = why_kept(connection, day), 0
    if reason and reason.startswith("not archived"):
        rows = sum(archive(connection, folder, day, now))
        reason = why_kept(connection, day)
    if reason is None and drop:
        try:
            with connection.transaction():
                connection.execute("select landing.drop_day(%s, %s)", (day, now))
        except (
            psycopg.errors.ObjectNotInPrerequisiteState,
            psycopg.errors.LockNotAvailable,
            psycopg.errors.DeadlockDetected,
        ) as error:
            reason = error.diag.message_primary or "in use; the next run tries again"
    return Retired(day, reason if drop else reason or "archived only", rows)


def why_kept(connection: psycopg.Connection[Any], day: date) -> str | None:
    """Why a day may not be dropped; None: it may."""
    row = connection.execute("select landing.why_kept(%s)", (day,)).fetchone()
    connection.rollback()
    assert row is not None
    return None if row[0] is None else str(row[0])


def archive(
    connection: psycopg.Connection[Any], folder: Path, day: date, now: datetime
) -> Iterator[int]:
    """Write a day of the inbox to Parquet, a file a tenant; yields each file's rows.

    A file that a run before wrote for the same, still present rows is replaced.
    """
    since = datetime.combine(day, time(), UTC)
    window = {"since": since, "until": since + timedelta(days=1), "day": day}
    tenants = connection.execute(_TENANTS, window).fetchall()
    connection.rollback()
    for tenant, part in tenants:
        with connection.transaction():
            name = f"tenant={quote(tenant, safe='')}/{day}" + (f".{part}" if part > 1 else "")
            file = folder / f"{name}.parquet"
            held = parquet.write(file, _rows(connection, window | {"tenant": tenant}))
            connection.execute(
                _NOTE, (tenant, day, part, f"{name}.parquet", held.rows, held.digest, now)
            )
        yield held.rows


def _rows(connection: psycopg.Connection[Any], window: dict[str, Any]) -> Iterator[parquet.Row]:
    with connection.cursor("archive") as cursor:
        cursor.itersize = parquet.CHUNK
        yield from cursor.execute(_ROWS, window)


_DAYS = """
select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits as i
inner join pg_class as c on c.oid = i.inhrelid
where i.inhparent = 'landing.inbox'::regclass and c.relname ~ '^inbox_[0-9]{8}$' order by 1
"""

# The part under way, or the one after those whose rows were dropped.
_TENANTS = """
select
    i.tenant_id,
    (
        select coalesce(
            max(a.part) filter (where a.dropped_at is null), coalesce(max(a.part), 0) + 1
        )
        from landing.archives as a where a.tenant_id = i.tenant_id and a.day = %(day)s
    )
from landing.inbox as i
where i.received_at >= %(since)s and i.received_at < %(until)s
group by i.tenant_id order by i.tenant_id
"""

_ROWS = """
select tenant_id, source, delivery_id, received_at, headers::text, body, seq from landing.inbox
where tenant_id = %(tenant)s and received_at >= %(since)s and received_at < %(until)s
order by seq
"""

_NOTE = """
insert into landing.archives
(tenant_id, day, part, file, inbox_rows, content_hash, archived_at)
values (%s, %s, %s, %s, %s, %s, %s)
on conflict (tenant_id, day, part) do update set
    file = excluded.file, inbox_rows = excluded.inbox_rows,
    content_hash = excluded.content_hash, archived_at = excluded.archived_at
"""
