"""Which orders and billing months a proof takes."""

from collections.abc import Iterable

NIGHTLY, WHOLE, AGAIN = "nightly", "whole", "again"

# Months that are still to be invoiced, and those whose lines the last proof found different.
_MONTHS = """
with worked as (
    select tenant_id, billing_period from billing.priced_operations
    union
    select tenant_id, billing_period from billing.billable_operations
    union
    select tenant_id, billing_period from billing.credited_promises
    union
    select tenant_id, billing_period from billing.expected_invoice_lines
),

months as (
    select w.tenant_id, w.billing_period from worked as w
    where
        w.billing_period is not null
        and not exists (
            select from billing.closed_periods as c
            where c.tenant_id = w.tenant_id and c.billing_period = w.billing_period
        )
    union
    select d.tenant_id, (d.key ->> 'billing_period')::date
    from ops.truth_differences as d
    where
        d.key ? 'billing_period'
        and d.truth_id = (
            select max(t.id) from ops.truths as t
            where t.tenant_id = '*' and t.finished_at is not null
        )
)
"""

_ALL_MONTHS = """
select distinct tenant_id, billing_period from billing.expected_invoice_lines
union
select distinct tenant_id, billing_period from billing.priced_operations
where billing_period is not null
"""

# The first work of a tenant says since when it is served, and so which months owe a fee.
_OF_NIGHT = """,

since as (
    select
        t.tenant_id,
        coalesce(
            (
                select (max(c.billing_period) + interval '1 month') at time zone t.billing_zone
                from billing.closed_periods as c where c.tenant_id = t.tenant_id
            ),
            '-infinity'
        ) as instant
    from reference.tenants as t
),

recent as (
    select distinct e.tenant_id, e.order_name, e.shipment_name
    from landing.order_events as e
    inner join since on since.tenant_id = e.tenant_id and e.occurred_at >= since.instant
)

select u.tenant_id, u.order_id from ops.unproven_orders as u
union
select c.tenant_id, c.order_id from sla.clocks as c where c.completed_at is null
union
select o.tenant_id, o.order_id
from billing.billable_operations as o inner join months using (tenant_id, billing_period)
union
select o.tenant_id, o.order_id
from billing.priced_operations as o inner join months using (tenant_id, billing_period)
union
select p.tenant_id, p.order_id
from billing.credited_promises as p inner join months using (tenant_id, billing_period)
union
select i.tenant_id, i.order_id
from recent as r
inner join orders.identifiers as i on i.tenant_id = r.tenant_id and i.name = r.order_name
union
select i.tenant_id, i.order_id
from recent as r
inner join orders.shipments as s
    on s.tenant_id = r.tenant_id and s.shipment_name = r.shipment_name
inner join orders.identifiers as i on i.tenant_id = s.tenant_id and i.name = s.order_name
where r.order_name is null
union
select t.tenant_id, first.order_id
from reference.tenants as t
cross join lateral (
    select o.order_id from billing.billable_operations as o
    where o.tenant_id = t.tenant_id and o.billing_period is not null
    order by o.billing_period limit 1
) as first
"""

_AGAIN = "select tenant_id, order_id from ops.unproven_orders"


def orders_due(kind: str, stored: Iterable[str]) -> str:
    """A query of the orders to take.

    Args:
        kind: NIGHTLY; AGAIN: derived since they were proven; WHOLE: all, also those of which only
            stored rows are left.
        stored: the tables that have an order's rows.
    """
    if kind == WHOLE:
        tables = ("orders.identifiers", *stored)
        return " union ".join(f"select tenant_id, order_id from {table}" for table in tables)
    return _AGAIN if kind == AGAIN else _MONTHS + _OF_NIGHT


def months_due(kind: str) -> str:
    """A query of the tenants' billing months whose lines are compared."""
    return (
        _ALL_MONTHS if kind == WHOLE else _MONTHS + "select tenant_id, billing_period from months"
    )
