"""Reading the inbox: what lies beyond a lane's watermark, or a day of receipt once more.

A lane's watermark is the (xid, seq) of the last row that it read; its row lock is the lease, so
two readers of one lane take turns. How rows are fetched and parsed belongs to `ahead`.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from e2a.domain.deliveries import Parser, Source
from e2a.warehouse.ahead import CHUNK, COLUMNS, Ahead, Chunk, uncollected
from e2a.warehouse.canonical import inbox_row, understand
from e2a.warehouse.crashing import passing
from e2a.warehouse.held.keeping import store, store_staged
from e2a.warehouse.identity import relearn
from e2a.warehouse.parsing.process import PARSERS, Parsers
from e2a.warehouse.watermark import guard

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Drained:
    """What a reader did: inbox rows read, events new or changed, UTC days they were received."""

    rows: int = 0
    events: int = 0
    days: frozenset[date] = frozenset()

    def __add__(self, other: "Drained") -> "Drained":
        return Drained(self.rows + other.rows, self.events + other.events, self.days | other.days)


@dataclass(frozen=True, slots=True)
class Reader:
    """A source's parser and its version, handed in so that the warehouse imports no parser."""

    source: Source
    parse: Parser
    parser_version: str


def drain(
    connection: psycopg.Connection[Any], reader: Reader, progress: Progress = lambda r, e: None
) -> Drained:
    """Read everything beyond the watermark, in committed chunks.

    Args:
        connection: as `e2a_app`, outside a transaction.
        reader: the source to read.
        progress: called after each chunk with rows and events so far.
    """
    total = Drained()
    with (
        ThreadPoolExecutor(PARSERS, "parser") as beside,
        Parsers(reader.source, reader.parse, reader.parser_version) as parsers,
        uncollected(),
    ):
        ahead = Ahead(reader.source, reader.parse, beside, parsers=parsers)
        while True:
            with connection.transaction():
                batch = take(connection, reader, ahead)
            if batch is None:
                return total
            passing("drain.committed")
            total += batch
            progress(total.rows, total.events)


def claim(connection: psycopg.Connection[Any], tenant_id: str, lane: str) -> tuple[str, int]:
    """Lock a lane's watermark until the transaction ends and return it as (xid, seq).

    Raises:
        StaleWatermarkError: the database was restored into another server.
    """
    guard(connection)
    row = connection.execute(
        "select xid::text, seq from ops.watermarks where tenant_id = %s and lane = %s for update",
        (tenant_id, lane),
    ).fetchone()
    assert row is not None, f"no watermark for lane {lane}"
    return row[0], row[1]


def unread_lanes(connection: psycopg.Connection[Any]) -> frozenset[str]:
    """The lanes with rows beyond their watermark, some of which may not be readable yet.

    Raises:
        StaleWatermarkError: the database was restored into another server.
    """
    guard(connection)
    return frozenset(lane for (lane,) in connection.execute(_UNREAD).fetchall())


def take(connection: psycopg.Connection[Any], reader: Reader, ahead: Ahead) -> Drained | None:
    """Read the next chunk within the caller's transaction; None if there is nothing to read.

    Raises:
        StaleWatermarkError: the database was restored into another server.
    """
    low = claim(connection, "*", reader.source)
    chunk = ahead.take(connection, low)
    if chunk is None:
        return None
    passing("drain.claimed")
    events = _stored(connection, reader, chunk)
    passing("drain.stored")
    received = {row[_RECEIVED_AT] for row in chunk.rows}
    days = {instant.astimezone(UTC).date() for instant in received}
    span = min(days), max(days), min(received)
    high, rows = chunk.high, len(chunk.rows)
    connection.execute(_BATCH, (reader.source, *low, *high, rows, events, *span))
    connection.execute(
        "update ops.watermarks set xid = %s::xid8, seq = %s where tenant_id = '*' and lane = %s",
        (*high, reader.source),
    )
    passing("drain.before_commit")
    return Drained(rows, events, frozenset(days))


def _stored(connection: psycopg.Connection[Any], reader: Reader, chunk: Chunk) -> int:
    """Store a chunk; one whose process could not make it ready is parsed here."""
    staged = chunk.staged
    stored = None if staged is None else store_staged(connection, staged)
    if stored is not None:
        return stored
    understood = chunk.understood(reader.source, reader.parse)
    return store(connection, understood, reader.parser_version)


