"""Which names mean one order: keeps `orders.identifiers` a pure function of the events.

Works on the temporary table `staged` of a store transaction. An order is a connected set of names;
its id is the name of the best-known namespace, so that it does not depend on the order of arrival.
A parcel may carry several orders, therefore parcels link to orders and never unite them.
"""

from typing import Any, LiteralString

import psycopg

from e2a.warehouse.statistics import count_again, is_of_another_size
from e2a.warehouse.temporary import temporary


def learn(connection: psycopg.Connection[Any]) -> int:
    """Learn the names in `staged` and mark every order they touch.

    Returns:
        How many orders now wait in `ops.touched_orders` because of these events.
    """
    _learn(connection, "orders.aliases", _ALIASES)
    _learn(connection, "orders.shipments", _SHIPMENTS)
    _learn(connection, "orders.corrections", _CORRECTIONS)
    connection.execute(_TEMPORARY)
    names = connection.execute(_NAMES).rowcount
    if is_of_another_size(connection, "met_names", names):
        connection.execute("analyze met_names")
    connection.execute(_TOUCH_OLD)
    _learn(connection, "orders.identifiers", _IDENTIFIERS)
    return connection.execute(_TOUCH_NEW).rowcount


def relearn(connection: psycopg.Connection[Any]) -> None:
    """Learn every name anew from all events: a newer reading may have withdrawn a link.

    Orders are touched where a name came to mean another order.
    """
    connection.execute(_BEFORE)
    for table in ("aliases", "shipments", "corrections", "identifiers"):
        connection.execute(f"delete from orders.{table}")
    connection.execute(_STAGE_ALL)
    learn(connection)
    connection.execute("delete from staged")
    connection.execute(_TOUCH_CHANGED)


def _learn(connection: psycopg.Connection[Any], table: str, statement: LiteralString) -> None:
    """Run the statement, and let the planner know if the table has grown by much."""
    count_again(connection, table, connection.execute(statement).rowcount)


_BEFORE = """
create temp table known_before on commit drop as
select tenant_id, name, order_id, known_from from orders.identifiers
"""

_STAGE_ALL = (
    "delete from staged; insert into staged select * from landing.order_events; analyze staged"
)

_TOUCH_CHANGED = """
insert into ops.touched_orders (tenant_id, order_id)
select distinct b.tenant_id, b.order_id from known_before as b
left join orders.identifiers as i on i.tenant_id = b.tenant_id and i.name = b.name
where (i.order_id, i.known_from) is distinct from (b.order_id, b.known_from)
on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
"""

_ALIASES = """
insert into orders.aliases as a (tenant_id, name, other, known_from)
select tenant_id, name, other, min(recorded_at)
from (
    select tenant_id, order_name as name, alias as other, recorded_at
    from staged, unnest(aliases) as alias where order_name is not null
    union all
    select tenant_id, alias, order_name, recorded_at
    from staged, unnest(aliases) as alias where order_name is not null
) as pairs
where name <> other
group by tenant_id, name, other
on conflict (tenant_id, name, other) do update
set known_from = excluded.known_from where a.known_from > excluded.known_from
"""

_SHIPMENTS = """
insert into orders.shipments as s (tenant_id, shipment_name, order_name, known_from)
select tenant_id, shipment_name, order_name, min(recorded_at)
from staged
where shipment_name is not null and order_name is not null
group by tenant_id, shipment_name, order_name
on conflict (tenant_id, shipment_name, order_name) do update
set known_from = excluded.known_from where s.known_from > excluded.known_from
"""

# What a newer reading withdrew may stay: the models look at the correction itself.
_CORRECTIONS = """
insert into orders.corrections (tenant_id, source, corrected_id, correction_id)
select distinct v.tenant_id, v.source, named.source_event_id, v.source_event_id
from staged as v cross join lateral unnest(v.corrects) as named (source_event_id)
where v.event_type = 'event_voided' and v.order_name is null and v.shipment_name is null
on conflict do nothing
"""

_TEMPORARY = temporary("met_names", "tenant_id text, name text")

# Every name reachable from a name of these events, once.
_NAMES = """
with recursive met as (
    select tenant_id, order_name as name from staged where order_name is not null
    union
    select a.tenant_id, a.other from orders.aliases as a
    inner join met on met.tenant_id = a.tenant_id and met.name = a.name
)
insert into met_names select tenant_id, name from met
"""

_TOUCH_OLD = """
insert into ops.touched_orders (tenant_id, order_id)
select distinct i.tenant_id, i.order_id from orders.identifiers as i
inner join met_names as m on m.tenant_id = i.tenant_id and m.name = i.name
on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
"""

# `known_from` of a name is when the last link on its best path to the order's id became known.
_IDENTIFIERS = """
with recursive reach as (
    select m.tenant_id, m.name as root, m.name, '-infinity'::timestamptz as known_from
    from met_names as m
    union
    select r.tenant_id, r.root, a.other, greatest(r.known_from, a.known_from)
    from reach as r
    inner join orders.aliases as a on a.tenant_id = r.tenant_id and a.name = r.name
),
best as (
    select distinct on (tenant_id, root) tenant_id, root as name, name as order_id, known_from
    from reach
    order by
        tenant_id, root,
        case split_part(reach.name, ':', 1)
            when 'shopify' then 0 when 'order' then 1 when 'wms' then 2 when 'shopify_fo' then 9
            else 3
        end,
        reach.name, known_from
)
insert into orders.identifiers as i (tenant_id, name, order_id, known_from)
select tenant_id, name, order_id, known_from from best
on conflict (tenant_id, name) do update
set order_id = excluded.order_id, known_from = excluded.known_from
where (i.order_id, i.known_from) is distinct from (excluded.order_id, excluded.known_from)
"""

# Corrections that name no order touch the orders of what they correct, through other corrections.
_TOUCH_NEW = """
with recursive corrected as (
    select v.tenant_id, v.source, named.source_event_id
    from staged as v cross join lateral unnest(v.corrects) as named (source_event_id)
    where v.event_type = 'event_voided' and v.order_name is null and v.shipment_name is null
    union
    select e.tenant_id, e.source, named.source_event_id
    from corrected as c
    inner join landing.order_events as e
        on
            e.tenant_id = c.tenant_id and e.source = c.source
            and e.source_event_id = c.source_event_id
            and e.event_type = 'event_voided'
    cross join lateral unnest(e.corrects) as named (source_event_id)
)
insert into ops.touched_orders (tenant_id, order_id)
select i.tenant_id, i.order_id from orders.identifiers as i
inner join met_names as m on m.tenant_id = i.tenant_id and m.name = i.name
union
select i.tenant_id, i.order_id from staged as e
inner join orders.shipments as s
    on s.tenant_id = e.tenant_id and s.shipment_name = e.shipment_name
inner join orders.identifiers as i on i.tenant_id = s.tenant_id and i.name = s.order_name
union
select i.tenant_id, i.order_id from corrected as c
inner join landing.order_events as e
    on
        e.tenant_id = c.tenant_id and e.source = c.source
        and e.source_event_id = c.source_event_id
left join orders.shipments as s
    on
        s.tenant_id = e.tenant_id and s.shipment_name = e.shipment_name
        and e.order_name is null
inner join orders.identifiers as i
    on i.tenant_id = e.tenant_id and i.name = coalesce(e.order_name, s.order_name)
on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
"""
