"""Landing: deliveries into the inbox, exactly as they arrived, each once.

The unique constraint of `landing.deliveries` is the dedupe: a delivery id that comes again with
the same body is dropped, one with another body is kept under a marked id so that its events are
judged (C9) and nothing is lost. Parsing is not done here: see `e2a.warehouse.drain`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
import psycopg

from e2a.domain.deliveries import Delivery
from e2a.domain.errors import UnknownTenantError
from e2a.warehouse.ahead import CHUNK_BYTES, made_ahead, uncollected

CHUNK = 20_000
"""Deliveries a transaction: large enough for COPY to pay, small enough to lose little on a kill."""

Progress = Callable[[int], None]
Row = tuple[int, str, str, str, datetime, str, bytes, bytes]
"""A delivery as the columns of `arriving`."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What a landing did: new rows, repeated deliveries, repeated ids with another body."""

    rows: int = 0
    duplicates: int = 0
    conflicts: int = 0

    def __add__(self, other: "Landed") -> "Landed":
        return Landed(
            self.rows + other.rows,
            self.duplicates + other.duplicates,
            self.conflicts + other.conflicts,
        )


def land(
    connection: psycopg.Connection[Any],
    deliveries: Iterable[Delivery],
    progress: Progress = lambda rows: None,
    at_end: Progress = lambda rows: None,
) -> Landed:
    """Store deliveries in committed chunks; landing the same ones again stores nothing.

    Args:
        connection: as `e2a_app`, outside a transaction.
        deliveries: in the order of receipt.
        progress: called with the number of deliveries handled so far.
        at_end: called with the number of all, in the transaction of the last chunk.

    Raises:
        UnknownTenantError: a delivery names a tenant that no policy folder describes.
    """
    total, seen, last = Landed(), 0, Landed()
    with uncollected():
        chunks = made_ahead(_chunks(deliveries, tenants(connection)))
        chunk: list[Row] | None = next(chunks, [])
        while chunk is not None:
            following = next(chunks, None)
            seen += len(chunk)
            with connection.transaction():
                last = _land_rows(connection, chunk, hopeful=not last.duplicates)
                total += last
                if following is None:
                    at_end(seen)
            if chunk:
                progress(seen)
            chunk = following
    return total


def tenants(connection: psycopg.Connection[Any]) -> set[str]:
    """The tenants of this installation."""
    rows = connection.execute("select tenant_id from reference.tenants").fetchall()
    connection.rollback()
    return {row[0] for row in rows}


def _chunks(deliveries: Iterable[Delivery], known: set[str]) -> Iterator[list[Row]]:
    iterator = iter(deliveries)
    while chunk := _next_chunk(iterator):
        for delivery in chunk:
            if delivery.tenant_id not in known:
                raise UnknownTenantError(delivery.tenant_id, known)
        yield [_row(*numbered) for numbered in enumerate(chunk)]


def _next_chunk(deliveries: Iterator[Delivery]) -> list[Delivery]:
    """As many as one transaction stores; large bodies make it shorter."""
    chunk, size = [], 0
    for delivery in deliveries:
        chunk.append(delivery)
        size += len(delivery.body)
        if len(chunk) >= CHUNK or size >= CHUNK_BYTES:
            break
    return chunk


def land_chunk(connection: psycopg.Connection[Any], chunk: Sequence[Delivery]) -> Landed:
    """Store deliveries in the caller's transaction, with whatever else it does."""
    rows = [_row(*numbered) for numbered in enumerate(chunk)]
    return _land_rows(connection, rows, hopeful=True)


def _land_rows(
    connection: psycopg.Connection[Any], rows: Sequence[Row], *, hopeful: bool
) -> Landed:
    """Store them; hopeful that all are new, which costs less to try than to find out."""
    for day in sorted({_day(row) for row in rows}):
        connection.execute("select landing.ensure_day(%s)", (day,))
    connection.execute(_ARRIVING)
    with connection.cursor().copy("copy arriving from stdin") as copy:
        for row in rows:
            copy.write_row(row)
    landed = _if_all_are_new(connection, rows) if hopeful else None
    return landed or _compared(connection, rows)


