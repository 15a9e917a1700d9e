"""One invoice, found by its number or id and locked for a move."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row

from e2a.domain.errors import BadInputError, RefusedError
from e2a.domain.invoicing import Money, Status, check_move


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a move must know of an invoice; `ends_at` is when its month is over (B1)."""

    tenant_id: str
    invoice_id: str
    origin: str
    status: str
    number: str | None
    billing_period: date
    currency: str
    pre_tax: Decimal
    total: Decimal
    series: str
    exponent: int
    rounding: str
    ends_at: datetime

    @property
    def name(self) -> str:
        """Its number, or while it has none its id."""
        return self.number or self.invoice_id

    @property
    def money(self) -> Money:
        """How its currency is rounded."""
        return Money(self.exponent, self.rounding)


def which(
    connection: psycopg.Connection[Any], invoice: str, tenant: str | None = None
) -> tuple[str, str]:
    """Tenant and id of the invoice of that number or id.

    Raises:
        BadInputError: there is none, or several tenants have one.
    """
    rows = connection.execute(_WHICH, {"tenant": tenant, "invoice": invoice}).fetchall()
    if not rows:
        of = f"{tenant} has" if tenant else "There is"
        raise BadInputError(f"{of} no invoice {invoice}", "List them: e2a invoices list")
    if len(rows) > 1:
        raise BadInputError(
            f"Several invoices are called {invoice}: {', '.join('/'.join(r) for r in rows)}",
            "Say whose with --tenant, or give its id",
        )
    return rows[0][0], rows[0][1]


def locked(connection: psycopg.Connection[Any], tenant: str, invoice: str) -> Invoice:
    """The invoice of that id or number, its row locked until the transaction ends.

    Raises:
        BadInputError: the tenant has no such invoice.
    """
    _, invoice_id = which(connection, invoice, tenant)
    with connection.cursor(row_factory=class_row(Invoice)) as cursor:
        found = cursor.execute(_FIND, {"tenant": tenant, "invoice": invoice_id}).fetchone()
    if found is None:  # removed by a drafting pass in between
        raise BadInputError(f"{tenant} has no invoice {invoice}", "List them: e2a invoices list")
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
    """Move the invoice; the database writes down who moved it, when and why.

    Raises:
        RefusedError: from where it stands it may not go there, or it is not ours.
    """
    check_ours(invoice)
    check_move(invoice.name, Status(invoice.status), to)
    connection.execute(
        _MOVE,
        {"to": to.value, "by": by, "now": now, "reason": reason}
        | {"tenant": invoice.tenant_id, "invoice": invoice.invoice_id},
    )


def check_ours(invoice: Invoice) -> None:
    """Raise unless the invoice is our own.

    Raises:
        RefusedError: another billing system issued it, and only that one may settle it.
    """
    if invoice.origin != "own":
        raise RefusedError(
            f"{invoice.name} was imported: the system that issued it settles it",
            "Decide its findings with e2a adjustments",
        )


_WHICH = """
select tenant_id, invoice_id from billing.invoices
where
    (%(tenant)s::text is null or tenant_id = %(tenant)s)
    and (invoice_id = %(invoice)s or number = %(invoice)s)
    and (
        invoice_id = %(invoice)s or origin = 'own'
        or not exists (
            select from billing.invoices as o
            where
                o.tenant_id = invoices.tenant_id and o.number = %(invoice)s and o.origin = 'own'
        )
    )
order by tenant_id, invoice_id
"""

_FIND = """
select
    i.tenant_id, i.invoice_id, i.origin, i.status, i.number, i.billing_period, i.currency,
    i.pre_tax, i.total, coalesce(i.series, c.series, 'INV') as series,
    coalesce(c.currency_exponent, 2) as exponent, coalesce(c.rounding_mode, 'half_up') as rounding,
    (i.billing_period + interval '1 month') at time zone t.billing_zone as ends_at
from billing.invoices as i
inner join reference.tenants as t on t.tenant_id = i.tenant_id
left join reference.rate_cards as c
    on
        c.tenant_id = i.tenant_id
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
where i.tenant_id = %(tenant)s and i.invoice_id = %(invoice)s
for update of i
"""

_MOVE = """
update billing.invoices set
    status = %(to)s, moved_by = %(by)s, moved_at = %(now)s, move_reason = %(reason)s
where tenant_id = %(tenant)s and invoice_id = %(invoice)s
"""
