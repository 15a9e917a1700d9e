"""An imported invoice as rows: new, unchanged, or replaced whole by a corrected file.

What is settled stays: a later file under the number of an invoice that is finalised is refused.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from e2a.domain.errors import RefusedError


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """A line as the file says it; None where the file says nothing."""

    charge_code: str
    quantity: Decimal
    amount: Decimal
    unit_price: Decimal | None = None
    tax_code: str | None = None
    reference: str | None = None
    performed_on: date | None = None
    description: str | None = None
    price_per: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ImportedInvoice:
    """An invoice of another system.

    Attributes:
        number: as it bears it.
        period: first day of the month that it bills.
        tax: in all; None if it does not say.
        total: as it states it; None if it does not.
        issuer: the carrier that issued it; None for what is billed to the tenant.
    """

    tenant_id: str
    number: str
    period: date
    currency: str
    lines: tuple[ImportedLine, ...]
    tax: Decimal | None = None
    total: Decimal | None = None
    issuer: str | None = None

    @property
    def invoice_id(self) -> str:
        """Its id in `billing.invoices`, the same for every correction of the file."""
        return f"carrier/{self.issuer}/{self.number}" if self.issuer else f"billed/{self.number}"


def store_import(
    connection: psycopg.Connection[Any], invoice: ImportedInvoice, seq: int, body: bytes
) -> int:
    """Store an invoice; returns 1 if it is new or changed, 0 if it is there as it is.

    Args:
        connection: as `e2a_app`.
        invoice: as the file says it.
        seq: the inbox row of the file; of two files under one number the later counts.
        body: the file, whose hash is the invoice's fingerprint.

    Raises:
        RefusedError: an invoice of that number is finalised and says something else.
    """
    digest = hashlib.sha256(body).digest()
    with connection.transaction():
        row = connection.execute(_STANDS, (invoice.tenant_id, invoice.invoice_id)).fetchone()
        if row is not None:
            status, inbox_seq, fingerprint = row
            if bytes(fingerprint) == digest or (inbox_seq or 0) >= seq:
                return 0
            if status not in ("draft", "review"):
                raise RefusedError(
                    f"Invoice {invoice.number} is {status}, and this file says something else",
                    "Have it issued under a number of its own",
                )
        _replace(connection, invoice, seq, digest)
    return 1


def _replace(
    connection: psycopg.Connection[Any], invoice: ImportedInvoice, seq: int, digest: bytes
) -> None:
    pre_tax = sum((line.amount for line in invoice.lines), Decimal(0))
    tax = invoice.tax or Decimal(0)
    key = (invoice.tenant_id, invoice.invoice_id)
    connection.execute(
        _INVOICE,
        (
            *key, invoice.period, invoice.currency, pre_tax, tax, pre_tax + tax, invoice.total,
            digest, seq, invoice.issuer,
        ),
    )  # fmt: skip
    for table in ("invoice_lines", "invoice_taxes"):
        connection.execute(
            f"delete from billing.{table} where tenant_id = %s and invoice_id = %s",
            key,
        )
    with connection.cursor().copy(_COPY) as copy:
        for number, line in enumerate(invoice.lines, 1):
            copy.write_row((*key, number, *_row(line)))
    if invoice.tax is not None:
        connection.execute(_TAX, (*key, pre_tax, tax, tax))


def _row(line: ImportedLine) -> tuple[object, ...]:
    return (
        line.charge_code, line.unit_price, line.quantity, line.amount, line.tax_code,
        line.reference, line.performed_on, line.description, line.price_per, line.percent,
    )  # fmt: skip


_STANDS = """
select status, inbox_seq, fingerprint from billing.invoices
where tenant_id = %s and invoice_id = %s for update
"""

_INVOICE = """
insert into billing.invoices as i (
    tenant_id, invoice_id, origin, status, billing_period, currency, pre_tax, tax, total,
    stated_total, fingerprint, inbox_seq, issuer
)
values (%s, %s, 'imported', 'draft', %s, %s, %s, %s, %s, %s, %s, %s, %s)
on conflict (tenant_id, invoice_id) do update set
    billing_period = excluded.billing_period, currency = excluded.currency,
    pre_tax = excluded.pre_tax, tax = excluded.tax, total = excluded.total,
    stated_total = excluded.stated_total, fingerprint = excluded.fingerprint,
    inbox_seq = excluded.inbox_seq
"""

_COPY = """
copy billing.invoice_lines (
    tenant_id, invoice_id, line_number, charge_code, unit_price, quantity, amount, tax_code,
    reference, performed_on, description, price_per, percent
) from stdin
"""

# One row for the tax of all codes: files say it in sum.
_TAX = """
insert into billing.invoice_taxes (tenant_id, invoice_id, tax_code, base, amount, billed)
values (%s, %s, '*', %s, %s, %s)
"""
