"""What bounds the reading of the inbox: who writes, how long the watermark waits, on which server.

Rows are read below the oldest transaction that could still write here. One that lasts holds up the
watermark: `health` shows it, `HELD_UP_TOO_LONG` is the alarm. Transaction ids mean nothing on
another server: after a restore into one, `guard` refuses to read until `rebase` has been run.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

from e2a.domain.errors import E2AError

HELD_UP_TOO_LONG = timedelta(seconds=1)
"""Ingest transactions take milliseconds: whoever holds the watermark longer is a fault."""


class StaleWatermarkError(E2AError):
    """The watermarks were written on another server, whose transaction ids mean nothing here."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What a lane has before it: rows it may read, rows that an older writer holds up."""

    lane: str
    readable: int
    held_up: int
    oldest_received_at: datetime | None


@dataclass(frozen=True, slots=True)
class Writer:
    """A transaction that writes; the watermark waits for it if it is in our database."""

    pid: int
    database: str
    application: str
    writing_since: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """Lanes, the oldest writer (ours, or else the server's), and since when rows are held up."""

    lanes: tuple[Lane, ...]
    oldest_writer: Writer | None
    held_up_for: timedelta

    @property
    def is_alarm(self) -> bool:
        """Whether rows have waited too long for a writer."""
        return self.held_up_for > HELD_UP_TOO_LONG


def readable_below(connection: psycopg.Connection[Any]) -> str:
    """The transaction id below which every inbox row is committed or never will be.

    Ask in a statement of its own, before the rows are read: writers of other databases of the
    server are looked past, so what counts is who was running when it was asked.
    """
    row = connection.execute("select ops.readable_below()::text").fetchone()
    assert row is not None
    return str(row[0])


def health(connection: psycopg.Connection[Any], now: datetime) -> Health:
    """How far lanes are behind, and who holds them up."""
    with connection.cursor(row_factory=class_row(Lane)) as cursor:
        lanes = cursor.execute("select * from ops.watermark_age() order by lane").fetchall()
    with connection.cursor(row_factory=class_row(Writer)) as cursor:
        writer = cursor.execute("select * from ops.oldest_writer()").fetchone()
    is_ours = writer is not None and writer.database == connection.info.dbname
    held = is_ours and any(lane.held_up for lane in lanes)
    waited = now - writer.writing_since if held and writer else timedelta(0)
    return Health(tuple(lanes), writer, max(waited, timedelta(0)))


def guard(connection: psycopg.Connection[Any]) -> None:
    """Refuse to read by transaction ids of another server.

    Raises:
        StaleWatermarkError: the database was restored into a new cluster.
    """
    row = connection.execute(
        "select system_identifier = (select system_identifier from pg_control_system()) "
        "from ops.cluster"
    ).fetchone()
    if row is None or not row[0]:
        raise StaleWatermarkError(
            "This database was restored into another server, where the inbox's transaction ids "
            "mean nothing",
            "Stop the gateway and run `e2a db rebase` once",
        )


def rebase(connection: psycopg.Connection[Any]) -> int:
    """Give every inbox row a position that means something here; nobody lands or reads meanwhile.

    Rows with an outcome were read and go behind the watermark; the others come after it, by seq.

    Args:
        connection: as `e2a_owner`, outside a transaction.

    Returns:
        How many rows are still to be read.
    """
    with connection.transaction():
        connection.execute("lock table ops.watermarks in access exclusive mode")
        connection.execute("lock table landing.inbox in share row exclusive mode")
        connection.execute(_BEHIND)
        unread = connection.execute(_BEYOND).rowcount
        connection.execute(
            "update ops.watermarks set xid = '0', "
            "seq = (select coalesce(max(seq), 0) from landing.inbox)"
        )
        connection.execute(
            "update ops.cluster set system_identifier = "
            "(select system_identifier from pg_control_system())"
        )
    return unread


_BEHIND = """
update landing.inbox as i set xid = '0'
from landing.outcomes as o
where o.tenant_id = i.tenant_id and o.inbox_seq = i.seq and i.xid <> '0'
"""

_BEYOND = """
update landing.inbox as i set xid = pg_current_xact_id()
where
    not exists (
        select from landing.outcomes as o where o.tenant_id = i.tenant_id and o.inbox_seq = i.seq
    )
"""
