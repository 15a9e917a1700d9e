"""Trying held rows again: by hand, when an automatic attempt is due, when their tenant is loaded.

A replay parses the raw body with today's parser and stores it by the road that every row takes, so
that the latest state is as if it had never failed; what the row says is known from the replay on
(C19). Replaying what is still not understood changes nothing but its attempts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.deliveries import Delivery, Source
from e2a.warehouse.canonical import InboxRow, understand
from e2a.warehouse.drain import Reader, claim
from e2a.warehouse.held.keeping import UNKNOWN_TENANT, store
from e2a.warehouse.held.listing import chosen, given
from e2a.warehouse.held.rows import Choice, Kind
from e2a.warehouse.identity import relearn

BATCH = 500
"""Held rows a transaction."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did.

    Attributes:
        rows: tried again.
        settled: no longer held back.
        events: canonical events new or changed.
        forgotten: left alone, since `e2a forget` blanked their bodies.
    """

    rows: int = 0
    settled: int = 0
    events: int = 0
    forgotten: int = 0

    def __add__(self, other: "Replayed") -> "Replayed":
        return Replayed(
            self.rows + other.rows,
            self.settled + other.settled,
            self.events + other.events,
            self.forgotten + other.forgotten,
        )


def replay(
    connection: psycopg.Connection[Any],
    readers: Sequence[Reader],
    choice: Choice,
    now: datetime,
    *,
    batch_size: int = BATCH,
    progress: Progress = lambda rows: None,
) -> Replayed:
    """Try the chosen rows again, in committed batches; running it again is harmless.

    Args:
        connection: as `e2a_app`, outside a transaction.
        readers: a parser a source; rows of other sources are left alone.
        choice: which held rows; see `count` for a look before.
        now: from when on the facts of settled rows are known.
        batch_size: rows a transaction.
        progress: called with the rows tried so far.
    """
    keys = f"select o.* from {chosen(choice)}"
    return _replay(connection, readers, keys, given(choice), now, batch_size, progress)


def retry_due(
    connection: psycopg.Connection[Any], readers: Sequence[Reader], now: datetime
) -> Replayed:
    """Make the automatic attempts that are due; a third failure makes a dead letter FAILED."""
    return _replay(connection, readers, _DUE, {"now": now}, now, retries=1)


def resolve_waiting(
    connection: psycopg.Connection[Any], readers: Sequence[Reader], now: datetime
) -> Replayed:
    """Read the rows whose tenant has been loaded since they came."""
    choice = Choice(Kind.WAITING, reason=UNKNOWN_TENANT)
    keys = f"select o.* from {chosen(choice)} and {_TENANT_IS_KNOWN}"
    return _replay(connection, readers, keys, given(choice), now)


def _replay(
    connection: psycopg.Connection[Any],
    readers: Sequence[Reader],
    keys: str,
    parameters: Mapping[str, Any],
    now: datetime,
    batch_size: int = BATCH,
    progress: Progress = lambda rows: None,
    retries: int = 0,
) -> Replayed:
    total, restated = Replayed(), False
    for reader in readers:
        chosen = {**parameters, "lane": reader.source, "batch": batch_size}
        for batch in _batches(connection, reader, keys, chosen, now, retries):
            total += batch.replayed
            restated = restated or batch.restated
            progress(total.rows)
    if restated:
        with connection.transaction():
            relearn(connection)
    return total


@dataclass(frozen=True, slots=True)
class _Batch:
    replayed: Replayed
    last: int
    restated: bool


def _batches(
    connection: psycopg.Connection[Any],
    reader: Reader,
    keys: str,
    parameters: dict[str, Any],
    now: datetime,
    retries: int,
) -> Iterator[_Batch]:
    after = 0
    while True:
        with connection.transaction():
            claim(connection, "*", reader.source)
            found = connection.execute(
                _ROWS.format(keys=keys), parameters | {"after": after}
            ).fetchall()
            if not found:
                return
            batch = _one(connection, reader, found, now, retries)
        after = batch.last
        yield batch


def _one(
    connection: psycopg.Connection[Any],
    reader: Reader,
    found: Sequence[tuple[Any, ...]],
    now: datetime,
    retries: int,
) -> _Batch:
    """One batch; what stood of a row before may be withdrawn by its newer reading."""
    readable = [row for row in found if row[-1]]
    understood = [understand(_inbox_row(reader.source, row, now), reader.parse) for row in readable]
    events = store(connection, understood, reader.parser_version)
    keys = {"tenants": [row[1] for row in readable], "seqs": [row[0] for row in readable]}
    connection.execute(_RESCHEDULE, keys | {"now": now, "retries": retries})
    held = connection.execute(_STILL_HELD, keys).fetchone()
    assert held is not None
    done = Replayed(len(readable), len(readable) - held[0], events, len(found) - len(readable))
    return _Batch(done, found[-1][0], any(row[6] for row in readable))


def _inbox_row(source: Source, row: tuple[Any, ...], now: datetime) -> InboxRow:
    """Facts that stand already keep their `recorded_at`; the others are known from now on."""
    seq, tenant_id, delivery_id, received_at, headers, body, events, _ = row
    delivery = Delivery(tenant_id, source, delivery_id, received_at, body, headers)
    return replace(InboxRow(seq, delivery, received_at), accepted_at=received_at if events else now)


_ROWS = """
select
    i.seq, i.tenant_id, i.delivery_id, i.received_at, i.headers, i.body, o.events,
    i.redacted_at is null
from ({keys} and o.source = %(lane)s and o.inbox_seq > %(after)s
    order by o.inbox_seq limit %(batch)s
) as o
inner join landing.inbox as i
    on i.tenant_id = o.tenant_id and i.received_at = o.received_at and i.seq = o.inbox_seq
order by i.seq
"""

_DUE = """
select o.* from landing.outcomes as o
inner join landing.dead_letters as l on l.tenant_id = o.tenant_id and l.inbox_seq = o.inbox_seq
where l.next_attempt_at <= %(now)s
"""

_TENANT_IS_KNOWN = "exists (select from reference.tenants as t where t.tenant_id = o.tenant_id)"

# An automatic attempt counts towards FAILED; one by hand leaves the schedule as it is.
_RESCHEDULE = """
update landing.dead_letters as l
set
    retries = l.retries + %(retries)s,
    next_attempt_at = landing.next_attempt(l.retries + %(retries)s, %(now)s)
where
    %(retries)s > 0
    and (l.tenant_id, l.inbox_seq) in (
        select * from unnest(%(tenants)s::text[], %(seqs)s::bigint[])
    )
"""

_STILL_HELD = """
select count(*) from landing.outcomes as o
where
    o.outcome in ('dead_letter', 'quarantined', 'waiting')
    and (o.tenant_id, o.inbox_seq) in (
        select * from unnest(%(tenants)s::text[], %(seqs)s::bigint[])
    )
"""
