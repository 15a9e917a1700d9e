"""Validation: every invoice that may still change against what its events call for.

Running it again finds the same keys and writes nothing (B10). A finding that no longer holds is
closed, not deleted; a variance within tolerance is accepted and stays as such (B14).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from e2a.billing.guard import gathering, statements
from e2a.billing.guard.carriers import of_carriers
from e2a.billing.guard.rules import lives
from e2a.billing.guard.storing import store
from e2a.domain.errors import DatabaseUnavailableError
from e2a.domain.findings import Finding
from e2a.domain.rule_life import Life
from e2a.domain.tolerances import EXACT, Bound, Tolerances, accepted

TABLES = (
    "guarded", "guarded_months", "guard_lines", "guard_names", "guard_expected",
    "guard_differing", "guard_found",
)  # fmt: skip
"""Temporary tables of a pass; a second pass within one transaction begins afresh."""


@dataclass(frozen=True, slots=True)
class Validated:
    """Invoices looked at, open findings in them, findings that this pass added or changed."""

    invoices: int
    findings: int
    changed: int


def validate(
    connection: psycopg.Connection[Any],
    now: datetime,
    tenant: str | None = None,
    invoice: str | None = None,
) -> Validated:
    """Compare invoices with the expected lines of their months, in one transaction.

    Args:
        connection: as `e2a_app`.
        now: when, for the findings' dates.
        tenant: only this one's.
        invoice: only this id, with the other imported invoices of its month.

    Raises:
        DatabaseUnavailableError: the models have never been built.
    """
    with connection.transaction():
        connection.execute(f"drop table if exists {', '.join(TABLES)}")
        given = {"tenant": tenant, "invoice": invoice}
        _built(connection)
        connection.execute(statements.LOCK, given)
        _prepare(connection, given)
        heads, sums = gathering.heads(connection), gathering.sums(connection)
        found: defaultdict[gathering.Invoice, list[Finding]] = defaultdict(list)
        for said in (
            gathering.of_wholes(connection, heads, sums),
            gathering.of_drafts(connection),
            gathering.of_months(connection),
            of_carriers(connection, heads),
        ):
            for whose, finding in said:
                found[whose, finding.invoice_id].append(finding)
        rows = _judged(connection, heads, sums, found)
        changed = store(connection, rows, list(heads), now)
        opened = sum(standing == "open" for _, _, standing in rows)
    return Validated(len(heads), opened, changed)


def _built(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("select to_regclass('billing.expected_invoice_lines')").fetchone()
    if row is None or row[0] is None:
        raise DatabaseUnavailableError(
            "The models have never been built", "Run `make demo` or `e2a run`"
        )


def _prepare(connection: psycopg.Connection[Any], given: dict[str, Any]) -> None:
    for statement in statements.GUARDED.split(";\n"):
        connection.execute(statement, given if "%(" in statement else None)


def _judged(
    connection: psycopg.Connection[Any],
    heads: dict[gathering.Invoice, dict[str, Any]],
    sums: dict[gathering.Invoice, gathering.Sums],
    found: dict[gathering.Invoice, list[Finding]],
) -> list[tuple[str, Finding, str]]:
    """Findings of the invoices of the pass, each with how it stands."""
    rows = []
    life = lives(connection, {tenant for tenant, _ in found})
    for whose, findings in found.items():
        if whose not in heads:  # settled, and counted only for what it billed
            continue
        due = sums[whose].total + sum((f.discrepancy for f in findings), Decimal(0))
        tolerated = accepted(findings, _tolerances(heads[whose]), due)
        for finding in findings:
            standing = "accepted" if finding.key in tolerated else "open"
            if life[whose[0]][finding.rule] is Life.SHADOW:
                standing = "shadow"
            rows.append((whose[0], finding, standing))
    return rows


def _tolerances(head: dict[str, Any]) -> Tolerances:
    if head["origin"] == "own" or head["card_version"] is None:
        return EXACT
    return Tolerances(
        Bound(head["line_tolerance"], head["line_tolerance_percent"]),
        Bound(head["invoice_tolerance"], head["invoice_tolerance_percent"]),
    )
