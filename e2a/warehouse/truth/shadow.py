"""The shadow: a database beside the warehouse, with the same models, in which orders are rebuilt.

It holds the events of one chunk at a time, the streamed rows of the same orders (schema
`streamed`), and what billing has derived so far, since lines are made of a month's orders.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

import psycopg
from psycopg import sql

from e2a.domain.errors import ConfigurationError
from e2a.warehouse.connection import Role, Warehouse

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of both databases."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def relation(self) -> sql.SQL:
        """Its name in SQL, from the catalog."""
        return sql.SQL(self.name)

    @property
    def streamed(self) -> sql.Composed:
        """Where the live rows are put in the shadow."""
        return sql.SQL("streamed.") + sql.Identifier(self.name)

    def listed(self, alias: str = "") -> sql.Composed:
        """Its columns in SQL, each of `alias`."""
        return _listed(self.columns, alias)

    def keyed(self, alias: str = "") -> sql.Composed:
        """Its key's columns in SQL."""
        return _listed(self.key, alias)


def _listed(columns: Sequence[str], alias: str) -> sql.Composed:
    before = sql.SQL(alias + "." if alias else "")
    return sql.SQL(", ").join(before + sql.Identifier(name) for name in columns)


@dataclass(frozen=True, slots=True)
class Shadow:
    """The shadow in use, as its owner, in autocommit."""

    connection: Connection
    by_order: tuple[Table, ...]
    by_period: tuple[Table, ...]

    @property
    def stored(self) -> tuple[Table, ...]:
        """Every table that dbt stores, of both kinds."""
        return self.by_order + self.by_period


@contextmanager
def opened(place: Warehouse) -> Iterator[Shadow]:
    """Open the shadow that `scratch` has made and emptied."""
    with place.connect(Role.OWNER, autocommit=True) as owner:
        # What a crash would lose here is made again.
        owner.execute("set synchronous_commit = off")
        shadow = Shadow(owner, _tables(owner, _BY_ORDER), _tables(owner, _BY_PERIOD))
        owner.execute("drop schema if exists streamed cascade")
        owner.execute("create schema streamed")
        for table in shadow.stored:
            owner.execute(
                sql.SQL("create unlogged table {} (like {})").format(table.streamed, table.relation)
            )
        owner.execute(_DUE)
        yield shadow
        owner.execute("drop schema streamed cascade")


def _tables(connection: Connection, query: Any) -> tuple[Table, ...]:  # noqa: ANN401 - a statement
    names = [name for (name,) in connection.execute(query).fetchall()]
    return tuple(described(connection, name) for name in names)


def described(connection: Connection, name: str) -> Table:
    """A table with the columns that can be written, and its primary key."""
    row = connection.execute(_DESCRIBED, {"name": name}).fetchone()
    assert row is not None
    return Table(name, tuple(row[0]), tuple(row[1] or ()))


def reference_tables(connection: Connection) -> list[Table]:
    """What the rules read besides events, each after those it refers to."""
    found = connection.execute(_REFERENCES).fetchall()
    order = TopologicalSorter({name: set(others) - {name} for name, others in found}).static_order()
    return [described(connection, name) for name in order]


def check_same_columns(live: Connection, shadow: Shadow) -> None:
    """Refuse to compare what other models made.

    Raises:
        ConfigurationError: a stored table has other columns than the checkout's models.
    """
    for table in shadow.stored:
        row = live.execute(_DESCRIBED, {"name": table.name}).fetchone()
        if row is None or tuple(row[0] or ()) != table.columns:
            raise ConfigurationError(
                f"{table.name} was not made by the models of this checkout",
                "Derive everything by them first: e2a run",
            )


_STORED = """
from pg_class as c
inner join pg_proc as f on f.proname = 'refresh_' || c.relname
    and f.pronamespace = 'ops'::regnamespace
where
    c.relkind = 'r'
    and c.relnamespace::regnamespace::text in ('orders', 'sla', 'billing')
    and {} exists (select from ops.hot_models as m where m.model = c.relname)
order by 1
"""
_BY_ORDER = "select c.oid::regclass::text " + _STORED.format("")
_BY_PERIOD = "select c.oid::regclass::text " + _STORED.format("not")

_DESCRIBED = """
select
    array_agg(a.attname::text order by a.attnum),
    (
        select array_agg(k.attname::text order by array_position(i.indkey::int2[], k.attnum))
        from pg_index as i
        inner join pg_attribute as k on k.attrelid = i.indrelid and k.attnum = any(i.indkey)
        where i.indrelid = to_regclass(%(name)s) and i.indisprimary
    )
from pg_attribute as a
where
    a.attrelid = to_regclass(%(name)s) and a.attnum > 0 and not a.attisdropped
    and a.attgenerated = ''
"""

# Policies, calendars, prices, and which months are closed. Zones are the server's own.
_REFERENCES = """
select
    c.oid::regclass::text,
    array(
        select distinct f.confrelid::regclass::text from pg_constraint as f
        where f.conrelid = c.oid and f.contype = 'f'
    )
from pg_class as c
where
    c.relkind in ('r', 'p') and not c.relispartition
    and (
        c.relnamespace = 'reference'::regnamespace and c.oid <> 'reference.zones'::regclass
        or c.oid = 'billing.closed_periods'::regclass
    )
order by 1
"""

_DUE = """
create unlogged table streamed.due (tenant_id text, order_id text);
create unlogged table streamed.chunks (
    chunk bigint, done boolean not null default false, tenant_id text, order_id text
);
create index on streamed.chunks (chunk) where not done;
create unlogged table streamed.months (tenant_id text, billing_period date)
"""
