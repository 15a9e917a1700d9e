"""Finalisation: the draft of a month that is over becomes an invoice with a number, for ever.

The number is taken in the same transaction, so numbers have no gaps and two finalisations cannot
share one. What is finalised is what stood there before: if the events call for other lines now, the
finalisation is refused and nothing is written.
"""

from datetime import datetime
from typing import Any

import psycopg

from e2a.billing.invoices.drafting import Scope, draft
from e2a.billing.invoices.finding import Invoice, check_ours, locked, move
from e2a.billing.invoices.numbering import next_number
from e2a.domain.errors import RefusedError
from e2a.domain.exceptions import person
from e2a.domain.invoicing import Status, check_move
from e2a.warehouse.truth import check_green


def send_to_review(
    connection: psycopg.Connection[Any], tenant: str, invoice: str, *, by: str, now: datetime
) -> None:
    """Say that somebody looks at a draft; a later change of its lines makes it a draft again.

    Raises:
        BadInputError: there is no such invoice, or nobody does it.
        RefusedError: it is no draft of ours.
    """
    by = person(by, "one who reviews")
    with connection.transaction():
        found = locked(connection, tenant, invoice)
        move(connection, found, Status.REVIEW, by=by, now=now)


def finalise(
    connection: psycopg.Connection[Any], tenant: str, invoice: str, *, by: str, now: datetime
) -> str:
    """Give an invoice its number and close it, in one transaction.

    Args:
        connection: as `e2a_app`.
        tenant: whose invoice.
        invoice: its id.
        by: the person who answers for it.
        now: when.

    Returns:
        The invoice's number.

    Raises:
        BadInputError: there is no such invoice, or nobody does it.
        RefusedError: its month is not over, it is not what the events call for now, work of the
            month waits for an exchange rate (B9), findings are open that block it (B11), or the
            last proof of the stored rows is red.
    """
    by = person(by, "one who finalises")
    with connection.transaction():
        found = locked(connection, tenant, invoice)
        check_ours(found)
        check_green(connection)
        if found.status != Status.DRAFT:
            check_move(found.name, Status(found.status), Status.FINALISED)
        _check_month(connection, found, now)
        _check_content(connection, found, now)
        if found.status == Status.DRAFT:
            move(connection, found, Status.REVIEW, by=by, now=now)
        number = next_number(connection, found.tenant_id, found.series)
        connection.execute(
            _FINALISE,
            {"number": number.text, "series": number.series, "ordinal": number.ordinal}
            | {"now": now, "by": by, "tenant": found.tenant_id, "invoice": found.invoice_id},
        )
        connection.execute(
            "insert into billing.closed_periods values (%s, %s, %s) on conflict do nothing",
            (found.tenant_id, found.billing_period, now),
        )
    return number.text


def _check_month(connection: psycopg.Connection[Any], found: Invoice, now: datetime) -> None:
    if now < found.ends_at:
        raise RefusedError(
            f"{found.name} cannot be finalised before its month is over",
            f"Wait until {found.ends_at.isoformat()}",
        )
    waiting = connection.execute(_UNSEEN, (found.tenant_id,)).fetchone()
    if waiting is not None and waiting[0]:
        raise RefusedError(
            f"{found.tenant_id} has {waiting[0]} orders with news that no pass has seen yet",
            "Run e2a invoices generate, look at the invoice, then finalise it",
        )


def _check_content(connection: psycopg.Connection[Any], found: Invoice, now: datetime) -> None:
    drafted = draft(connection, now, Scope(found.tenant_id, (found.billing_period,)))
    if drafted.written or drafted.removed:
        raise RefusedError(
            f"{found.name} is no longer what its events call for",
            "Run e2a invoices generate, look at it once more, then finalise it",
        )
    of_month = (found.tenant_id, found.billing_period)
    waiting = connection.execute(_NO_RATE, of_month).fetchall()
    if waiting:
        raise RefusedError(
            f"{found.name} lacks {len(waiting)} operations in another currency, such as "
            f"{waiting[0][0]} in {waiting[0][1]} on {waiting[0][2]}",
            "Add the exchange rate of that date to fx.yaml, then run e2a invoices generate",
        )
    blocking = connection.execute(_BLOCKING, (found.tenant_id, found.invoice_id)).fetchall()
    if blocking:
        raise RefusedError(
            f"{found.name} is blocked by {len(blocking)} findings, such as {blocking[0][0]}: "
            f"{blocking[0][1]}",
            "Decide them with e2a adjustments",
        )


_UNSEEN = "select count(*) from ops.touched_orders where tenant_id = %s"

_FINALISE = """
update billing.invoices set
    status = 'finalised', number = %(number)s, series = %(series)s, ordinal = %(ordinal)s,
    finalised_at = %(now)s, finalised_by = %(by)s, moved_by = %(by)s, moved_at = %(now)s,
    move_reason = null
where tenant_id = %(tenant)s and invoice_id = %(invoice)s
"""

_NO_RATE = """
select
    o.operation_key, o.charge_currency, (o.occurred_at at time zone t.billing_zone)::date
from billing.billable_operations as o
inner join reference.tenants as t on t.tenant_id = o.tenant_id
where
    o.tenant_id = %s and o.billing_period = %s and o.standing = 'quarantined'
    and o.standing_reason = 'no_fx_rate'
order by o.occurred_at, o.operation_key
"""

_BLOCKING = """
select finding_key, why from billing.blocking_findings
where tenant_id = %s and invoice_id = %s order by finding_key
"""
