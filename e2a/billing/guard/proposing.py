"""Adjustments: one a finding, applied at once within the limits of B11, else waiting for a person.

The percentage is of the invoice's total before any adjustment; what was applied on the invoice
before counts to its cumulative limit. A finding that closes withdraws a proposal that waits.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from e2a.billing.guard.lines import put_lines
from e2a.domain.adjustment import Decision, Limits, decide

GUARD = "guard"
"""Author of what the guard proposes."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Adjustments of open findings by decision, and how many rows this pass changed."""

    within_limits: int
    needs_approval: int
    changed: int


def propose(
    connection: psycopg.Connection[Any], now: datetime, tenant: str | None = None
) -> Proposed:
    """Propose one adjustment for each open finding that has none, in one transaction.

    Args:
        connection: as `e2a_app`.
        now: when, for the audit trail.
        tenant: only this one's.
    """
    with connection.transaction():
        changed = connection.execute(_WITHDRAW, {"tenant": tenant, "now": now}).rowcount
        for row in connection.execute(_INVOICES, {"tenant": tenant}).fetchall():
            changed += _propose_for(connection, row, now)
        counts = dict(connection.execute(_COUNTS, {"tenant": tenant}).fetchall())
    return Proposed(
        counts.get(Decision.WITHIN_LIMITS, 0), counts.get(Decision.NEEDS_APPROVAL, 0), changed
    )


def _propose_for(connection: psycopg.Connection[Any], row: Any, now: datetime) -> int:
    tenant, invoice, total, used, *limits = row
    found = connection.execute(_FINDINGS, (tenant, invoice)).fetchall()
    if not found:
        return 0
    amounts: list[tuple[str, Decimal]] = [(key, amount) for key, amount in found]
    decisions = decide(amounts, Limits(*limits), total, used)
    for key, _ in amounts:
        applied = decisions[key] is Decision.WITHIN_LIMITS
        status = "applied" if applied else "waiting"
        given = {
            "tenant": tenant, "key": key, "decision": decisions[key], "status": status, "now": now,
            "guard": GUARD,
        }  # fmt: skip
        connection.execute(_STORE, given)
    put_lines(connection, tenant, invoice)
    return len(amounts)


_WITHDRAW = """
with closed as (
    update billing.adjustments as a set status = 'withdrawn', open = false
    from billing.findings as f
    where
        f.tenant_id = a.tenant_id and f.finding_key = a.finding_key
        and a.status = 'waiting' and (not f.open or f.shadow)
        and (%(tenant)s::text is null or a.tenant_id = %(tenant)s)
    returning a.tenant_id, a.finding_key, a.amount, a.rule
)
insert into billing.adjustment_moves
select
    tenant_id, finding_key, %(now)s, 'waiting', 'withdrawn', 'guard', 'the finding closed', amount,
    rule
from closed
"""

_INVOICES = """
select
    i.tenant_id, i.invoice_id,
    coalesce(i.stated_total, i.total - coalesce((
        select sum(l.amount) from billing.invoice_lines as l
        where
            l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id and l.kind = 'adjustment'
    ), 0)),
    coalesce((
        select sum(abs(a.amount)) from billing.adjustments as a
        where
            a.tenant_id = i.tenant_id and a.invoice_id = i.invoice_id
            and a.status = 'applied' and a.decision = 'within_limits'
    ), 0),
    c.finding_limit, c.total_limit, c.total_limit_percent
from billing.invoices as i
inner join reference.rate_cards as c
    on
        c.tenant_id = i.tenant_id
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
where
    i.status in ('draft', 'review') and (%(tenant)s::text is null or i.tenant_id = %(tenant)s)
order by i.tenant_id, i.invoice_id for update of i
"""

_FINDINGS = """
select f.finding_key, f.discrepancy from billing.findings as f
left join billing.adjustments as a on a.tenant_id = f.tenant_id and a.finding_key = f.finding_key
where
    f.tenant_id = %s and f.invoice_id = %s and f.open and not f.shadow and f.discrepancy <> 0
    and f.severity in ('error', 'warning')
    and (a.finding_key is null or a.status = 'withdrawn')
order by f.finding_key
"""

_STORE = """
with stored as (
    insert into billing.adjustments as a (
        tenant_id, invoice_id, finding_key, amount, currency, decision, reason, open, status, rule,
        charge_code, tax_code, author
    )
    select
        f.tenant_id, f.invoice_id, f.finding_key, f.discrepancy, i.currency, %(decision)s,
        f.explanation, true, %(status)s, f.rule, f.charge_code, x.tax_code, %(guard)s
    from billing.findings as f
    inner join billing.invoices as i on i.tenant_id = f.tenant_id and i.invoice_id = f.invoice_id
    left join reference.charges as x
        on
            x.tenant_id = f.tenant_id and x.charge_code = f.charge_code
            and x.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
    where f.tenant_id = %(tenant)s and f.finding_key = %(key)s
    on conflict (tenant_id, finding_key) do update set
        amount = excluded.amount, decision = excluded.decision, reason = excluded.reason,
        status = excluded.status, open = true
    where a.status = 'withdrawn'
    returning tenant_id, finding_key, status, reason, amount, rule
)
insert into billing.adjustment_moves
select tenant_id, finding_key, %(now)s, null, status, %(guard)s, reason, amount, rule from stored
"""

_COUNTS = """
select decision, count(*) from billing.adjustments
where
    status in ('waiting', 'applied') and (%(tenant)s::text is null or tenant_id = %(tenant)s)
group by decision
"""
