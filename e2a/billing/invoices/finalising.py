"""Finalisation: the draft of a month that is over becomes an invoice with a number, for ever.

The number is taken in the same transaction: the series' row is locked until it commits, so numbers
have no gaps and two finalisations cannot share one.
"""

from datetime import datetime
from typing import Any

import psycopg

from e2a.billing.invoices.drafting import Scope, draft
from e2a.billing.invoices.finding import Invoice, locked, move
from e2a.domain.errors import RefusedError
from e2a.domain.invoicing import Status


def send_to_review(
    connection: psycopg.Connection[Any], tenant: str, invoice: str, *, by: str, now: datetime
) -> None:
    """Say that somebody looks at a draft; a later change of its lines makes it a draft again."""
    with connection.transaction():
        found = locked(connection, tenant, invoice)
        move(connection, found, Status.REVIEW, by=by, now=now)
        set_status(connection, found, Status.REVIEW)


def finalise(
    connection: psycopg.Connection[Any], tenant: str, invoice: str, *, by: str, now: datetime
) -> str:
    """Give an invoice its number and close it, in one transaction.

    Args:
        connection: as `e2a_app`.
        tenant: whose invoice.
        invoice: its id.
        by: who answers for it.
        now: when.

    Returns:
        The invoice's number.

    Raises:
        BadInputError: there is no such invoice.
        RefusedError: its month is not over, it is not what the events call for now, work of the
            month waits for an exchange rate (B9), or findings are open that block it (B11).
    """
    with connection.transaction():
        found = locked(connection, tenant, invoice)
        move(connection, found, Status.FINALISED, by=by, now=now)
        _may_be_finalised(connection, found, now)
        number = next_number(connection, found.tenant_id, found.series)
        connection.execute(_FINALISE, {
            "number": number, "series": found.series, "now": now, "by": by,
            "tenant": found.tenant_id, "invoice": found.invoice_id,
        })  # fmt: skip
        connection.execute(
            "insert into billing.closed_periods values (%s, %s, %s) on conflict do nothing",
            (found.tenant_id, found.billing_period, now),
        )
    return number


def next_number(connection: psycopg.Connection[Any], tenant: str, series: str) -> str:
    """The next number of a series; whoever takes it holds the series until the transaction ends."""
    row = connection.execute(_NEXT, (tenant, series)).fetchone()
    assert row is not None
    return f"{series}-{row[0]:06d}"


def _may_be_finalised(connection: psycopg.Connection[Any], found: Invoice, now: datetime) -> None:
    name = found.invoice_id
    if now < found.ends_at:
        raise RefusedError(
            f"{name} cannot be finalised before its month is over",
            f"Wait until {found.ends_at.isoformat()}",
        )
    month = Scope(found.tenant_id, (found.billing_period,))
    if draft(connection, now, month).written:
        raise RefusedError(
            f"{name} is not what its events call for now: it has just been drafted again",
            "Look at it once more, then finalise it",
        )
    waiting = connection.execute(_NO_RATE, (found.tenant_id, found.billing_period)).fetchall()
    if waiting:
        raise RefusedError(
            f"{name} lacks {len(waiting)} operations in another currency, such as {waiting[0][0]} "
            f"in {waiting[0][1]} on {waiting[0][2]}",
            "Add the exchange rate of that date to fx.yaml, then run `e2a invoices generate`",
        )
    blocking = connection.execute(_BLOCKING, (found.tenant_id, found.invoice_id)).fetchall()
    if blocking:
        raise RefusedError(
            f"{name} is blocked by {len(blocking)} findings, such as {blocking[0][0]}: "
            f"{blocking[0][1]}",
            "Decide them with `e2a adjustments`",
        )


def set_status(connection: psycopg.Connection[Any], found: Invoice, status: Status) -> None:
    """Where the invoice stands from now on; nothing else of it changes."""
    connection.execute(
        "update billing.invoices set status = %s where tenant_id = %s and invoice_id = %s",
        (status, found.tenant_id, found.invoice_id),
    )


_NEXT = """
insert into billing.invoice_numbers as n values (%s, %s, 1)
on conflict (tenant_id, series) do update set last_number = n.last_number + 1
returning last_number
"""

_FINALISE = """
update billing.invoices set
    status = 'finalised', number = %(number)s, series = %(series)s, finalised_at = %(now)s,
    finalised_by = %(by)s
where tenant_id = %(tenant)s and invoice_id = %(invoice)s
"""

_NO_RATE = """
select operation_key, charge_currency, occurred_at::date from billing.billable_operations
where tenant_id = %s and billing_period = %s and standing_reason = 'no_fx_rate'
order by occurred_at
"""

_BLOCKING = """
select finding_key, why from billing.blocking_findings
where tenant_id = %s and invoice_id = %s order by finding_key
"""
