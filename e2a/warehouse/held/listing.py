"""Looking at held rows: lists, one of them whole, counts, and what is due. Nothing here writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from e2a.domain.errors import BadInputError
from e2a.warehouse.held.rows import Choice, Held, HeldId, Seen


@dataclass(frozen=True, slots=True)
class Due:
    """What can be tried now: dead letters whose time has come, rows whose tenant is loaded."""

    dead_letters: int
    resolvable: int


def list_(
    connection: psycopg.Connection[Any], choice: Choice, *, limit: int = 100, after: int = 0
) -> list[Held]:
    """Held rows in the order in which they arrived.

    Args:
        connection: as `e2a_app`.
        choice: which rows.
        limit: at most so many.
        after: only rows whose seq is greater; the last one of a page begins the next.
    """
    with connection.cursor(row_factory=class_row(Held)) as cursor:
        page = given(choice) | {"limit": limit, "after": after}
        return cursor.execute(_LIST.format(chosen=chosen(choice)), page).fetchall()


def count(connection: psycopg.Connection[Any], choice: Choice) -> dict[str, int]:
    """How many held rows there are, by reason."""
    found = connection.execute(_COUNT.format(chosen=chosen(choice)), given(choice)).fetchall()
    return {reason or "": rows for reason, rows in found}


def show(connection: psycopg.Connection[Any], held_id: HeldId) -> Seen:
    """One row that is or was held back, with its body and what was decided about it.

    Raises:
        BadInputError: nothing by that id is held back.
    """
    found = list_(connection, Choice(kind=None, ids=(held_id,)), limit=1)
    if not found:
        raise BadInputError(f"No row {held_id} is held back", "See `e2a dlq list`")
    key = {"tenant": held_id.tenant_id, "seq": held_id.seq, "received": found[0].received_at}
    with connection.cursor(row_factory=dict_row) as cursor:
        raw = cursor.execute(_RAW, key).fetchone() or {"headers": {}, "body": b""}
        problems = cursor.execute(_PROBLEMS, key).fetchall()
        discards = cursor.execute(_DISCARDS, key).fetchall()
    return Seen(found[0], raw["headers"], bytes(raw["body"]), tuple(problems), tuple(discards))


def due(connection: psycopg.Connection[Any], now: datetime) -> Due:
    """What can be tried at an instant."""
    row = connection.execute(_DUE, {"now": now}).fetchone()
    assert row is not None
    return Due(*row)


def chosen(choice: Choice) -> str:
    """FROM and WHERE of the rows that are meant, as `o`, with their dead letter as `l`.

    Parameters come from `given`. Only the conditions that narrow something are there, so that the
    planner finds its index whatever is asked for.
    """
    wanted = {
        "o.outcome = %(kind)s": choice.kind is not None,
        _HELD_OR_DISCARDED: choice.kind is None,
        _AMONG: bool(choice.ids),
        "o.reason = %(reason)s": choice.reason is not None,
        "o.tenant_id = %(tenant)s": choice.tenant_id is not None,
        "o.source = %(source)s": choice.source is not None,
        "o.received_at < %(before)s": choice.received_before is not None,
        "l.inbox_seq is not null and l.next_attempt_at is null": choice.failed_only,
    }
    return _OUTCOMES + " and ".join(text for text, is_wanted in wanted.items() if is_wanted)


def given(choice: Choice) -> dict[str, Any]:
    """The parameters of `chosen`."""
    return {
        "kind": choice.kind,
        "tenants": [one.tenant_id for one in choice.ids],
        "seqs": [one.seq for one in choice.ids],
        "reason": choice.reason,
        "tenant": choice.tenant_id,
        "source": choice.source,
        "before": choice.received_before,
    }


_OUTCOMES = """
landing.outcomes as o
left join landing.dead_letters as l on l.tenant_id = o.tenant_id and l.inbox_seq = o.inbox_seq
where """

_HELD_OR_DISCARDED = """(
    o.outcome in ('dead_letter', 'quarantined', 'waiting')
    or o.reason in ('discarded', 'rest_discarded')
)"""

_AMONG = """(o.tenant_id, o.inbox_seq) in (
    select * from unnest(%(tenants)s::text[], %(seqs)s::bigint[])
)"""

_LIST = """
select
    o.tenant_id, o.inbox_seq as seq, o.source, i.delivery_id, o.received_at,
    case
        when o.reason in ('discarded', 'rest_discarded') then 'discarded'
        when o.outcome <> 'dead_letter' then o.outcome
        when l.next_attempt_at is null then 'failed'
        else 'retrying'
    end as status,
    o.reason, o.detail, coalesce(l.attempts, 0) as attempts, l.next_attempt_at, o.events
from (
    select o.* from {chosen} and o.inbox_seq > %(after)s
    order by o.inbox_seq limit %(limit)s
) as o
left join landing.dead_letters as l on l.tenant_id = o.tenant_id and l.inbox_seq = o.inbox_seq
left join landing.inbox as i
    on i.tenant_id = o.tenant_id and i.received_at = o.received_at and i.seq = o.inbox_seq
order by o.inbox_seq
"""

_COUNT = "select o.reason, count(*) from {chosen} group by o.reason order by 2 desc, 1"

_KEY = "tenant_id = %(tenant)s and inbox_seq = %(seq)s"

_RAW = """
select headers, body from landing.inbox
where tenant_id = %(tenant)s and received_at = %(received)s and seq = %(seq)s
"""

_PROBLEMS = f"""
select ordinal, source_event_id, reason, detail from landing.quarantine where {_KEY}
order by ordinal
"""

_DISCARDS = f"""
select discarded_at, discarded_by, reason, outcome, held_for from landing.discards where {_KEY}
order by discarded_at
"""

_DUE = """
select
    (select count(*) from landing.dead_letters where next_attempt_at <= %(now)s),
    (
        select count(*) from landing.outcomes as o
        where
            o.outcome = 'waiting' and o.reason = 'unknown_tenant'
            and exists (select from reference.tenants as t where t.tenant_id = o.tenant_id)
    )
"""
