"""A scenario's steps, done by the functions that a billing clerk's commands call."""

import csv
import io
from datetime import datetime
from decimal import Decimal
from typing import Any

from e2a.billing import guard
from e2a.billing import invoices as billing
from e2a.billing.imports import e2a_csv
from e2a.billing.imports.formats import read_landed
from e2a.domain.deliveries import Delivery, Source
from e2a.domain.errors import E2AError
from e2a.domain.scenarios.steps import (
    AuditStep,
    CreditStep,
    DecideStep,
    FinaliseStep,
    ImportStep,
    Step,
    VoidStep,
    WhichFinding,
)
from e2a.scenarios.asking import Connection
from e2a.scenarios.billing import own_invoice
from e2a.warehouse.inbox import land

COLUMNS = (
    "invoice_number", "tenant", "period", "currency", "charge_code", "quantity", "unit_price",
    "amount", "tax_code", "operation_date", "reference", "invoice_tax", "invoice_total",
)  # fmt: skip
DECIDING = {"approve": guard.approve, "reject": guard.reject, "reverse": guard.reverse}


def act(connection: Connection, tenant: str, step: Step, at: datetime) -> str | None:
    """Do a step; the sentence with which it was refused, if it was.

    Args:
        connection: in autocommit.
        tenant: the tenant's name in the database.
        step: what to do.
        at: when it happens; everything recorded by then has been derived.
    """
    try:
        _do(connection, tenant, step, at)
    except E2AError as error:
        return str(error)
    return None


def _do(connection: Connection, tenant: str, step: Step, at: datetime) -> None:
    said: dict[str, Any] = {"by": step.by, "now": at}
    match step:
        case FinaliseStep(finalise=month):
            invoice = _drafted(connection, tenant, month, at)
            billing.finalise(connection, tenant, invoice, **said)
        case VoidStep(void=month, reason=reason):
            invoice = own_invoice(connection, tenant, month)
            billing.void(connection, tenant, invoice, reason=reason, **said)
        case CreditStep(credit=month, net=net, reason=reason):
            invoice = own_invoice(connection, tenant, month)
            line = step.line or _line(connection, tenant, invoice, step.charge)
            billing.credit(connection, tenant, invoice, line, net=net, reason=reason, **said)
        case ImportStep():
            _arrive(connection, tenant, step, at)
        case AuditStep():
            billing.draft(connection, at, billing.Scope(tenant))
            guard.validate(connection, at, tenant)
            guard.propose(connection, at, tenant)
        case DecideStep(reason=reason):
            decision, which = step.decision
            key = _finding(connection, tenant, which)
            DECIDING[decision](connection, tenant, key, reason=reason, **said)


def _drafted(connection: Connection, tenant: str, month: str, at: datetime) -> str:
    billing.draft(connection, at, billing.Scope(tenant))
    return own_invoice(connection, tenant, month)


def _line(connection: Connection, tenant: str, invoice: str, charge: str | None) -> int:
    rows = connection.execute(
        "select line_number from billing.invoice_lines "
        "where tenant_id = %s and invoice_id = %s and charge_code = %s",
        (tenant, invoice, charge),
    ).fetchall()
    return int(rows[0][0]) if len(rows) == 1 else 0


def _finding(connection: Connection, tenant: str, which: WhichFinding) -> str:
    row = connection.execute(
        "select f.finding_key from billing.findings as f "
        "inner join billing.invoices as i "
        "on i.tenant_id = f.tenant_id and i.invoice_id = f.invoice_id "
        "where f.tenant_id = %s and f.rule = %s and f.charge_code = %s "
        "and (%s::text is null or to_char(i.billing_period, 'YYYY-MM') = %s) "
        "order by f.open desc, f.finding_key limit 1",
        (tenant, which.rule, which.charge, which.month, which.month),
    ).fetchone()
    return row[0] if row else f"{which.rule}/{which.charge}"


def _arrive(connection: Connection, tenant: str, step: ImportStep, at: datetime) -> None:
    """As a file of our own format, through the inbox, as any other."""
    currency = step.currency or _currency(connection, tenant)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for line in step.lines:
        amount = line.amount if line.amount is not None else _worth(line.quantity, line.price)
        writer.writerow(
            {
                "invoice_number": step.name, "tenant": tenant, "period": step.month,
                "currency": currency, "charge_code": line.charge, "quantity": line.quantity,
                "unit_price": line.price, "amount": amount, "tax_code": line.tax,
                "operation_date": line.performed_on, "reference": line.reference,
                "invoice_tax": step.tax, "invoice_total": step.total,
            }
        )  # fmt: skip
    name = f"{e2a_csv.DIALECT}:{tenant}:{step.name}:{at.isoformat()}"
    headers = {"e2a-dialect": e2a_csv.DIALECT}
    body = text.getvalue().encode()
    land(connection, [Delivery(tenant, Source.FILE, name, at, body, headers=headers)])
    read_landed(connection)


def _worth(quantity: Decimal, price: Decimal | None) -> Decimal:
    assert price is not None
    return quantity * price


def _currency(connection: Connection, tenant: str) -> str:
    row = connection.execute(
        "select currency from reference.tenants where tenant_id = %s", (tenant,)
    ).fetchone()
    assert row is not None
    return str(row[0])
