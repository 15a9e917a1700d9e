"""Validation: every open invoice against a fresh derivation, as keyed findings.

The database leaves out what agrees line by line; only the rest is compared in Python. Running it
again finds the same keys and writes nothing (B10); a finding that no longer holds is closed, not
deleted.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from e2a.billing.guard import statements as sql
from e2a.billing.guard.rules import active_rules
from e2a.domain.auditing import Audited, Contract, Tolerance, audit
from e2a.domain.matching import Finding, InvoiceLine, Rule

BATCH = 500


@dataclass(frozen=True, slots=True)
class Validated:
    """Invoices looked at, open findings in all, findings that this pass added or changed."""

    invoices: int
    findings: int
    changed: int


def validate(connection: psycopg.Connection[Any], tenant: str | None = None) -> Validated:
    """Compare every invoice that may still change with its events, in one transaction.

    Args:
        connection: as `e2a_app`.
        tenant: only this one's.
    """
    with connection.transaction():
        invoices = connection.execute(sql.INVOICES, {"tenant": tenant}).fetchall()
        changed = findings = 0
        for row in invoices:
            found, active = _audited(connection, *row)
            findings += len(found)
            changed += _store(connection, row[0], row[1], found, active)
    return Validated(len(invoices), findings, changed)


def _audited(
    connection: psycopg.Connection[Any], tenant: str, invoice: str, period: date, *head: Any
) -> tuple[list[Finding], frozenset[Rule]]:
    currency, tax, stated, total, card_currency, *tolerances = head
    given = {"tenant": tenant, "invoice": invoice, "period": period}
    lines = [InvoiceLine(*row[:5]) for row in connection.execute(sql.BILLED, given).fetchall()]
    expected = [InvoiceLine(*row) for row in connection.execute(sql.EXPECTED, given).fetchall()]
    active = active_rules(connection, tenant)
    billed = Audited(
        currency,
        lines,
        _lines(connection, sql.OUT_OF_PERIOD, given),
        _lines(connection, sql.ELSEWHERE, given),
        tax,
        _one(connection, sql.RIGHT_TAX, given),
        stated,
        total,
    )
    charges = connection.execute(sql.CHARGES, given).fetchall()
    contract = Contract(
        card_currency,
        frozenset(code for (code,) in charges),
        Tolerance(*tolerances[:2]),
        Tolerance(*tolerances[2:]),
        active,
    )
    return audit(billed, expected, contract), active


def _lines(connection: psycopg.Connection[Any], query: Any, given: Any) -> list[InvoiceLine]:
    return [InvoiceLine(*row) for row in connection.execute(query, given).fetchall()]


def _one(connection: psycopg.Connection[Any], query: Any, given: Any) -> Any:
    row = connection.execute(query, given).fetchone()
    return row and row[0]


def _store(
    connection: psycopg.Connection[Any],
    tenant: str,
    invoice: str,
    found: list[Finding],
    active: frozenset[Rule],
) -> int:
    keys = [finding.key(invoice) for finding in found]
    changed = 0
    for first in range(0, len(found), BATCH):
        batch = found[first : first + BATCH]
        changed += connection.execute(
            sql.UPSERT,
            {
                "tenant": tenant, "invoice": invoice,
                "keys": keys[first : first + BATCH],
                "rules": [f.rule.value for f in batch],
                "severities": [f.severity for f in batch],
                "charges": [f.charge_code for f in batch],
                "billed": [f.billed for f in batch],
                "expected": [f.expected for f in batch],
                "explanations": [f.explanation for f in batch],
                "shadows": [f.rule not in active for f in batch],
            },
        ).rowcount  # fmt: skip
    closed = connection.execute(
        sql.CLOSE, {"tenant": tenant, "invoice": invoice, "keys": keys}
    ).rowcount
    return changed + closed
