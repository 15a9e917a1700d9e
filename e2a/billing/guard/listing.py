"""Findings with their adjustments as a person asks for them; nothing is judged here."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; None is all of it. `settled_too` shows what is decided or closed as well."""

    tenant: str | None = None
    invoice: str | None = None
    rule: str | None = None
    settled_too: bool = False
    limit: int = 100


def listed(connection: psycopg.Connection[Any], only: Filter) -> tuple[list[dict[str, Any]], int]:
    """Findings, the worst first, and how many there are in all; amounts and instants as text."""
    given = {
        "tenant": only.tenant, "invoice": only.invoice, "rule": only.rule,
        "settled": only.settled_too, "limit": only.limit,
    }  # fmt: skip
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_LIST, given).fetchall()
    connection.rollback()
    count = rows[0].pop("of") if rows else 0
    for row in rows:
        row.pop("of", None)
    return rows, count


def trail(connection: psycopg.Connection[Any], tenant: str, key: str) -> list[dict[str, Any]]:
    """Every move of a finding's adjustments: who, when, why, by which rule, on which events."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_TRAIL, (tenant, key)).fetchall()
    connection.rollback()
    return rows


_LIST = """
select
    f.tenant_id as tenant, f.invoice_id as invoice, f.finding_key, f.rule, f.severity,
    f.charge_code as charge, trim_scale(f.billed)::text as billed,
    trim_scale(f.expected)::text as expected, trim_scale(f.discrepancy)::text as discrepancy,
    i.currency, f.standing, f.explanation, f.line_key, f.reference, f.events,
    a.status as adjustment, trim_scale(a.amount)::text as amount, a.decision, a.author,
    a.decided_by, to_char(a.decided_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        as decided_at,
    w.reason as rationale, w.source as rationale_source,
    exists (
        select from billing.blocking_findings as b
        where b.tenant_id = f.tenant_id and b.finding_key = f.finding_key
    ) as blocks,
    count(*) over () as of
from billing.findings as f
inner join billing.invoices as i on i.tenant_id = f.tenant_id and i.invoice_id = f.invoice_id
left join lateral (
    select * from billing.adjustments as x
    where x.tenant_id = f.tenant_id and x.finding_key = f.finding_key
    order by x.step desc limit 1
) as a on true
left join billing.adjustment_reasons as w
    on w.tenant_id = a.tenant_id and w.finding_key = a.finding_key and w.step = a.step
where
    (%(tenant)s::text is null or f.tenant_id = %(tenant)s)
    and (%(invoice)s::text is null or %(invoice)s in (f.invoice_id, i.number))
    and (%(rule)s::text is null or f.rule = %(rule)s)
    and (
        %(settled)s or f.standing = 'shadow'
        or (f.standing = 'open' and coalesce(a.status, 'proposed') in ('proposed', 'waiting'))
    )
order by
    array_position(array['critical', 'error', 'warning'], f.severity), f.tenant_id, f.finding_key
limit %(limit)s
"""

_TRAIL = """
select
    to_char(moved_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, from_status,
    to_status, by_person, reason, trim_scale(amount)::text as amount, rule, events
from billing.adjustment_moves where tenant_id = %s and finding_key = %s order by move_no
"""
