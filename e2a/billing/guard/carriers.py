"""What a validation reads of carriers' invoices: their lines, tenders, costs that events state."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg

from e2a.domain.findings import Finding
from e2a.domain.freight import FreightLine, Tender, audit
from e2a.domain.invoice_lines import InvoiceLine
from e2a.domain.matching import numbered
from e2a.domain.sifting import sift

Invoice = tuple[str, str]


def of_carriers(
    connection: psycopg.Connection[Any], heads: dict[Invoice, dict[str, Any]]
) -> Iterator[tuple[str, Finding]]:
    """Each carrier's invoice: its arithmetic, what was tendered, what it billed before."""
    lines: defaultdict[Invoice, list[FreightLine]] = defaultdict(list)
    for tenant, invoice, description, price_per, percent, *said in connection.execute(_LINES):
        line = FreightLine(InvoiceLine(*said), description or "", price_per, percent)
        lines[tenant, invoice].append(line)
    tenders = {
        (tenant, invoice): Tender(*said)
        for tenant, invoice, *said in connection.execute(_TENDERS).fetchall()
    }
    for whose, of in lines.items():
        head = heads[whose]
        if head["currency"] != head["card_currency"]:
            continue
        repeated, rest = sift([line.line for line in of], head["billing_period"])
        kept = {id(line) for line in rest}
        found = repeated
        if len(repeated) < len(of):
            left = [line for line in of if id(line.line) in kept]
            found = found + audit(whose[1], left, tenders.get(whose), head["currency_exponent"])
        for finding in numbered(replace(f, invoice_id=whose[1]) for f in found):
            yield whose[0], finding


_LINES = """
select
    l.tenant_id, l.invoice_id, l.description, l.price_per, l.percent, l.charge_code, l.unit_price,
    l.quantity, l.amount, null::text, l.reference, null::date, l.tax_code, l.invoice_id, 0,
    (
        select min(o.invoice_id)
        from billing.invoice_lines as o
        inner join billing.invoices as i
            on i.tenant_id = o.tenant_id and i.invoice_id = o.invoice_id
        where
            o.tenant_id = l.tenant_id and o.reference = l.reference
            and o.charge_code = l.charge_code and o.performed_on = l.performed_on
            and o.amount = l.amount and o.invoice_id <> l.invoice_id and i.issuer = g.issuer
            and i.status <> 'void' and i.inbox_seq < x.inbox_seq
    )
from guarded as g
inner join billing.invoices as x on x.tenant_id = g.tenant_id and x.invoice_id = g.invoice_id
inner join billing.invoice_lines as l on l.tenant_id = g.tenant_id and l.invoice_id = g.invoice_id
where g.issuer is not null and l.kind <> 'adjustment'
order by l.tenant_id, l.invoice_id, l.line_number
"""

# What was tendered for the load; else what events say that its labels and charges cost.
_TENDERS = """
select
    g.tenant_id, g.invoice_id, l.reference, t.weight, coalesce(t.amount, c.amount),
    t.reference is null
from guarded as g
cross join lateral (
    select x.reference from billing.invoice_lines as x
    where
        x.tenant_id = g.tenant_id and x.invoice_id = g.invoice_id and x.reference is not null
    order by x.line_number limit 1
) as l
left join billing.tenders as t
    on
        t.tenant_id = g.tenant_id and t.reference = l.reference and t.issuer = g.issuer
        and t.currency = g.currency
left join lateral (
    select sum(b.charge_amount) as amount
    from (
        select distinct n.order_id from orders.shipments as s
        inner join orders.identifiers as n on n.tenant_id = s.tenant_id and n.name = s.order_name
        where
            s.tenant_id = g.tenant_id
            and (s.shipment_name = l.reference or s.shipment_name like '%:' || l.reference)
    ) as o
    inner join billing.billable_operations as b
        on b.tenant_id = g.tenant_id and b.order_id = o.order_id
    where
        b.operation in ('label', 'charge') and b.charge_currency = g.currency
        and b.standing_reason is distinct from 'repeated_record'
) as c on true
where g.issuer is not null and coalesce(t.amount, c.amount) is not null
"""