def _if_all_are_new(connection: psycopg.Connection[Any], rows: Sequence[Row]) -> Landed | None:
    """Store deliveries none of which has been seen, as in a file; else nothing, and None."""
    if len({row[1:4] for row in rows}) < len(rows):
        return None
    with connection.transaction() as attempt:
        if connection.execute(_SEEN).rowcount < len(rows):
            raise psycopg.Rollback(attempt)
        connection.execute(_ALL)
        return Landed(len(rows))
    return None


def _compared(connection: psycopg.Connection[Any], rows: Sequence[Row]) -> Landed:
    conflicts = connection.execute(_MARK_CONFLICTS).rowcount
    stored = connection.execute(_STORE).rowcount
    # What collided may be another body that somebody committed meanwhile: only now is it seen.
    if stored < len(rows) and (late := connection.execute(_MARK_CONFLICTS).rowcount):
        conflicts += late
        stored += connection.execute(_STORE).rowcount
    return Landed(stored, len(rows) - stored, conflicts)


def _day(row: Row) -> date:
    return row[4].astimezone(UTC).date()


def _row(ordinal: int, delivery: Delivery) -> Row:
    return (
        ordinal,
        delivery.tenant_id,
        delivery.source.value,
        delivery.delivery_id,
        delivery.received_at,
        orjson.dumps(dict(delivery.headers)).decode(),
        delivery.body,
        hashlib.sha256(delivery.body).digest(),
    )


_ARRIVING = """
create temp table if not exists arriving (
    ordinal integer, tenant_id text, source text, delivery_id text, received_at timestamptz,
    headers jsonb, body bytea, body_hash bytea
) on commit delete rows
"""

# A known id with another body, or the second body of an id within this chunk, gets a marked id;
# the redacted body of a forgotten order is the same delivery.
_MARK_CONFLICTS = """
with firsts as (
    select distinct on (tenant_id, source, delivery_id)
        tenant_id, source, delivery_id, body_hash, redacted_hash
    from (
        select -1 as ordinal, d.* from landing.deliveries as d
        inner join (select distinct tenant_id, source, delivery_id from arriving) as a
            using (tenant_id, source, delivery_id)
        union all
        select ordinal, tenant_id, source, delivery_id, body_hash, null from arriving
    ) as candidates
    order by tenant_id, source, delivery_id, ordinal
)
update arriving as a
set delivery_id = landing.marked_id(a.delivery_id, a.body_hash)
from firsts as f
where
    (f.tenant_id, f.source, f.delivery_id) = (a.tenant_id, a.source, a.delivery_id)
    and f.body_hash <> a.body_hash
    and f.redacted_hash is distinct from a.body_hash
"""

# In the order of their keys, for the same reason as in _STORE.
_SEEN = """
insert into landing.deliveries (tenant_id, source, delivery_id, body_hash)
select tenant_id, source, delivery_id, body_hash from arriving
order by tenant_id, source, delivery_id
on conflict do nothing
"""

_ALL = """
insert into landing.inbox (tenant_id, source, delivery_id, received_at, headers, body)
select tenant_id, source, delivery_id, received_at, headers, body from arriving order by ordinal
"""

# Inserted in the order of their keys, so that two writers never wait for each other.
_STORE = """
with fresh as (
    insert into landing.deliveries (tenant_id, source, delivery_id, body_hash)
    select tenant_id, source, delivery_id, body_hash
    from (
        select distinct on (tenant_id, source, delivery_id) * from arriving
        order by tenant_id, source, delivery_id, ordinal
    ) as in_one_order
    on conflict do nothing
    returning tenant_id, source, delivery_id
)
insert into landing.inbox (tenant_id, source, delivery_id, received_at, headers, body)
select tenant_id, source, delivery_id, received_at, headers, body
from (
    select distinct on (tenant_id, source, delivery_id) *
    from arriving inner join fresh using (tenant_id, source, delivery_id)
    order by tenant_id, source, delivery_id, ordinal
) as firsts
order by ordinal
"""
