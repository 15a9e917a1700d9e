"""The only ways forward for a finalised invoice: a credit note for a line, or voiding it whole."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from e2a.billing.invoices.finalising import set_status, next_number
from e2a.billing.invoices.finding import Invoice, locked, move
from e2a.domain.errors import BadInputError, RefusedError
from e2a.domain.invoicing import Creditable, Status, credit_gross


def credit(
    connection: psycopg.Connection[Any],
    tenant: str,
    invoice: str,
    line: int,
    *,
    net: Decimal | None = None,
    reason: str,
    by: str,
    now: datetime,
) -> tuple[str, Decimal]:
    """Credit a line, or a part of it; the note that exhausts the invoice absorbs rounding (B15).

    Args:
        connection: as `e2a_app`.
        tenant: whose invoice.
        invoice: its number or id.
        line: number of the line.
        net: how much of it before tax; None is all that is left of it.
        reason: why, for the customer.
        by: who answers for it.
        now: when.

    Returns:
        Number and gross amount of the credit note.

    Raises:
        BadInputError: no such invoice or line.
        RefusedError: the invoice is not finalised, or the line has not so much left.
    """
    with connection.transaction():
        found = locked(connection, tenant, invoice)
        if found.status != Status.FINALISED:
            raise RefusedError(
                f"{found.number or found.invoice_id} is {found.status}",
                "Only finalised invoices that are not credited yet take credit notes",
            )
        of = _creditable(connection, found, line)
        amount = of.line_left if net is None else net
        try:
            gross = credit_gross(of, amount)
        except ValueError as error:
            raise RefusedError(f"Line {line}: {error}", "Credit no more than that") from None
        number = next_number(connection, found.tenant_id, f"{found.series}-CN")
        connection.execute(
            "insert into billing.credit_notes values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (found.tenant_id, found.invoice_id, number, line, amount, gross, reason, by, now),
        )
        if amount == of.net_left:
            move(connection, found, Status.CREDITED, by=by, now=now, reason=reason)
            set_status(connection, found, Status.CREDITED)
    return number, gross


def void(
    connection: psycopg.Connection[Any],
    tenant: str,
    invoice: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """Declare a finalised invoice void; its month can be drafted again. The number stays taken.

    Raises:
        BadInputError: no such invoice.
        RefusedError: it is not finalised, has credit notes, or a later invoice corrects its month.
    """
    with connection.transaction():
        found = locked(connection, tenant, invoice)
        move(connection, found, Status.VOID, by=by, now=now, reason=reason)
        if connection.execute(_LEANED_ON, (found.tenant_id, found.invoice_id) * 2).fetchone():
            raise RefusedError(
                f"{found.number} has credit notes, or a later invoice corrects its month",
                "Credit what is left of it instead",
            )
        set_status(connection, found, Status.VOID)
        connection.execute(
            "delete from billing.closed_periods where tenant_id = %s and billing_period = %s",
            (found.tenant_id, found.billing_period),
        )


def _creditable(connection: psycopg.Connection[Any], found: Invoice, line: int) -> Creditable:
    row = connection.execute(
        _LEFT, {"tenant": found.tenant_id, "invoice": found.invoice_id, "line": line}
    ).fetchone()
    if row is None or row[0] is None:
        raise BadInputError(
            f"{found.number} has no line {line}", "See `e2a invoices show` for its lines"
        )
    line_left, net_left, credited, percents = row
    return Creditable(
        found.total, credited, net_left, line_left, percents, found.exponent, found.rounding
    )


_LEANED_ON = """
select from billing.credit_notes where tenant_id = %s and invoice_id = %s
union all
select from billing.invoices as v
inner join billing.invoice_lines as l
    on l.tenant_id = v.tenant_id and l.original_period = v.billing_period
inner join billing.invoices as i on i.tenant_id = l.tenant_id and i.invoice_id = l.invoice_id
where v.tenant_id = %s and v.invoice_id = %s and i.status in ('finalised', 'credited')
limit 1
"""

_LEFT = """
with notes as (
    select * from billing.credit_notes where tenant_id = %(tenant)s and invoice_id = %(invoice)s
)
select
    (
        select l.amount - coalesce(
            (select sum(n.net) from notes as n where n.line_number = l.line_number), 0
        )
        from billing.invoice_lines as l
        where
            l.tenant_id = %(tenant)s and l.invoice_id = %(invoice)s and l.line_number = %(line)s
    ),
    (
        select sum(l.amount) from billing.invoice_lines as l
        where l.tenant_id = %(tenant)s and l.invoice_id = %(invoice)s
    ) - coalesce((select sum(net) from notes), 0),
    coalesce((select sum(gross) from notes), 0),
    array(
        select t.percent from billing.invoice_lines as l
        inner join billing.invoice_taxes as t
            on
                t.tenant_id = l.tenant_id and t.invoice_id = l.invoice_id and t.tax_code = l.tax_code
        where
            l.tenant_id = %(tenant)s and l.invoice_id = %(invoice)s and l.line_number = %(line)s
    )
"""
