"""What was derived step by step must be what one pass over everything derives, row by row.

Everything is derived again in one transaction that is rolled back, so nothing is repaired by the
look. Episodes are compared the same way: where a hot lane followed, following everything must find
nothing to do.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from e2a.sla.exceptions import Synced, sync
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.scope import fill, refresh_models


def differences(warehouse: Warehouse) -> Iterator[str]:
    """A sentence for each stored model whose rows a pass over everything would change."""
    with warehouse.connect(Role.OWNER) as owner:
        tables = [row[0] for row in owner.execute(_STORED).fetchall()]
        for table in tables:
            owner.execute(_query("create temp table {} as table {}", _copy(table), table))
        fill(owner, everything=True)
        refresh_models(owner)
        for table in tables:
            yield from _differ(owner, table)
        owner.rollback()
    with warehouse.connect(Role.APP) as app:
        row = app.execute(
            "select judged_until from ops.lanes where judged_until > '-infinity'"
        ).fetchone()
        app.rollback()
        done = sync(app, row[0]) if row else Synced(0, 0, 0)
        if done != Synced(0, 0, 0):
            yield f"episodes: a pass over everything would still move some: {done}"


def breaches(warehouse: Warehouse) -> int:
    """Verdicts that say breached: a row in which nobody was late compares little."""
    with warehouse.connect(Role.OWNER) as owner:
        row = owner.execute("select count(*) from sla.breaches").fetchone()
    return int(row[0]) if row else 0


def _differ(owner: psycopg.Connection[Any], table: str) -> Iterator[str]:
    rows = owner.execute(
        _query(
            "select count(*), min(r) from ((select to_jsonb(t)::text as r from {0} as t except all "
            "select to_jsonb(b)::text from {1} as b) union all (select to_jsonb(b)::text "
            "from {1} as b except all select to_jsonb(t)::text from {0} as t)) as differing",
            table, _copy(table),
        )
    ).fetchone()  # fmt: skip
    if rows and rows[0]:
        yield f"{table}: {rows[0]:,} rows differ from a pass over everything; such as {rows[1]}"


def _copy(table: str) -> str:
    return f"pg_temp.before_{table.replace('.', '_')}"


def _query(text: str, *tables: str) -> sql.Composed:
    return sql.SQL(text).format(*(sql.Identifier(*table.split(".")) for table in tables))


_STORED = """
select n.nspname || '.' || c.relname from ops.hot_models as m
inner join pg_class as c on c.relname = m.model and c.relkind = 'r'
inner join pg_namespace as n on n.oid = c.relnamespace and n.nspname in ('orders', 'sla', 'billing')
order by 1
"""
