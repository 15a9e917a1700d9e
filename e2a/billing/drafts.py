"""Draft invoices from expected lines: replaced whole, and only where something changed."""

from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class Drafted:
    """Drafts in all, and how many of them this pass wrote."""

    invoices: int
    written: int


def draft(connection: psycopg.Connection[Any]) -> Drafted:
    """Bring the drafts of all tenants and billing months up to date, in one transaction.

    The fingerprint is the hash of the expected lines: equal lines write nothing.
    """
    with connection.transaction():
        connection.execute(_WANTED)
        connection.execute(
            "delete from billing.invoices as i where i.kind = 'draft' and not exists ("
            "select from wanted as w where w.tenant_id = i.tenant_id "
            "and w.invoice_id = i.invoice_id)"
        )
        written = connection.execute(_INVOICES).rowcount
        connection.execute(
            "delete from billing.invoice_lines as l using rewritten as r "
            "where l.tenant_id = r.tenant_id and l.invoice_id = r.invoice_id"
        )
        connection.execute(_LINES)
        row = connection.execute("select count(*) from wanted").fetchone()
    assert row is not None
    return Drafted(row[0], written)


_WANTED = """
create temp table wanted on commit drop as
select
    tenant_id, 'draft/' || tenant_id || '/' || to_char(billing_period, 'YYYY-MM') as invoice_id,
    billing_period, currency, sum(amount) as total,
    sha256(string_agg(
        line_key || '|' || quantity || '|' || unrounded_amount || '|' || amount, e'\\n'
        order by line_key
    )::bytea) as fingerprint
from billing.expected_invoice_lines
group by tenant_id, billing_period, currency;
create temp table rewritten (tenant_id text, invoice_id text, billing_period date)
on commit drop
"""

_INVOICES = """
with changed as (
    insert into billing.invoices as i
    (tenant_id, invoice_id, kind, billing_period, currency, total, fingerprint)
    select tenant_id, invoice_id, 'draft', billing_period, currency, total, fingerprint
    from wanted
    on conflict (tenant_id, invoice_id) do update
    set currency = excluded.currency, total = excluded.total, fingerprint = excluded.fingerprint
    where i.fingerprint <> excluded.fingerprint
    returning tenant_id, invoice_id, billing_period
)
insert into rewritten select * from changed
"""

_LINES = """
insert into billing.invoice_lines
(tenant_id, invoice_id, line_number, charge_code, unit_price, quantity, unrounded_amount, amount,
line_key)
select
    r.tenant_id, r.invoice_id, row_number() over (
        partition by r.tenant_id, r.invoice_id order by e.line_key
    ),
    e.charge_code, e.unit_price, e.quantity, e.unrounded_amount, e.amount, e.line_key
from rewritten as r
inner join billing.expected_invoice_lines as e
    on e.tenant_id = r.tenant_id and e.billing_period = r.billing_period
"""
