"""From the warehouse into the shadow: reference, a chunk's events, and what the lanes stored of it.

Everything of one chunk is read in one snapshot of the live database, which is only read: no
transaction id is taken there, so that no watermark waits.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import sql

from e2a.warehouse.canonical import COLUMNS
from e2a.warehouse.scratch import empty_tables
from e2a.warehouse.truth.shadow import Connection, Shadow, reference_tables

CHUNK = 5000
"""Orders at a time: a second or two of rebuilding, some 100 MB of events at most."""

Orders = Sequence[tuple[str, str]]


@contextmanager
def snapshot(live: Connection) -> Iterator[None]:
    """All that the block reads of the live database is of one instant."""
    with live.transaction():
        live.execute("set transaction isolation level repeatable read read only")
        yield


def copy(
    live: Connection, shadow: Connection, target: sql.Composable, query: sql.Composable,
    given: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Stream a query's rows into a table, by position."""
    read = sql.SQL("copy ({}) to stdout (format binary)").format(query)
    write = sql.SQL("copy {} from stdin (format binary)").format(target)
    with live.cursor().copy(read, given) as source, shadow.cursor().copy(write) as into:
        for block in source:
            into.write(block)


def copy_reference(live: Connection, shadow: Shadow) -> None:
    """Policies, calendars, prices and closed months, as they are in the snapshot."""
    owner = shadow.connection
    tables = reference_tables(owner)
    empty_tables(owner, [table.relation for table in tables])
    for table in tables:
        into = sql.SQL("{} ({})").format(table.relation, table.listed())
        query = sql.SQL("select {} from {}").format(table.listed(), table.relation)
        copy(live, owner, into, query)
        owner.execute(sql.SQL("analyze {}").format(table.relation))


def pending(live: Connection) -> set[tuple[str, str]]:
    """Orders with news that no pass has seen: what is stored of them is due to be replaced."""
    return set(live.execute("select tenant_id, order_id from ops.touched_orders").fetchall())


def copy_chunk(live: Connection, shadow: Shadow, orders: Orders) -> None:
    """Put one chunk in the place of the one before: scope, names, events, streamed rows."""
    owner, given = shadow.connection, {"tenants": _of(orders, 0), "orders": _of(orders, 1)}
    owner.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(_of_chunk(shadow))))
    owner.execute("delete from ops.batch_orders")
    owner.execute(_SCOPE, given)
    for target, columns, query in _EVENTS:
        listed = sql.SQL(", ").join(map(sql.Identifier, columns))
        into = sql.SQL("{} ({})").format(sql.SQL(target), listed)
        prefixed = sql.SQL(", ").join(sql.SQL("e.") + sql.Identifier(name) for name in columns)
        copy(live, owner, into, sql.SQL(query).format(prefixed), given)
    for table in shadow.by_order:
        copy(live, owner, table.streamed, sql.SQL(_STREAMED).format(
            table.listed("t"), table.relation
        ), given)  # fmt: skip
    owner.execute(_COUNT)


def _of(orders: Orders, place: int) -> list[str]:
    return [order[place] for order in orders]


def _of_chunk(shadow: Shadow) -> Iterable[sql.Composable]:
    """All that the next chunk replaces; billing's rows stay, lines are made of them."""
    yield from (sql.SQL(target) for target in dict.fromkeys(target for target, _, _ in _EVENTS))
    for table in shadow.by_order:
        yield table.streamed
        if not table.name.startswith("billing."):
            yield table.relation


_SCOPE = """
insert into ops.batch_orders (tenant_id, order_id, order_no)
select tenant_id, order_id, row_number() over ()
from unnest(%(tenants)s::text[], %(orders)s::text[]) as s (tenant_id, order_id)
"""

_COUNT = """
analyze ops.scopes, orders.identifiers, orders.shipments, orders.corrections, landing.order_events
"""

_STREAMED = """
select {} from {} as t
inner join unnest(%(tenants)s::text[], %(orders)s::text[]) as s (tenant_id, order_id)
    on s.tenant_id = t.tenant_id and s.order_id = t.order_id
"""

_NAMES = """
with names as (
    select i.tenant_id, i.name
    from orders.identifiers as i
    inner join unnest(%(tenants)s::text[], %(orders)s::text[]) as s (tenant_id, order_id)
        on s.tenant_id = i.tenant_id and s.order_id = i.order_id
),

parcels as (
    select distinct s.tenant_id, s.shipment_name
    from orders.shipments as s
    inner join names on names.tenant_id = s.tenant_id and names.name = s.order_name
)
"""

_COPIED = tuple(name for name in COLUMNS if name != "fragment")
"""No rule reads the source's own words, and they may name a person: they stay where they are."""

# What can concern the orders; whether it does, the models say. Of corrections that name neither
# order nor parcel all are taken: what they concern they tell only through what they correct.
_EVENTS = (
    ("orders.identifiers", ("tenant_id", "name", "order_id", "known_from"), """
        select {} from orders.identifiers as e
        inner join unnest(%(tenants)s::text[], %(orders)s::text[]) as s (tenant_id, order_id)
            on s.tenant_id = e.tenant_id and s.order_id = e.order_id
    """),
    ("orders.shipments", ("tenant_id", "shipment_name", "order_name", "known_from"), _NAMES + """
        select {} from orders.shipments as e
        inner join names on names.tenant_id = e.tenant_id and names.name = e.order_name
    """),
    ("orders.corrections", ("tenant_id", "source", "corrected_id", "correction_id"),
        "select {} from orders.corrections as e"),
    ("landing.order_events", _COPIED, _NAMES + """
        select {0} from landing.order_events as e
        inner join names on names.tenant_id = e.tenant_id and names.name = e.order_name
        union all
        select {0} from landing.order_events as e
        inner join parcels
            on parcels.tenant_id = e.tenant_id and parcels.shipment_name = e.shipment_name
        where e.order_name is null
        union all
        select {0} from landing.order_events as e
        inner join (
            select distinct c.tenant_id, c.source, c.correction_id from orders.corrections as c
        ) as c
            on
                c.tenant_id = e.tenant_id and c.source = e.source
                and c.correction_id = e.source_event_id
        where
            e.event_type = 'event_voided' and e.order_name is null and e.shipment_name is null
    """),
)  # fmt: skip