_RECEIVED_AT = 4
"""Place of `received_at` in a row: xid, then `COLUMNS`."""

# In the order of an index, or the planner reads a day from its beginning.
_UNREAD = """
select w.lane from ops.watermarks as w
cross join lateral (
    select from landing.inbox as i
    where i.source = w.lane and (i.xid, i.seq) > (w.xid, w.seq) order by i.xid, i.seq limit 1
) as unread
where w.tenant_id = '*'
"""

_BATCH = """
insert into ops.batches (
    tenant_id, lane, lo_xid, lo_seq, hi_xid, hi_seq, inbox_rows, events, first_day, last_day,
    oldest_received_at
) values ('*', %s, %s::xid8, %s, %s::xid8, %s, %s, %s, %s, %s, %s)
"""


def reread(
    connection: psycopg.Connection[Any],
    reader: Reader,
    first: date,
    last: date,
    resolved_at: datetime,
) -> Drained:
    """Parse again what was received on the UTC days first..last, up to the watermark.

    Idempotent: with the same parser nothing changes; with a newer one its reading replaces the
    older one, `recorded_at` kept; rows that were held back get another try, and what they now say
    is known from `resolved_at` on (C19). Rows of forgotten orders are left
    as they are: what they meant was decided while they could still be read.
    """
    rows = events = after = 0
    while found := _reread_chunk(connection, reader, (first, last), after, resolved_at):
        rows, events, after = rows + found[0], events + found[1], found[2]
    if events:
        with connection.transaction():
            relearn(connection)
    return Drained(rows, events)


def _reread_chunk(
    connection: psycopg.Connection[Any],
    reader: Reader,
    days: tuple[date, date],
    after: int,
    resolved_at: datetime,
) -> tuple[int, int, int] | None:
    """Rows, changed events and the last seq of the next chunk; None at the end."""
    with connection.transaction():
        low = claim(connection, "*", reader.source)
        found = connection.execute(_RECEIVED, (reader.source, *days, *low, after, CHUNK)).fetchall()
        if not found:
            return None
        rows = [
            inbox_row(reader.source, row[:-1], resolved_at if row[-1] else None) for row in found
        ]
        understood = [understand(row, reader.parse) for row in rows]
        changed = store(connection, understood, reader.parser_version)
        return len(found), changed, found[-1][0]


@dataclass(frozen=True, slots=True)
class Pending:
    """Rows of one source beyond its watermark: UTC days of receipt, count, last (xid, seq)."""

    source: str
    first_day: date
    last_day: date
    rows: int
    high: str


def pending(connection: psycopg.Connection[Any]) -> list[Pending]:
    """What each source has beyond its watermark; sources with nothing are left out."""
    return [Pending(*row) for row in connection.execute(_PENDING).fetchall()]


_RECEIVED = f"""
select
    {COLUMNS},
    exists (
        select from landing.outcomes as o
        where
            o.tenant_id = inbox.tenant_id and o.inbox_seq = inbox.seq and o.events = 0
            and o.outcome in ('waiting', 'quarantined', 'dead_letter')
    ) as was_held_back
from landing.inbox
where
    source = %s and redacted_at is null
    and not exists (
        select from landing.outcomes as o
        where
            o.tenant_id = inbox.tenant_id and o.inbox_seq = inbox.seq
            and o.reason in ('discarded', 'rest_discarded')
    )
    and received_at >= (%s::date)::timestamp at time zone 'UTC'
    and received_at < (%s::date + 1)::timestamp at time zone 'UTC'
    and (xid, seq) <= (%s::xid8, %s) and seq > %s
order by seq limit %s
"""

_PENDING = """
select
    i.source, min((i.received_at at time zone 'UTC')::date),
    max((i.received_at at time zone 'UTC')::date), count(*),
    max(lpad(i.xid::text, 20, '0') || '-' || lpad(i.seq::text, 20, '0'))
from landing.inbox as i
inner join ops.watermarks as w on w.tenant_id = '*' and w.lane = i.source
where (i.xid, i.seq) > (w.xid, w.seq) and i.xid < (select ops.readable_below())
group by i.source order by i.source
"""
