"""What must be derived anew when reference data change that no version number tells of.

Rate cards and policies have versions, and a new one makes the next pass take every order
(`e2a.warehouse.rebuild`). Exchange rates and days of service have none: they are told here.
"""

from datetime import date
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]


def touch_foreign(connection: Connection, tenant: str, since: date) -> None:
    """Mark the orders with a cost in another currency, from a local date on (B9)."""
    if _is_built(connection, "billing.billable_operations"):
        connection.execute(_FOREIGN, {"tenant": tenant, "since": since})


def touch_months(connection: Connection, tenant: str) -> None:
    """Mark every month that has lines: the days of service have changed (B5)."""
    if _is_built(connection, "billing.expected_invoice_lines"):
        connection.execute(_MONTHS, (tenant,))


def _is_built(connection: Connection, table: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", (table,)).fetchone()
    return bool(row and row[0])


_FOREIGN = """
insert into ops.touched_orders (tenant_id, order_id)
select distinct o.tenant_id, o.order_id
from billing.billable_operations as o
where
    o.tenant_id = %(tenant)s and o.charge_currency <> o.currency
    and o.billing_period >= date_trunc('month', %(since)s::date)::date
on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
"""

_MONTHS = """
insert into ops.touched_periods (tenant_id, billing_period)
select distinct tenant_id, billing_period from billing.expected_invoice_lines where tenant_id = %s
on conflict (tenant_id, billing_period) do update set touch = nextval('ops.touches')
"""
