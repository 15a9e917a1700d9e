"""Canonical rows into `landing.order_events`: duplicates, conflicts, outcomes, in one transaction.

Identity is (tenant, source, source event id); of two payloads the first is the one with the
smallest (recorded_at, inbox seq), the other is quarantined as a conflict (C9). Storing the same
rows again changes nothing; storing what a newer parser makes of a row replaces what that row had
produced and keeps `recorded_at` (C19).
"""

from collections.abc import Sequence
from typing import Any

import psycopg

from e2a.warehouse import identity, standing
from e2a.warehouse.canonical import COLUMNS, Understood
from e2a.warehouse.staged import Staged, stage
from e2a.warehouse.statistics import count_again, is_of_another_size
from e2a.warehouse.temporary import temporary

_DATA = list(COLUMNS)


def store(
    connection: psycopg.Connection[Any], understood: Sequence[Understood], parser_version: str
) -> int:
    """Store what inbox rows became; the caller owns the transaction.

    Returns:
        How many events were new or changed.
    """
    return store_staged(connection, stage(understood, parser_version))


def store_staged(connection: psycopg.Connection[Any], staged: Staged) -> int:
    """Store inbox rows that were made ready; the caller owns the transaction.

    Where all their facts are met for the first time, as in a file's, nothing has to be compared.

    Returns:
        How many events were new or changed.
    """
    _stage(connection, staged)
    is_first = staged.is_distinct and _is_first(connection)
    changed = _add(connection) if is_first else _compare(connection)
    if staged.source:
        count_again(connection, f"landing.{staged.source}_events", changed)
    identity.learn(connection)
    return changed


def _is_first(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(standing.IS_FIRST).fetchone()
    return row is not None and bool(row[0])


def _add(connection: psycopg.Connection[Any]) -> int:
    changed = connection.execute(_ADD).rowcount
    connection.execute(_FIRST_OUTCOMES)
    return changed


def _compare(connection: psycopg.Connection[Any]) -> int:
    connection.execute(standing.FORGET)
    connection.execute(standing.RANK)
    connection.execute(standing.CONFLICTS)
    changed = connection.execute(standing.DISPLACE).rowcount
    changed += connection.execute(_INSERT).rowcount
    changed += connection.execute(_REPLACE).rowcount
    connection.execute(_OUTCOMES)
    connection.execute(standing.DROP_CONFLICTS)
    return changed


def _stage(connection: psycopg.Connection[Any], staged: Staged) -> None:
    connection.execute(_TEMPORARY)
    with connection.cursor().copy(f"copy staged ({', '.join(COLUMNS)}) from stdin") as copy:
        copy.write(staged.events)
    with connection.cursor().copy("copy decided from stdin") as copy:
        copy.write(staged.decided)
    if is_of_another_size(connection, "staged", staged.events.count(b"\n")):
        connection.execute(_COUNT)
    connection.execute(_FORGET_REFUSALS)
    connection.cursor().executemany(_REFUSAL, staged.refusals)
    connection.execute(_FORGET_DEAD)
    connection.cursor().executemany(_DEAD, staged.dead)


_TEMPORARY = (
    temporary("staged", "like landing.order_events including defaults")
    + temporary("ranked", "tenant_id text, inbox_seq bigint, ordinal integer, standing text")
    + temporary(
        "decided",
        """
        tenant_id text, inbox_seq bigint, source text, received_at timestamptz, outcome text,
        reason text, detail text, events integer, mentions text[], parser_version text
        """,
    )
)

# Only what the statements of a store join or filter by: the rest of the columns costs more.
_COUNT = """
set local default_statistics_target = 10;
analyze staged (
    tenant_id, inbox_seq, ordinal, source, source_event_id, event_type, order_name, shipment_name
);
set local default_statistics_target to default
"""

_FORGET_REFUSALS = """
delete from landing.quarantine as q using decided as d
where (q.tenant_id, q.inbox_seq) = (d.tenant_id, d.inbox_seq)
"""

_REFUSAL = """
insert into landing.quarantine (
    tenant_id, inbox_seq, ordinal, source, source_event_id, reason, detail, received_at
) values (%s, %s, %s, %s, %s, %s, %s, %s)
"""

_FORGET_DEAD = """
delete from landing.dead_letters as l using decided as d
where (l.tenant_id, l.inbox_seq) = (d.tenant_id, d.inbox_seq) and d.outcome <> 'dead_letter'
"""

_DEAD = """
insert into landing.dead_letters values (%s, %s, %s, %s, %s, 1)
on conflict (tenant_id, inbox_seq) do update set
    attempts = dead_letters.attempts + 1, error_class = excluded.error_class,
    error = excluded.error
"""

_COLUMN_LIST = ", ".join(_DATA)

_INSERT = f"""
insert into landing.order_events ({_COLUMN_LIST})
select {", ".join(f"s.{column}" for column in _DATA)}
from staged as s inner join ranked as r using (tenant_id, inbox_seq, ordinal)
where r.standing in ('new', 'displaces')
"""

_ADD = f"""
insert into landing.order_events ({_COLUMN_LIST}) select {_COLUMN_LIST} from staged
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

_OUTCOME = """
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
{judged}
on conflict (tenant_id, inbox_seq) do update set
    outcome = excluded.outcome, reason = excluded.reason, detail = excluded.detail,
    events = excluded.events, mentions = excluded.mentions,
    parser_version = excluded.parser_version
where (o.outcome, o.reason, o.detail, o.events, o.mentions, o.parser_version) is distinct from (
    excluded.outcome, excluded.reason, excluded.detail, excluded.events, excluded.mentions,
    excluded.parser_version
)
"""

_OUTCOMES = _OUTCOME.format(
    judged="""
left join (
    select
        tenant_id, inbox_seq,
        count(*) filter (where standing = 'conflict') as conflicts,
        count(*) filter (where standing in ('new', 'own', 'displaces')) as kept
    from ranked group by tenant_id, inbox_seq
) as r using (tenant_id, inbox_seq)
"""
)

_FIRST_OUTCOMES = _OUTCOME.format(
    judged="cross join lateral (select 0 as conflicts, nullif(d.events, 0) as kept) as r"
)
