"""Findings as rows: written where they are new or changed, closed where they no longer hold."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.findings import Finding

MOST_EVENTS = 20
"""Event ids kept with a finding; a line of a month may stand on millions of them."""


def store(
    connection: psycopg.Connection[Any],
    rows: Iterable[tuple[str, Finding, str]],
    invoices: Sequence[tuple[str, str]],
    now: datetime,
) -> int:
    """Make the findings of these invoices the given ones; returns how many rows changed.

    Args:
        connection: within a transaction.
        rows: tenant, finding and how it stands.
        invoices: tenant and id of those that were looked at.
        now: when.
    """
    connection.execute(_FOUND)
    with connection.cursor().copy("copy guard_found from stdin") as copy:
        for tenant, finding, standing in rows:
            copy.write_row(_row(tenant, finding, standing))
    changed = connection.execute(_UPSERT, {"now": now}).rowcount
    connection.execute(_EVENTS, {"now": now, "most": MOST_EVENTS})
    closed = connection.execute(
        _CLOSE,
        {
            "now": now, "tenants": [tenant for tenant, _ in invoices],
            "invoices": [invoice for _, invoice in invoices],
        },
    ).rowcount  # fmt: skip
    return changed + closed


def _row(tenant: str, finding: Finding, standing: str) -> tuple[object, ...]:
    return (
        tenant, finding.invoice_id, finding.key, finding.rule.value, finding.severity.value,
        finding.charge_code, finding.billed, finding.expected, finding.discrepancy,
        finding.explanation, standing, finding.line_key, finding.reference, finding.tax_code,
    )  # fmt: skip


_FOUND = """
create temp table guard_found (
    tenant_id text, invoice_id text, finding_key text, rule text, severity text, charge_code text,
    billed numeric, expected numeric, discrepancy numeric, explanation text, standing text,
    line_key text, reference text, tax_code text
) on commit drop
"""

_UPSERT = """
insert into billing.findings as f (
    tenant_id, invoice_id, finding_key, rule, severity, charge_code, billed, expected, discrepancy,
    explanation, standing, line_key, reference, tax_code, found_at, changed_at
)
select *, %(now)s, %(now)s from guard_found order by tenant_id, finding_key
on conflict (tenant_id, finding_key) do update set
    severity = excluded.severity, charge_code = excluded.charge_code, billed = excluded.billed,
    expected = excluded.expected, discrepancy = excluded.discrepancy,
    explanation = excluded.explanation, standing = excluded.standing, line_key = excluded.line_key,
    reference = excluded.reference, tax_code = excluded.tax_code, changed_at = excluded.changed_at
where
    (f.severity, f.billed, f.expected, f.explanation, f.standing, f.line_key, f.tax_code)
    is distinct from (
        excluded.severity, excluded.billed, excluded.expected, excluded.explanation,
        excluded.standing, excluded.line_key, excluded.tax_code
    )
"""

# Which events a finding stands on: those of its order, else the month's first of its charge.
_EVENTS = """
with changed as (
    select
        f.tenant_id, f.finding_key, i.billing_period, e.charge_code, e.card_version,
        coalesce(f.reference, substring(f.line_key from '^order/(.*)@[^@]*$')) as order_id
    from guard_found as g
    inner join billing.findings as f
        on f.tenant_id = g.tenant_id and f.finding_key = g.finding_key
    inner join billing.invoices as i on i.tenant_id = f.tenant_id and i.invoice_id = f.invoice_id
    inner join billing.expected_invoice_lines as e
        on
            e.tenant_id = f.tenant_id and e.billing_period = i.billing_period
            and e.line_key = f.line_key
    where f.changed_at = %(now)s and f.line_key is not null
),
proofs as (
    select c.tenant_id, c.finding_key, p.operation_key, p.occurred_at
    from changed as c
    inner join billing.priced_operations as p
        on
            p.tenant_id = c.tenant_id and p.order_id = c.order_id
            and p.billing_period = c.billing_period
            and c.charge_code in (p.charge_code, 'order')
    where c.order_id is not null
    union all
    select c.tenant_id, c.finding_key, p.operation_key, p.occurred_at
    from changed as c
    inner join (
        select
            tenant_id, billing_period, charge_code, card_version, operation_key, occurred_at,
            row_number() over (
                partition by tenant_id, billing_period, charge_code, card_version
                order by occurred_at, operation_key
            ) as place
        from billing.priced_operations
        where (tenant_id, billing_period, charge_code) in (
            select tenant_id, billing_period, charge_code from changed where order_id is null
        )
    ) as p
        on
            p.tenant_id = c.tenant_id and p.billing_period = c.billing_period
            and p.charge_code = c.charge_code and p.card_version = c.card_version
    where c.order_id is null and p.place <= %(most)s
)
update billing.findings as f set events = e.events
from (
    select
        p.tenant_id, p.finding_key,
        (array_agg(b.source_event_id order by p.occurred_at, p.operation_key))[1 : %(most)s]
            as events
    from proofs as p
    inner join billing.billable_operations as b
        on b.tenant_id = p.tenant_id and b.operation_key = p.operation_key
    group by p.tenant_id, p.finding_key
) as e
where e.tenant_id = f.tenant_id and e.finding_key = f.finding_key
"""

_CLOSE = """
update billing.findings as f set standing = 'closed', changed_at = %(now)s
from unnest(%(tenants)s::text[], %(invoices)s::text[]) as i (tenant_id, invoice_id)
where
    f.tenant_id = i.tenant_id and f.invoice_id = i.invoice_id and f.standing <> 'closed'
    and not exists (
        select from guard_found as g
        where g.tenant_id = f.tenant_id and g.finding_key = f.finding_key
    )
"""
