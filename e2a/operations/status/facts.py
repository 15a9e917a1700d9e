"""What the database says of the installation: lag, breaches, what is held back, messages, money."""

from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from e2a.domain.errors import DatabaseUnavailableError
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.truth import last_truth, words

Facts = dict[str, Any]
Connection = psycopg.Connection[Any]


def lane(connection: Connection) -> Facts:
    """The hot lane: who runs it, and until when deadlines have been judged."""
    return _one(connection, _LANE)


def breaches(connection: Connection) -> Facts:
    """Exceptions that nobody has closed, by promise stage, and how many nobody has taken."""
    rows = connection.execute(_EXCEPTIONS).fetchall()
    by_stage = {stage: count for stage, count, _ in rows}
    untaken = sum(untaken for _, _, untaken in rows)
    return {"open": sum(by_stage.values()), "untaken": untaken, "by_stage": by_stage}


def truth(connection: Connection) -> Facts | None:
    """The last proof that what is stored is what the events say; None: there was none yet."""
    found = last_truth(connection)
    if found is None:
        return None
    return {
        "finished_at": found.finished_at, "is_green": found.is_green, "orders": found.orders,
        "differences": found.differences, "words": words(found),
    }  # fmt: skip


def held(connection: Connection) -> Facts:
    """Rows that are held back, and the tenants that wait for their policies."""
    return _one(connection, _HELD)


def alerts(connection: Connection) -> Facts:
    """The outbox: what waits, what is overdue, what is dead; destinations that are left alone.

    A destination whose variable is not set and that never took anything is not set up: no fault.
    """
    unset = [f"{row['tenant_id']}/{row['destination']}" for row in _all(connection, _NOT_SET_UP)]
    breakers = _all(connection, _BREAKERS)
    return _one(connection, _OUTBOX) | {"open_breakers": breakers, "not_set_up": unset}


def ai(connection: Connection) -> Facts | None:
    """What models have cost today, in USD, and what is left; None: nobody was asked today."""
    return _one(connection, _BUDGET) or None


def sizes(connection: Connection, warehouse: Warehouse) -> Facts:
    """Bytes of the warehouse and of Dagster's own database."""
    size = "select pg_database_size(current_database())"
    row = connection.execute(size).fetchone()
    found: Facts = {"warehouse_bytes": row and row[0], "dagster_bytes": None}
    try:
        with warehouse.connect(Role.DAGSTER, autocommit=True) as dagster:
            row = dagster.execute(size).fetchone()
    except DatabaseUnavailableError:
        return found
    return found | {"dagster_bytes": row and row[0]}


def _one(connection: Connection, query: LiteralString) -> Facts:
    rows = _all(connection, query)
    return rows[0] if rows else {}


def _all(connection: Connection, query: LiteralString) -> list[Facts]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query).fetchall()


_LANE = """
select holder, beat_at, nullif(judged_until, '-infinity') as judged_until, failures, last_failure
from ops.lanes where tenant_id = '*' and lane = 'hot'
"""

_EXCEPTIONS = """
select coalesce(stage, 'reported'), count(*)::integer,
    (count(*) filter (where status = 'OPEN'))::integer
from sla.exceptions where status <> 'CLOSED' group by 1 order by 1
"""

_HELD = """
select
    (select count(*) from landing.dead_letters)::integer as dead_letters,
    (select count(*) from landing.dead_letters where next_attempt_at is null)::integer as failed,
    (select count(*) from landing.outcomes where outcome = 'quarantined')::integer as quarantined,
    (select count(*) from landing.outcomes where outcome = 'waiting')::integer as waiting,
    array(
        select distinct tenant_id from landing.outcomes
        where outcome = 'waiting' and reason = 'unknown_tenant' order by tenant_id limit 20
    ) as waiting_tenants
"""

_OUTBOX = """
select
    (count(*) filter (where o.state = 'waiting'))::integer as waiting,
    (count(*) filter (where o.state = 'dead'))::integer as dead,
    coalesce(max(extract(epoch from now() - o.next_attempt_at)) filter (
        where
            o.state = 'waiting' and o.next_attempt_at < now()
            and coalesce(b.state, 'closed') = 'closed'
    ), 0)::float8 as overdue_seconds
from ops.outbox as o
left join ops.breakers as b on b.tenant_id = o.tenant_id and b.destination = o.destination
where o.state in ('waiting', 'dead')
"""

_UNSET: LiteralString = "(delivered_at is null and last_failure like '% is not set')"

_BREAKERS: LiteralString = f"""
select tenant_id, destination, failures, failed_at, last_failure from ops.breakers
where state = 'open' and not {_UNSET} order by tenant_id, destination
"""

_NOT_SET_UP: LiteralString = f"""
select tenant_id, destination from ops.breakers
where failures > 0 and {_UNSET} order by tenant_id, destination
"""

_BUDGET = """
select
    used_cost as spent, held_cost as held, limit_cost as budget,
    greatest(limit_cost - used_cost - held_cost, 0) as left_cost,
    used_tokens, limit_tokens
from ops.ai_budget_days
where tenant_id = '*' and scope = 'global' and day = (now() at time zone 'UTC')::date
"""
