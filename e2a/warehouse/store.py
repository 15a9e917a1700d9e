"""Canonical rows into `landing.order_events`: duplicates, conflicts, outcomes, in one transaction.

Identity is (tenant, source, source event id); of two payloads the first is the one with the
smallest (recorded_at, inbox seq), the other is quarantined as a conflict (C9). Storing the same
rows again changes nothing; storing what a newer parser makes of a row replaces what that row had
produced and keeps `recorded_at` (C19).
"""

from collections.abc import Sequence
from typing import Any

import psycopg

from e2a.domain.deliveries import Outcome
from e2a.warehouse import identity, standing
from e2a.warehouse.canonical import COLUMNS, Understood, copy_row
from e2a.warehouse.statistics import count_again

_DATA = list(COLUMNS)


def store(
    connection: psycopg.Connection[Any], understood: Sequence[Understood], parser_version: str
) -> int:
    """Store what inbox rows became; the caller owns the transaction.

    Returns:
        How many events were new or changed.
    """
    _stage(connection, understood, parser_version)
    connection.execute(standing.FORGET)
    connection.execute(standing.RANK)
    connection.execute(standing.CONFLICTS)
    changed = connection.execute(standing.DISPLACE).rowcount
    changed += connection.execute(_INSERT).rowcount
    changed += connection.execute(_REPLACE).rowcount
    connection.execute(_OUTCOMES)
    if understood:
        table = f"landing.{understood[0].row.delivery.source}_events"
        count_again(connection, table, changed)
    connection.execute(standing.DROP_CONFLICTS)
    identity.learn(connection)
    return changed


def _stage(
    connection: psycopg.Connection[Any], understood: Sequence[Understood], parser_version: str
) -> None:
    connection.execute(_TEMPORARY)
    connection.execute(_CLEAR)
    with connection.cursor().copy(f"copy staged ({', '.join(COLUMNS)}) from stdin") as copy:
        for became in understood:
            for ordinal, event in became.events:
                copy.write_row(copy_row(became.row, ordinal, event, parser_version))
    with connection.cursor().copy("copy decided from stdin") as copy:
        for became in understood:
            copy.write_row(_decided(became, parser_version))
    connection.execute(_COUNT)
    _refusals(connection, understood)
    _dead_letters(connection, understood)


def _decided(became: Understood, parser_version: str) -> tuple[object, ...]:
    delivery = became.row.delivery
    return (
        delivery.tenant_id, became.row.seq, delivery.source.value, delivery.received_at,
        became.outcome.value, became.reason, became.detail, len(became.events),
        sorted(became.mentions), parser_version,
    )  # fmt: skip


def _refusals(connection: psycopg.Connection[Any], understood: Sequence[Understood]) -> None:
    connection.execute(
        "delete from landing.quarantine as q using decided as d "
        "where (q.tenant_id, q.inbox_seq) = (d.tenant_id, d.inbox_seq)"
    )
    rows = [
        (
            became.row.delivery.tenant_id, became.row.seq, refusal.ordinal,
            became.row.delivery.source.value, refusal.source_event_id, refusal.reason,
            refusal.detail, became.row.delivery.received_at,
        )
        for became in understood
        for refusal in became.refusals
    ]  # fmt: skip
    connection.cursor().executemany(
        "insert into landing.quarantine (tenant_id, inbox_seq, ordinal, source, source_event_id, "
        "reason, detail, received_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        rows,
    )


def _dead_letters(connection: psycopg.Connection[Any], understood: Sequence[Understood]) -> None:
    dead = [u for u in understood if u.outcome is Outcome.DEAD_LETTER]
    connection.execute(
        "delete from landing.dead_letters as l using decided as d "
        "where (l.tenant_id, l.inbox_seq) = (d.tenant_id, d.inbox_seq) "
        "and d.outcome <> 'dead_letter'"
    )
    connection.cursor().executemany(
        "insert into landing.dead_letters values (%s, %s, %s, %s, %s, 1) "
        "on conflict (tenant_id, inbox_seq) do update set attempts = dead_letters.attempts + 1, "
        "error_class = excluded.error_class, error = excluded.error",
        [
            (u.row.delivery.tenant_id, u.row.seq, u.row.delivery.source.value, u.reason, u.detail)
            for u in dead
        ],
    )


_TEMPORARY = """
create temp table if not exists staged (
    like landing.order_events including defaults
) on commit delete rows;
create temp table if not exists ranked (
    tenant_id text, inbox_seq bigint, ordinal integer, standing text
) on commit delete rows;
create temp table if not exists decided (
    tenant_id text, inbox_seq bigint, source text, received_at timestamptz, outcome text,
    reason text, detail text, events integer, mentions text[], parser_version text
) on commit delete rows;
"""

# A step stores several lanes in one transaction: what one has staged is none of the next one's.
_CLEAR = "delete from staged; delete from ranked; delete from decided"

# Only what the statements of a store join or filter by: the rest of the columns costs more.
_COUNT = """
analyze staged (
    tenant_id, inbox_seq, ordinal, source, source_event_id, event_type, order_name, shipment_name
)
"""

_COLUMN_LIST = ", ".join(_DATA)

_INSERT = f"""
insert into landing.order_events ({_COLUMN_LIST})
select {", ".join(f"s.{column}" for column in _DATA)}
from staged as s inner join ranked as r using (tenant_id, inbox_seq, ordinal)
where r.standing in ('new', 'displaces')
"""

_KEPT = ("inbox_seq", "tenant_id", "source", "source_event_id", "recorded_at")
_UPDATED = [column for column in _DATA if column not in _KEPT]

_REPLACE = f"""
update landing.order_events as e
set {", ".join(f"{column} = s.{column}" for column in _UPDATED)}
from staged as s inner join ranked as r using (tenant_id, inbox_seq, ordinal)
where
    r.standing = 'own'
    and (e.tenant_id, e.source, e.source_event_id) = (s.tenant_id, s.source, s.source_event_id)
    and ({", ".join(f"e.{column}" for column in _UPDATED)})
    is distinct from ({", ".join(f"s.{column}" for column in _UPDATED)})
"""

_OUTCOMES = """
insert into landing.outcomes as o
select
    d.tenant_id, d.inbox_seq, d.source, d.received_at,
    case
        when d.outcome <> 'canonical' then d.outcome
        when r.conflicts > 0 then 'quarantined'
        when r.kept = 0 then 'nothing_to_do'
        else 'canonical'
    end,
    case
        when d.outcome <> 'canonical' then d.reason
        when r.conflicts > 0 then 'conflict'
        when r.kept = 0 then 'duplicate'
    end,
    d.detail, coalesce(r.kept, 0), d.mentions, d.parser_version
from decided as d
left join (
    select
        tenant_id, inbox_seq,
        count(*) filter (where standing = 'conflict') as conflicts,
        count(*) filter (where standing in ('new', 'own', 'displaces')) as kept
    from ranked group by tenant_id, inbox_seq
) as r using (tenant_id, inbox_seq)
on conflict (tenant_id, inbox_seq) do update set
    outcome = excluded.outcome, reason = excluded.reason, detail = excluded.detail,
    events = excluded.events, mentions = excluded.mentions,
    parser_version = excluded.parser_version
where (o.outcome, o.reason, o.detail, o.events, o.mentions, o.parser_version) is distinct from (
    excluded.outcome, excluded.reason, excluded.detail, excluded.events, excluded.mentions,
    excluded.parser_version
)
"""
