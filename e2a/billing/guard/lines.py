"""Applied adjustments as lines of their invoice: there exactly while they are applied."""

from typing import Any

import psycopg

from e2a.billing.invoices.totals import retotal


def put_lines(connection: psycopg.Connection[Any], tenant: str, invoice: str) -> None:
    """Make the invoice's adjustment lines those of its applied adjustments, and its totals follow.

    Args:
        connection: within a transaction that holds the invoice's row.
        tenant: whose invoice.
        invoice: its id; not finalised.
    """
    given = {"tenant": tenant, "invoice": invoice}
    connection.execute(_REMOVE, given)
    connection.execute(_ADD, given)
    connection.execute("drop table if exists one_invoice")
    connection.execute(
        "create temp table one_invoice on commit drop as "
        "select %(tenant)s::text as tenant_id, %(invoice)s::text as invoice_id",
        given,
    )
    row = connection.execute(_ORIGIN, given).fetchone()
    if row and row[0] == "own":
        retotal(connection, "one_invoice")
    else:
        connection.execute(_TOTAL, given)


_REMOVE = """
delete from billing.invoice_lines
where tenant_id = %(tenant)s and invoice_id = %(invoice)s and kind = 'adjustment'
"""

_ADD = """
insert into billing.invoice_lines (
    tenant_id, invoice_id, line_number, line_key, kind, charge_code, quantity, unrounded_amount,
    amount, tax_code
)
select
    a.tenant_id, a.invoice_id,
    (
        select coalesce(max(l.line_number), 0) from billing.invoice_lines as l
        where l.tenant_id = a.tenant_id and l.invoice_id = a.invoice_id
    ) + row_number() over (order by a.finding_key),
    'adjustment/' || a.finding_key, 'adjustment', a.charge_code, 1, a.amount, a.amount, a.tax_code
from billing.adjustments as a
where a.tenant_id = %(tenant)s and a.invoice_id = %(invoice)s and a.status = 'applied'
"""

_ORIGIN = """
select origin from billing.invoices where tenant_id = %(tenant)s and invoice_id = %(invoice)s
"""

# What another system billed keeps its tax as billed; only a finding about tax corrects it.
_TOTAL = """
update billing.invoices as i set pre_tax = s.amount, total = s.amount + i.tax
from (
    select coalesce(sum(amount), 0) as amount from billing.invoice_lines
    where tenant_id = %(tenant)s and invoice_id = %(invoice)s
) as s
where i.tenant_id = %(tenant)s and i.invoice_id = %(invoice)s
"""
