"""A tenant's events, copied into a database of their own under other names.

Only events are copied: names of orders, parcels, clocks and verdicts are derived from them there by
the same code as everywhere.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from e2a.warehouse import identity
from e2a.warehouse.canonical import COLUMNS
from e2a.warehouse.scope import refresh

CHUNK = 2000
"""Orders a transaction: some seconds, so that the live lanes of the same server never wait long."""

Connection = psycopg.Connection[Any]
Progress = Callable[[int, int], None]


def orders_between(live: Connection, tenant: str, since: datetime, until: datetime) -> list[str]:
    """The orders that had an event in the half-open range."""
    rows = live.execute(_CHOSEN, {"tenant": tenant, "since": since, "until": until}).fetchall()
    return [row[0] for row in rows]


def touch_between(connection: Connection, tenant: str, since: datetime, until: datetime) -> int:
    """Mark those orders for the next refresh: a clock starts at the time of an event."""
    given = {"tenant": tenant, "since": since, "until": until}
    return connection.execute(_TOUCH.format(_CHOSEN), given).rowcount


def copy_history(
    live: Connection,
    scratch: Connection,
    tenant: str,
    names: Sequence[str],
    orders: Sequence[str],
    progress: Progress,
) -> None:
    """Copy all events of the orders, once under each name, and judge them there.

    Args:
        live: read only.
        scratch: with the models deployed, in autocommit, policies of `names` loaded.
        tenant: whose events.
        names: the tenants that they become.
        orders: ids of the tenant's orders.
        progress: told how many orders of how many are done.
    """
    done = 0
    for chunk in _chunks(orders):
        _copy(live, scratch, names, _OF_ORDERS, {"tenant": tenant, "orders": chunk})
        done += len(chunk)
        progress(done, len(orders))
    _copy(live, scratch, names, _NAMELESS, {"tenant": tenant})


def _chunks(orders: Sequence[str]) -> Iterator[list[str]]:
    return (list(orders[n : n + CHUNK]) for n in range(0, len(orders), CHUNK))


def _copy(
    live: Connection,
    scratch: Connection,
    names: Sequence[str],
    chosen: str,
    parameters: dict[str, Any],
) -> None:
    with scratch.transaction():
        scratch.execute(_STAGED)
        _stream(live, scratch, chosen, parameters)
        for name in names:
            scratch.execute("delete from staged")
            scratch.execute(_RENAME, (name,))
            scratch.execute(_INSERT)
            identity.learn(scratch)
    refresh(scratch)


def _stream(live: Connection, scratch: Connection, chosen: str, parameters: dict[str, Any]) -> None:
    columns = sql.SQL(", ").join(sql.SQL("e.") + sql.Identifier(name) for name in _COPIED)
    read = sql.SQL("copy ({}) to stdout (format binary)").format(sql.SQL(chosen).format(columns))
    write = sql.SQL("copy copied ({}) from stdin (format binary)").format(_LIST)
    with live.cursor().copy(read, parameters) as source, scratch.cursor().copy(write) as target:
        for block in source:
            target.write(block)


_COPIED = tuple(name for name in COLUMNS if name != "fragment")
"""No rule reads the source's own words, and they may name a person: they stay where they are."""

_LIST = sql.SQL(", ").join(map(sql.Identifier, _COPIED))
_OTHERS = sql.SQL(", ").join(sql.Identifier(name) for name in _COPIED if name != "tenant_id")

_STAGED = """
create temp table if not exists staged (
    like landing.order_events including defaults
) on commit delete rows;
create temp table if not exists copied (
    like landing.order_events including defaults
) on commit delete rows
"""

_RENAME = sql.SQL("insert into staged (tenant_id, {}) select %s, {} from copied").format(
    _OTHERS, _OTHERS
)

_INSERT = sql.SQL(
    "insert into landing.order_events ({}) select {} from staged on conflict do nothing"
).format(_LIST, _LIST)

_CHOSEN = """
select distinct i.order_id
from landing.order_events as e
left join orders.shipments as s
    on
        e.order_name is null and s.tenant_id = e.tenant_id
        and s.shipment_name = e.shipment_name
inner join orders.identifiers as i
    on i.tenant_id = e.tenant_id and i.name = coalesce(e.order_name, s.order_name)
where e.tenant_id = %(tenant)s and e.occurred_at >= %(since)s and e.occurred_at < %(until)s
order by i.order_id
"""

_TOUCH = """
insert into ops.touched_orders (tenant_id, order_id)
select %(tenant)s, chosen.order_id from ({}) as chosen
on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
"""

# Events that name the order, and those of its parcels that name only the parcel.
_OF_ORDERS = """
with names as (
    select name from orders.identifiers
    where tenant_id = %(tenant)s and order_id = any(%(orders)s)
),
parcels as (
    select distinct s.shipment_name
    from orders.shipments as s inner join names on names.name = s.order_name
    where s.tenant_id = %(tenant)s
)
select {0} from landing.order_events as e inner join names on names.name = e.order_name
where e.tenant_id = %(tenant)s
union all
select {0} from landing.order_events as e
inner join parcels on parcels.shipment_name = e.shipment_name
where e.tenant_id = %(tenant)s and e.order_name is null
"""

# Corrections that name neither: they find the order through the event that they correct.
_NAMELESS = """
select {0} from landing.order_events as e
where
    e.tenant_id = %(tenant)s and e.event_type = 'event_voided'
    and e.order_name is null and e.shipment_name is null
"""
