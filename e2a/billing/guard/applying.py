"""Applied adjustments on their invoice: a line each exactly while they are applied, and its totals.

A correction of tax is no line: it stands in the tax. What another system billed keeps its tax as
billed, moved by what the adjustments of its lines make of it (B6).
"""

from collections.abc import Iterable
from typing import Any

import psycopg

from e2a.billing.invoices.totals import retotal


def apply(connection: psycopg.Connection[Any], invoices: Iterable[tuple[str, str]]) -> None:
    """Make lines and totals of these invoices those of their applied adjustments.

    Args:
        connection: within a transaction that holds the invoices' rows.
        invoices: tenant and id; none of them finalised.
    """
    pairs = list(invoices)
    if not pairs:
        return
    connection.execute("drop table if exists guard_adjusted, guard_own")
    connection.execute(
        "create temp table guard_adjusted on commit drop as "
        "select * from unnest(%s::text[], %s::text[]) as i (tenant_id, invoice_id)",
        ([tenant for tenant, _ in pairs], [invoice for _, invoice in pairs]),
    )
    for statement in (_REMOVE, _ADD, _OWN):
        connection.execute(statement)
    retotal(connection, "guard_own")
    connection.execute(_IMPORTED)


_REMOVE = """
delete from billing.invoice_lines as l using guard_adjusted as g
where
    l.tenant_id = g.tenant_id and l.invoice_id = g.invoice_id and l.kind = 'adjustment'
    and l.amount is distinct from (
        select sum(a.amount) from billing.adjustments as a
        where
            a.tenant_id = l.tenant_id and a.invoice_id = l.invoice_id and a.status = 'applied'
            and l.line_key = 'adjustment/' || a.finding_key
    )
"""

_ADD = """
insert into billing.invoice_lines (
    tenant_id, invoice_id, line_number, line_key, kind, charge_code, quantity, unrounded_amount,
    amount, tax_code
)
select
    a.tenant_id, a.invoice_id,
    coalesce((
        select max(l.line_number) from billing.invoice_lines as l
        where l.tenant_id = a.tenant_id and l.invoice_id = a.invoice_id
    ), 0) + row_number() over (partition by a.tenant_id, a.invoice_id order by a.finding_key),
    'adjustment/' || a.finding_key, 'adjustment', a.charge_code, 1, a.amount, a.amount, a.tax_code
from (
    select
        x.tenant_id, x.invoice_id, x.finding_key, max(x.charge_code) as charge_code,
        max(x.tax_code) as tax_code, sum(x.amount) as amount
    from billing.adjustments as x
    inner join guard_adjusted as g on g.tenant_id = x.tenant_id and g.invoice_id = x.invoice_id
    where x.status = 'applied' and x.rule <> 'wrong_tax'
    group by x.tenant_id, x.invoice_id, x.finding_key
) as a
where not exists (
    select from billing.invoice_lines as l
    where
        l.tenant_id = a.tenant_id and l.invoice_id = a.invoice_id and l.kind = 'adjustment'
        and l.line_key = 'adjustment/' || a.finding_key
)
"""

_OWN = """
create temp table guard_own on commit drop as
select g.* from guard_adjusted as g
inner join billing.invoices as i on i.tenant_id = g.tenant_id and i.invoice_id = g.invoice_id
where i.origin = 'own'
"""

_IMPORTED = """
update billing.invoices as i set
    pre_tax = s.pre_tax, tax = s.tax, total = s.pre_tax + s.tax
from (
    select
        g.tenant_id, g.invoice_id,
        coalesce((
            select sum(l.amount) from billing.invoice_lines as l
            where l.tenant_id = g.tenant_id and l.invoice_id = g.invoice_id
        ), 0) as pre_tax,
        coalesce((
            select sum(coalesce(t.billed, t.amount)) from billing.invoice_taxes as t
            where t.tenant_id = g.tenant_id and t.invoice_id = g.invoice_id
        ) + coalesce((
            select sum(t.due_after - t.due) from billing.unadjusted_taxes as t
            where t.tenant_id = g.tenant_id and t.invoice_id = g.invoice_id
        ), 0) + coalesce((
            select sum(a.amount) from billing.adjustments as a
            where
                a.tenant_id = g.tenant_id and a.invoice_id = g.invoice_id
                and a.status = 'applied' and a.rule = 'wrong_tax'
        ), 0), 0) as tax
    from guard_adjusted as g
) as s
where
    i.tenant_id = s.tenant_id and i.invoice_id = s.invoice_id and i.origin = 'imported'
    and (i.pre_tax, i.tax) is distinct from (s.pre_tax, s.tax)
"""
