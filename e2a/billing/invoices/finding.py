"""One invoice, found by its number or id and locked for a move."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row

from e2a.domain.errors import BadInputError, RefusedError
from e2a.domain.invoicing import MOVES, Status


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a move must know of an invoice; `ends_at` is when its month is over."""

    tenant_id: str
    invoice_id: str
    origin: str
    status: str
    number: str | None
    billing_period: Any
    currency: str
    total: Decimal
    fingerprint: bytes
    series: str
    exponent: int
    rounding: str
    ends_at: datetime


def locked(connection: psycopg.Connection[Any], tenant: str, invoice: str) -> Invoice:
    """The invoice of that id or number, its row locked until the transaction ends.

    Raises:
        BadInputError: the tenant has no such invoice.
    """
    with connection.cursor(row_factory=class_row(Invoice)) as cursor:
        found = cursor.execute(_FIND, {"tenant": tenant, "invoice": invoice}).fetchone()
    if found is None:
        raise BadInputError(
            f"{tenant} has no invoice {invoice}", "List them with `e2a invoices list`"
        )
    return found


def move(
    connection: psycopg.Connection[Any],
    invoice: Invoice,
    to: Status,
    *,
    by: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Check that the invoice may go there, and write down who moves it, when and why.

    Raises:
        RefusedError: from where it stands it may not.
    """
    if invoice.origin != "own":
        raise RefusedError(
            f"{invoice.invoice_id} was imported", "Only our own invoices are finalised or credited"
        )
    if to not in MOVES[Status(invoice.status)]:
        raise RefusedError(
            f"{invoice.number or invoice.invoice_id} is {invoice.status} and cannot be {to}",
            "See `e2a invoices show`",
        )
    connection.execute(
        "insert into billing.invoice_moves values (%s, %s, %s, %s, %s, %s, %s)",
        (invoice.tenant_id, invoice.invoice_id, now, invoice.status, to, by, reason),
    )


_FIND = """
select
    i.tenant_id, i.invoice_id, i.origin, i.status, i.number, i.billing_period, i.currency, i.total,
    i.fingerprint, coalesce(c.series, 'INV') as series, coalesce(c.currency_exponent, 2) as exponent,
    coalesce(c.rounding_mode, 'half_up') as rounding,
    (i.billing_period + interval '1 month') at time zone t.billing_zone as ends_at
from billing.invoices as i
inner join reference.tenants as t on t.tenant_id = i.tenant_id
left join reference.rate_cards as c
    on
        c.tenant_id = i.tenant_id
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
where i.tenant_id = %(tenant)s and (i.invoice_id = %(invoice)s or i.number = %(invoice)s)
order by i.origin desc
limit 1
for update of i
"""
