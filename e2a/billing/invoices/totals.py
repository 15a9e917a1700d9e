"""Taxes and totals of invoices that are not finalised (B4, B6): the one place where they are summed.

Each tax is rounded once, on the sum of its rounded lines; credits and adjustments with its code
reduce that base, not below 0.
"""

from typing import Any, LiteralString

import psycopg
from psycopg import sql


def retotal(connection: psycopg.Connection[Any], invoices: LiteralString) -> None:
    """Compute taxes and totals again from the lines.

    Args:
        connection: within a transaction.
        invoices: name of a relation with `tenant_id` and `invoice_id`.
    """
    for statement in (_FORGET, _TAXES, _TOTALS):
        connection.execute(sql.SQL(statement).format(invoices=sql.Identifier(invoices)))


_FORGET = """
delete from billing.invoice_taxes as t using {invoices} as w
where t.tenant_id = w.tenant_id and t.invoice_id = w.invoice_id
"""

_TAXES = """
insert into billing.invoice_taxes (tenant_id, invoice_id, tax_code, percent, base, amount)
select
    l.tenant_id, l.invoice_id, l.tax_code, t.percent, greatest(sum(l.amount), 0),
    reference.round_money(
        greatest(sum(l.amount), 0) * t.percent / 100, max(c.currency_exponent), max(c.rounding_mode)
    )
from {invoices} as w
inner join billing.invoices as i on i.tenant_id = w.tenant_id and i.invoice_id = w.invoice_id
inner join billing.invoice_lines as l on l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id
inner join reference.rate_cards as c
    on
        c.tenant_id = l.tenant_id
        and c.card_version = coalesce(
            l.card_version, reference.card_of_month(i.tenant_id, i.billing_period)
        )
inner join reference.taxes as t
    on
        t.tenant_id = c.tenant_id and t.card_version = c.card_version and t.tax_code = l.tax_code
group by l.tenant_id, l.invoice_id, l.tax_code, t.percent
"""

_TOTALS = """
update billing.invoices as i set
    pre_tax = s.pre_tax, tax = s.tax, total = s.pre_tax + s.tax
from (
    select
        w.tenant_id, w.invoice_id,
        coalesce((
            select sum(l.amount) from billing.invoice_lines as l
            where l.tenant_id = w.tenant_id and l.invoice_id = w.invoice_id
        ), 0) as pre_tax,
        coalesce((
            select sum(t.amount) from billing.invoice_taxes as t
            where t.tenant_id = w.tenant_id and t.invoice_id = w.invoice_id
        ), 0) as tax
    from {invoices} as w
) as s
where i.tenant_id = s.tenant_id and i.invoice_id = s.invoice_id
"""
