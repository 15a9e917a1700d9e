"""The guard: billed invoices against the expected lines, as keyed findings and proposals.

Running it again finds the same keys and writes nothing (B10); a finding that no longer holds is
closed, not deleted, and so is its proposal.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from e2a.domain.adjustment import Limits, decide
from e2a.domain.matching import Finding, InvoiceLine, Rule, compare


@dataclass(frozen=True, slots=True)
class Validated:
    """Invoices looked at, open findings in all, findings that this pass added or changed."""

    invoices: int
    findings: int
    changed: int


def validate(connection: psycopg.Connection[Any]) -> Validated:
    """Compare every billed invoice with what its events call for, in one transaction."""
    with connection.transaction():
        invoices = connection.execute(
            "select tenant_id, invoice_id, billing_period, currency from billing.invoices "
            "where kind = 'billed' order by tenant_id, invoice_id for update"
        ).fetchall()
        changed = findings = 0
        for tenant_id, invoice_id, period, currency in invoices:
            found = _findings(connection, tenant_id, invoice_id, period, currency)
            findings += len(found)
            changed += _store(connection, tenant_id, invoice_id, found)
    return Validated(len(invoices), findings, changed)


def _findings(
    connection: psycopg.Connection[Any],
    tenant_id: str,
    invoice_id: str,
    period: date,
    currency: str,
) -> list[Finding]:
    billed = connection.execute(
        "select charge_code, unit_price, quantity, amount from billing.invoice_lines "
        "where tenant_id = %s and invoice_id = %s order by line_number",
        (tenant_id, invoice_id),
    ).fetchall()
    expected = connection.execute(
        "select charge_code, unit_price, quantity, amount, currency "
        "from billing.expected_invoice_lines where tenant_id = %s and billing_period = %s "
        "order by line_key",
        (tenant_id, period),
    ).fetchall()
    lines = [InvoiceLine(*row) for row in billed]
    if any(row[4] != currency for row in expected):
        total = sum((line.amount for line in lines), Decimal(0))
        why = f"the invoice is in {currency}, the rate card in {expected[0][4]}"
        return [Finding(Rule.WRONG_CURRENCY, "*", currency, total, total, why)]
    return compare(lines, [InvoiceLine(*row[:4]) for row in expected])


def _store(
    connection: psycopg.Connection[Any], tenant_id: str, invoice_id: str, found: list[Finding]
) -> int:
    changed = 0
    for finding in found:
        changed += connection.execute(
            _UPSERT,
            (
                tenant_id, invoice_id, finding.key(invoice_id), finding.rule.value,
                finding.severity, finding.charge_code, finding.billed, finding.expected,
                finding.discrepancy, finding.explanation,
            ),
        ).rowcount  # fmt: skip
    closed = connection.execute(
        "update billing.findings set open = false "
        "where tenant_id = %s and invoice_id = %s and open and finding_key <> all(%s)",
        (tenant_id, invoice_id, [finding.key(invoice_id) for finding in found]),
    ).rowcount
    return changed + closed


_UPSERT = """
insert into billing.findings as f values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, true)
on conflict (tenant_id, finding_key) do update set
    severity = excluded.severity, billed = excluded.billed, expected = excluded.expected,
    discrepancy = excluded.discrepancy, explanation = excluded.explanation, open = true
where (f.severity, f.billed, f.expected, f.explanation, f.open)
is distinct from (excluded.severity, excluded.billed, excluded.expected, excluded.explanation, true)
"""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Open proposals by decision, and how many rows this pass changed."""

    within_limits: int
    needs_approval: int
    changed: int


def propose(connection: psycopg.Connection[Any]) -> Proposed:
    """Propose one adjustment for each open finding with a discrepancy, within the limits of B11."""
    counts = {"within_limits": 0, "needs_approval": 0}
    with connection.transaction():
        changed = 0
        for row in connection.execute(_INVOICES_WITH_LIMITS).fetchall():
            tenant_id, invoice_id, currency, total, *limits = row
            found = connection.execute(
                "select finding_key, discrepancy, explanation from billing.findings "
                "where tenant_id = %s and invoice_id = %s and open and discrepancy <> 0",
                (tenant_id, invoice_id),
            ).fetchall()
            decisions = decide([(key, amount) for key, amount, _ in found], Limits(*limits), total)
            for key, amount, why in found:
                counts[decisions[key]] += 1
                changed += connection.execute(
                    _PROPOSE, (tenant_id, invoice_id, key, amount, currency, decisions[key], why)
                ).rowcount
        changed += connection.execute(_CLOSE).rowcount
    return Proposed(counts["within_limits"], counts["needs_approval"], changed)


_INVOICES_WITH_LIMITS = """
select
    i.tenant_id, i.invoice_id, i.currency, i.total, c.finding_limit, c.total_limit,
    c.total_limit_percent
from billing.invoices as i
inner join lateral (
    select * from reference.rate_cards as r
    where
        r.tenant_id = i.tenant_id
        and r.valid_from <= (i.billing_period + interval '1 month') at time zone r.billing_zone
    order by r.valid_from desc, r.card_version desc limit 1
) as c on true
where i.kind = 'billed' order by i.tenant_id, i.invoice_id
"""

_PROPOSE = """
insert into billing.adjustments as a values (%s, %s, %s, %s, %s, %s, %s, true)
on conflict (tenant_id, finding_key) do update set
    amount = excluded.amount, decision = excluded.decision, reason = excluded.reason, open = true
where (a.amount, a.decision, a.reason, a.open)
is distinct from (excluded.amount, excluded.decision, excluded.reason, true)
"""

_CLOSE = """
update billing.adjustments as a set open = false from billing.findings as f
where
    f.tenant_id = a.tenant_id and f.finding_key = a.finding_key
    and a.open and (not f.open or f.discrepancy = 0)
"""
