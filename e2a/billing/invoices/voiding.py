"""Voiding: a finalised invoice that should never have been; its number stays taken."""

from datetime import datetime
from typing import Any

import psycopg

from e2a.billing.invoices.finding import check_ours, locked, move
from e2a.domain.errors import BadInputError, RefusedError
from e2a.domain.exceptions import person
from e2a.domain.invoicing import Status, check_move


def void(
    connection: psycopg.Connection[Any],
    tenant: str,
    invoice: str,
    *,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """Declare a finalised invoice void; its month is open again and can be drafted anew.

    Work that came too late for the month (B7) is judged again, now that the month is open.

    Raises:
        BadInputError: there is no such invoice, nobody does it, or no reason is given.
        RefusedError: it is not finalised, has credit notes, or a later invoice corrects its month.
    """
    by = person(by, "one who voids")
    if not reason.strip():
        raise BadInputError("A void invoice needs a reason", "Give one with --reason")
    with connection.transaction():
        found = locked(connection, tenant, invoice)
        check_ours(found)
        check_move(found.name, Status(found.status), Status.VOID)
        given = {
            "tenant": found.tenant_id, "invoice": found.invoice_id, "month": found.billing_period,
        }  # fmt: skip
        row = connection.execute(_LEANED_ON, given).fetchone()
        if row is not None:
            raise RefusedError(
                f"{found.name} cannot be voided: {row[0]}", "Credit what is left of it instead"
            )
        move(connection, found, Status.VOID, by=by, now=now, reason=reason)
        connection.execute(_OPEN_MONTH, given)
        connection.execute(_JUDGE_AGAIN, given)


_LEANED_ON = """
select 'it has credit note ' || number from billing.credit_notes
where tenant_id = %(tenant)s and invoice_id = %(invoice)s
union all
select 'invoice ' || i.number || ' corrects its month'
from billing.invoice_lines as l
inner join billing.invoices as i on i.tenant_id = l.tenant_id and i.invoice_id = l.invoice_id
where
    l.tenant_id = %(tenant)s and l.original_period = %(month)s
    and i.status in ('finalised', 'credited')
limit 1
"""

_OPEN_MONTH = """
delete from billing.closed_periods where tenant_id = %(tenant)s and billing_period = %(month)s
"""

_JUDGE_AGAIN = """
insert into ops.touched_orders (tenant_id, order_id)
select distinct tenant_id, order_id from billing.billable_operations
where
    tenant_id = %(tenant)s and billing_period = %(month)s
    and standing_reason = 'beyond_look_back'
on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
"""
