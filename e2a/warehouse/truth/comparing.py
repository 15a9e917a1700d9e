"""Streamed rows beside rebuilt ones, in SQL: which are missing, extra or different."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from psycopg import sql
from psycopg.rows import class_row

from e2a.warehouse.truth.records import Difference, TableTruth
from e2a.warehouse.truth.shadow import Shadow, Table

ORDERS, PERIODS = "ops.batch_orders", "streamed.months"
_SCOPED_BY = {ORDERS: "order_id", PERIODS: "billing_period"}


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison found: counts a table, some rows, and whose they are."""

    tables: tuple[TableTruth, ...]
    sample: tuple[Difference, ...]
    orders: frozenset[tuple[str, str]]

    def as_equal(self) -> "Found":
        """The same without what differs: that is compared again."""
        return Found(
            tuple(TableTruth(t.table_name, t.compared, 0, 0, 0) for t in self.tables),
            (),
            frozenset(),
        )


def compare(shadow: Shadow, tables: Iterable[Table], scope: str, room: Mapping[str, int]) -> Found:
    """Compare the rows of a scope.

    Args:
        shadow: with both sides of the chunk in it.
        tables: those that are compared.
        scope: ORDERS or PERIODS: the relation that says which rebuilt rows belong to it.
        room: how many differing rows of each table are handed back; all are counted.
    """
    connection, compared = shadow.connection, list(tables)
    connection.execute(_FOUND)
    counts = tuple(_compared(shadow, table, scope) for table in compared)
    sample: list[Difference] = []
    with connection.cursor(row_factory=class_row(Difference)) as cursor:
        for table in compared:
            given = {"name": table.name, "room": room[table.name]}
            sample += cursor.execute(_SAMPLE, given).fetchall()
    orders = connection.execute(_ORDERS).fetchall() if scope == ORDERS else []
    return Found(counts, tuple(sample), frozenset(orders))


def _compared(shadow: Shadow, table: Table, scope: str) -> TableTruth:
    shadow.connection.execute(_statement(table, scope))
    row = shadow.connection.execute(
        sql.SQL(_COUNTS).format(table.streamed), {"name": table.name}
    ).fetchone()
    assert row is not None
    return TableTruth(table.name, *row)


def _statement(table: Table, scope: str) -> sql.Composed:
    same = sql.SQL(" and ").join(
        sql.SQL("s.{0} = p.{0}").format(sql.Identifier(name)) for name in table.key
    )
    key = sql.SQL(", ").join(
        sql.SQL("{0}, coalesce(s.{1}, p.{1})").format(sql.Literal(name), sql.Identifier(name))
        for name in table.key
    )
    order = "coalesce(s.order_id, p.order_id)" if "order_id" in table.columns else "null"
    return sql.SQL(_PAIRS).format(
        name=sql.Literal(table.name), order=sql.SQL(order), key=key, streamed=table.streamed,
        proven=table.relation, scope=sql.SQL(scope), by=sql.Identifier(_SCOPED_BY[scope]),
        same=same, ours=table.listed("s"), theirs=table.listed("p"),
    )  # fmt: skip


_FOUND = """
drop table if exists streamed.found;
create unlogged table streamed.found (
    table_name text, tenant_id text, order_id text, kind text, key jsonb, streamed jsonb,
    proven jsonb
)
"""

_PAIRS = """
insert into streamed.found
select
    {name}, coalesce(s.tenant_id, p.tenant_id), {order},
    case
        when s.tenant_id is null then 'missing' when p.tenant_id is null then 'extra'
        else 'differing'
    end,
    jsonb_build_object({key}),
    case when s.tenant_id is not null then to_jsonb(s) end,
    case when p.tenant_id is not null then to_jsonb(p) end
from {streamed} as s
full join (
    select t.* from {proven} as t
    inner join {scope} as b on b.tenant_id = t.tenant_id and b.{by} = t.{by}
) as p on {same}
where
    s.tenant_id is null or p.tenant_id is null or row({ours}) is distinct from row({theirs})
"""

_COUNTS = """
select
    (select count(*) from {}) + count(*) filter (where kind = 'missing'),
    count(*) filter (where kind = 'missing'), count(*) filter (where kind = 'extra'),
    count(*) filter (where kind = 'differing')
from streamed.found where table_name = %(name)s
"""

_SAMPLE = """
select tenant_id, table_name, key, kind, streamed, proven from streamed.found
where table_name = %(name)s order by tenant_id, key limit %(room)s
"""

_ORDERS = "select distinct tenant_id, order_id from streamed.found where order_id is not null"
