"""The next message of a destination, committed as `sending` before its first byte leaves.

Claims of one destination take turns by its breaker's row. Rows go together if they are a digest, if
they went together before, or if more is due than the destination's rate allows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from e2a.alerts.claimed import Claimed, Part
from e2a.domain.alerts import Kind

MOST_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class Due:
    """A row that may be sent now."""

    message_id: UUID
    kind: Kind
    payload: dict[str, Any]
    created_at: datetime
    digest: bool
    idempotency_key: UUID | None
    together: int | None
    subject: str
    version: int


def claim(
    connection: psycopg.Connection[Any],
    tenant: str,
    destination: str,
    deliverer: int,
    per_minute: int,
    probe_seconds: float,
) -> Claimed | None:
    """Take the next message, if one is due and the destination may be bothered.

    Args:
        connection: as the deliverer, outside a transaction.
        tenant: whose message.
        destination: where it goes.
        deliverer: number of who sends it.
        per_minute: messages a minute that the destination allows.
        probe_seconds: how long nobody else tries a destination whose breaker is open.
    """
    where = (tenant, destination)
    with connection.transaction():
        connection.execute(_ENSURE, where)
        row = connection.execute(_BREAKER, where * 2).fetchone()
        assert row is not None
        is_open, may_send, lately = row
        if not may_send or lately >= per_minute:
            return None
        due = _due(connection, where)
        if not due:
            return None
        chosen = _chosen(connection, where, due, per_minute - lately)
        if is_open:
            connection.execute(_PROBE, (probe_seconds, *where))
        return _taken(connection, where, chosen, deliverer, is_open)


def _due(connection: psycopg.Connection[Any], where: tuple[str, str]) -> list[Due]:
    with connection.cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(_DUE, (*where, MOST_TOGETHER)).fetchall()


def _chosen(
    connection: psycopg.Connection[Any], where: tuple[str, str], due: list[Due], allowed: int
) -> list[Due]:
    first = due[0]
    fresh = [row for row in due if row.idempotency_key is None]
    if first.idempotency_key is not None:
        if first.together == 1:
            return [first]
        with connection.cursor(row_factory=class_row(Due)) as cursor:
            return cursor.execute(_SAME, (*where, first.idempotency_key)).fetchall()
    if first.digest:
        return [row for row in fresh if row.digest]
    return fresh if allowed == 1 else [first]


def _taken(
    connection: psycopg.Connection[Any],
    where: tuple[str, str],
    chosen: list[Due],
    deliverer: int,
    is_probe: bool,
) -> Claimed:
    key = chosen[0].idempotency_key or chosen[0].message_id
    together = max(len(chosen), chosen[0].together or 1)
    ids = [row.message_id for row in chosen]
    connection.execute(_SENDING, (deliverer, key, together, where[0], ids))
    replaces = _replaced(connection, where, chosen[0]) if together == 1 else None
    parts = tuple(Part(row.kind, row.payload, row.created_at) for row in chosen)
    return Claimed(*where, key, parts, is_probe, replaces)


def _replaced(
    connection: psycopg.Connection[Any], where: tuple[str, str], row: Due
) -> dict[str, Any] | None:
    if row.kind != "cleared":
        return None
    found = connection.execute(_PLACE, (*where, row.subject, row.version)).fetchone()
    return found[0] if found else None


_ENSURE = """
insert into ops.breakers (tenant_id, destination) values (%s, %s)
on conflict (tenant_id, destination) do nothing
"""

_BREAKER = """
select
    b.state = 'open', b.not_before <= now(),
    (
        select count(distinct o.idempotency_key) from ops.outbox as o
        where
            o.tenant_id = %s and o.destination = %s
            and o.sent_at > clock_timestamp() - interval '1 minute'
    )
from ops.breakers as b where b.tenant_id = %s and b.destination = %s
for update
"""

_COLUMNS = """
select
    o.message_id, o.kind, o.payload, o.created_at, o.digest, o.idempotency_key, o.together,
    o.subject, o.version
from ops.outbox as o where o.tenant_id = %s and o.destination = %s and o.state = 'waiting'
"""

# What takes back waits until it is known whether there is something to take back.
_DUE = f"""{_COLUMNS}
and o.next_attempt_at <= now()
and not (
    o.kind = 'cleared' and exists (
        select from ops.outbox as first
        where
            first.tenant_id = o.tenant_id and first.subject = o.subject
            and first.version = o.version and first.destination = o.destination
            and first.kind in ('opened', 'escalated') and first.state = 'sending'
    )
)
order by o.next_attempt_at, o.created_at, o.message_id limit %s
for update of o skip locked
"""

_SAME = f"{_COLUMNS} and o.idempotency_key = %s order by o.created_at, o.message_id for update of o"

_PROBE = """
update ops.breakers set not_before = now() + %s * interval '1 second'
where tenant_id = %s and destination = %s
"""

_SENDING = """
update ops.outbox set
    state = 'sending', claimed_by = %s, idempotency_key = %s, together = %s,
    sent_at = clock_timestamp()
where tenant_id = %s and message_id = any(%s)
"""

_PLACE = """
select o.answer -> 'place' from ops.outbox as o
where
    o.tenant_id = %s and o.destination = %s and o.subject = %s and o.version = %s
    and o.kind in ('opened', 'escalated') and o.state = 'delivered' and o.together = 1
    and o.answer -> 'place' <> 'null'
order by o.kind = 'opened' desc limit 1
"""
