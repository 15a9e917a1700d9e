"""Taxes and totals of invoices that are not finalised: lines are summed here, the rule is pure."""

from itertools import groupby
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from e2a.domain.errors import ConfigurationError
from e2a.domain.invoicing import Money, TaxBase, taxes


def retotal(connection: psycopg.Connection[Any], invoices: LiteralString) -> None:
    """Compute taxes and totals of own invoices again from their lines (B4, B6).

    Args:
        connection: within a transaction that holds the invoices' rows.
        invoices: name of a relation with `tenant_id` and `invoice_id`.

    Raises:
        ConfigurationError: a line bears a tax that its rate card does not know.
    """
    relation = sql.Identifier(invoices)
    rows = connection.execute(sql.SQL(_BASES).format(invoices=relation)).fetchall()
    connection.execute(sql.SQL(_FORGET).format(invoices=relation))
    found = []
    for (tenant, invoice, exponent, rounding), bases in groupby(rows, key=lambda row: row[:4]):
        for tax in taxes(_bases(tenant, bases), Money(exponent, rounding)):
            found.append((tenant, invoice, tax.tax_code, tax.percent, tax.base, tax.amount))
    with connection.cursor() as cursor:
        cursor.executemany(_TAX, found)
    connection.execute(sql.SQL(_TOTALS).format(invoices=relation))


def _bases(tenant: str, rows: Any) -> list[TaxBase]:  # noqa: ANN401 - rows of a cursor
    bases = []
    for *_, card, tax_code, percent, amount in rows:
        if percent is None:
            raise ConfigurationError(
                f"{tenant}: a line bears tax {tax_code!r}, which rate card {card} does not know",
                "Add it to `taxes` of the card in rates.yaml",
            )
        bases.append(TaxBase(tax_code, percent, amount))
    return bases


_BASES = """
select
    l.tenant_id, l.invoice_id, whole.currency_exponent, whole.rounding_mode,
    max(l.card) as card, l.tax_code, t.percent, sum(l.amount)
from (
    select
        i.tenant_id, i.invoice_id, l.tax_code, l.amount,
        reference.card_of_month(i.tenant_id, i.billing_period) as whole,
        coalesce(l.card_version, reference.card_of_month(i.tenant_id, i.billing_period)) as card
    from {invoices} as w
    inner join billing.invoices as i on i.tenant_id = w.tenant_id and i.invoice_id = w.invoice_id
    inner join billing.invoice_lines as l
        on l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id
    where l.tax_code is not null
) as l
inner join reference.rate_cards as whole
    on whole.tenant_id = l.tenant_id and whole.card_version = l.whole
left join reference.taxes as t
    on t.tenant_id = l.tenant_id and t.card_version = l.card and t.tax_code = l.tax_code
group by
    l.tenant_id, l.invoice_id, whole.currency_exponent, whole.rounding_mode, l.tax_code, t.percent
order by l.tenant_id, l.invoice_id
"""

_FORGET = """
delete from billing.invoice_taxes as t using {invoices} as w
where t.tenant_id = w.tenant_id and t.invoice_id = w.invoice_id
"""

_TAX = """
insert into billing.invoice_taxes (tenant_id, invoice_id, tax_code, percent, base, amount)
values (%s, %s, %s, %s, %s, %s)
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
where
    i.tenant_id = s.tenant_id and i.invoice_id = s.invoice_id
    and (i.pre_tax, i.tax) is distinct from (s.pre_tax, s.tax)
"""
