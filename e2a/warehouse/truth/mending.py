"""Mending: what the last proof found different is derived again, by the road of everything else."""

from collections.abc import Callable

from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.scope import LEASE, derive
from e2a.warehouse.truth.shadow import Connection

CHUNK = 2000
"""Orders a transaction: nobody else derives meanwhile."""


def mend(warehouse: Warehouse, progress: Callable[[int], None] = lambda orders: None) -> int:
    """Derive the orders and billing months again that the last proof marked.

    Whether that helped, only another proof says: an order keeps waiting for one.

    Returns:
        Orders and months derived.
    """
    done = 0
    with warehouse.connect(Role.APP) as connection:
        while orders := _orders(connection):
            done += orders
            progress(done)
        return done + _months(connection)


def _orders(connection: Connection) -> int:
    with connection.transaction():
        connection.execute(f"select pg_advisory_xact_lock({LEASE})")
        touched = connection.execute(_TOUCH, {"chunk": CHUNK}).rowcount
        if touched:
            derive(connection)
        return touched


def _months(connection: Connection) -> int:
    with connection.transaction():
        connection.execute(f"select pg_advisory_xact_lock({LEASE})")
        months = connection.execute(_TOUCH_MONTHS).rowcount
        if months:
            connection.execute("select ops.refresh_expected_invoice_lines()")
        return months


_TOUCH = """
insert into ops.touched_orders (tenant_id, order_id)
select tenant_id, order_id from ops.unproven_orders where differs
order by tenant_id, order_id limit %(chunk)s
on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
"""

_TOUCH_MONTHS = """
insert into ops.touched_periods (tenant_id, billing_period)
select distinct d.tenant_id, (d.key ->> 'billing_period')::date
from ops.truth_differences as d
where
    d.key ? 'billing_period'
    and d.truth_id = (
        select max(id) from ops.truths where tenant_id = '*' and finished_at is not null
    )
on conflict (tenant_id, billing_period) do update set touch = nextval('ops.touches')
"""
