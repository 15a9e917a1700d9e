"""Lines of billing months: made of all priced operations of a month, so compared at the end.

A month that a lane has touched since its lines were derived is left out: whoever invoices it
derives it first, from operations that are proven.
"""

from typing import Any

from psycopg import sql

from e2a.warehouse.truth.copying import copy
from e2a.warehouse.truth.due import months_due
from e2a.warehouse.truth.shadow import Connection, Shadow

Month = tuple[str, Any]


def copy_months(
    live: Connection, shadow: Shadow, kind: str, waiting: set[tuple[str, str]]
) -> tuple[int, int]:
    """Put the months that can be compared into `streamed.months`, and their live lines.

    Args:
        live: in the snapshot in which the last orders were compared.
        shadow: with the billing rows of all orders of these months.
        kind: of the proof.
        waiting: orders with news that no pass has seen.

    Returns:
        Months to compare, and months that are left out.
    """
    owner = shadow.connection
    found = set(live.execute(months_due(kind)).fetchall())
    due = set(live.execute(_TOUCHED).fetchall())
    given = {"tenants": [t for t, _ in waiting], "orders": [o for _, o in waiting]}
    for connection in (live, owner):
        due |= set(connection.execute(_OF_ORDERS, given).fetchall())
    months = sorted(found - due)
    keys = {"tenants": [t for t, _ in months], "months": [m for _, m in months]}
    owner.execute(_MONTHS, keys)
    for table in shadow.by_period:
        query = sql.SQL(_LINES).format(table.listed("t"), table.relation)
        copy(live, owner, table.streamed, query, keys)
    return len(months), len(found & due)


def derive_lines(shadow: Shadow) -> None:
    """Derive the lines of these months by the deployed functions, from what was rebuilt."""
    for table in shadow.by_period:
        name = sql.Identifier("refresh_" + table.name.partition(".")[2])
        with shadow.connection.transaction():
            shadow.connection.execute("delete from ops.touched_periods")
            shadow.connection.execute(_SCOPE)
            shadow.connection.execute(sql.SQL("select ops.{}()").format(name))


_TOUCHED = "select tenant_id, billing_period from ops.touched_periods"

_OF_ORDERS = """
with orders as (
    select * from unnest(%(tenants)s::text[], %(orders)s::text[]) as o (tenant_id, order_id)
)

select p.tenant_id, p.billing_period
from billing.priced_operations as p inner join orders using (tenant_id, order_id)
union
select p.tenant_id, p.billing_period
from billing.credited_promises as p inner join orders using (tenant_id, order_id)
"""

_MONTHS = """
insert into streamed.months
select * from unnest(%(tenants)s::text[], %(months)s::date[]) as m (tenant_id, billing_period)
"""

_LINES = """
select {} from {} as t
inner join unnest(%(tenants)s::text[], %(months)s::date[]) as m (tenant_id, billing_period)
    on m.tenant_id = t.tenant_id and m.billing_period = t.billing_period
"""

_SCOPE = """
insert into ops.touched_periods (tenant_id, billing_period)
select tenant_id, billing_period from streamed.months
"""
