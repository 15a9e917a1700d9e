"""Credit notes of finalised invoices: the rule is pure (B15), here it meets the stored invoice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from e2a.billing.invoices.finding import Invoice, check_ours, locked, move
from e2a.billing.invoices.numbering import Number, next_number
from e2a.domain.errors import BadInputError, RefusedError
from e2a.domain.exceptions import person
from e2a.domain.invoicing import (
    Creditable,
    CreditNote,
    LineLeft,
    Status,
    TaxLeft,
    credit_note,
    rest_of,
    spread,
)

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Credited:
    """A credit note that was written, and where its invoice stands now."""

    number: str
    note: CreditNote
    currency: str
    status: Status


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
    """Credit one line, or a part of it; returns number and total of the credit note.

    Args and errors as for `credit_lines`; `net` None is all that is left of the line.
    """
    done = credit_lines(
        connection, tenant, invoice, lines={line: net}, reason=reason, by=by, now=now
    )
    return done.number, done.note.total


def credit_lines(
    connection: psycopg.Connection[Any],
    tenant: str,
    invoice: str,
    *,
    lines: Mapping[int, Decimal | None] | None = None,
    amount: Decimal | None = None,
    reason: str,
    by: str,
    now: datetime,
) -> Credited:
    """Write a credit note in one transaction; the one that exhausts the invoice settles it (B15).

    Args:
        connection: as `e2a_app`.
        tenant: whose invoice.
        invoice: its number or id.
        lines: how much of which line before tax; None is all that is left of it.
        amount: instead, an amount before tax over all lines in proportion; neither is all of it.
        reason: why, for the customer.
        by: the person who answers for it.
        now: when.

    Raises:
        BadInputError: there is no such invoice, nobody does it, or no reason is given.
        RefusedError: the invoice is not finalised, or has not so much left.
    """
    by = person(by, "one who credits")
    if not reason.strip():
        raise BadInputError("A credit note needs a reason", "Give one with --reason")
    with connection.transaction():
        found = locked(connection, tenant, invoice)
        check_ours(found)
        if found.status != Status.FINALISED:
            raise RefusedError(
                f"{found.name} is {found.status}",
                "Only a finalised invoice that is not credited yet takes credit notes",
            )
        of = _creditable(connection, found)
        note = credit_note(of, _wanted(of, lines, amount))
        number = next_number(connection, found.tenant_id, f"{found.series}-CN")
        _store(connection, found, number, note, {"reason": reason, "by": by, "now": now})
        status = Status.FINALISED
        if note.exhausts:
            status = Status.CREDITED
            move(connection, found, status, by=by, now=now, reason=reason)
    return Credited(number.text, note, found.currency, status)


def _wanted(
    of: Creditable, lines: Mapping[int, Decimal | None] | None, amount: Decimal | None
) -> dict[int, Decimal]:
    if lines is None:
        return rest_of(of) if amount is None else spread(of, amount)
    left = {number: line.left for number, line in of.lines.items()}
    return {number: left.get(number, ZERO) if net is None else net for number, net in lines.items()}


def _creditable(connection: psycopg.Connection[Any], found: Invoice) -> Creditable:
    given = {"tenant": found.tenant_id, "invoice": found.invoice_id}
    taxes = {
        (code, percent): TaxLeft(amount, amount - credited)
        for code, percent, amount, credited in connection.execute(_TAXES, given)
    }
    lines, left = {}, ZERO
    for number, amount, code, percent, credited in connection.execute(_LINES, given):
        key = (code, percent) if (code, percent) in taxes else None
        lines[number] = LineLeft(amount, amount - credited, key)
        left += amount - credited
    return Creditable(lines, taxes, left, found.money)


def _store(
    connection: psycopg.Connection[Any],
    found: Invoice,
    number: Number,
    note: CreditNote,
    said: dict[str, Any],
) -> None:
    connection.execute(
        _NOTE,
        {
            "tenant": found.tenant_id, "number": number.text, "series": number.series,
            "ordinal": number.ordinal, "invoice": found.invoice_id, "currency": found.currency,
            "pre_tax": note.pre_tax, "tax": note.tax, "total": note.total,
            "lines": len(note.lines), **said,
        },
    )  # fmt: skip
    key = (found.tenant_id, number.text)
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into billing.credit_note_lines values (%s, %s, %s, %s)",
            [(*key, line, amount) for line, amount in sorted(note.lines.items())],
        )
        cursor.executemany(
            "insert into billing.credit_note_taxes values (%s, %s, %s, %s, %s, %s)",
            [(*key, tax.tax_code, tax.percent, tax.base, tax.amount) for tax in note.taxes],
        )


_LINES = """
select
    l.line_number, l.amount, l.tax_code, t.percent,
    coalesce((
        select sum(c.amount) from billing.credit_note_lines as c
        inner join billing.credit_notes as n on n.tenant_id = c.tenant_id and n.number = c.number
        where
            n.tenant_id = l.tenant_id and n.invoice_id = l.invoice_id
            and c.line_number = l.line_number
    ), 0)
from billing.invoice_lines as l
inner join billing.invoices as i on i.tenant_id = l.tenant_id and i.invoice_id = l.invoice_id
left join reference.taxes as t
    on
        t.tenant_id = l.tenant_id and t.tax_code = l.tax_code
        and t.card_version = coalesce(
            l.card_version, reference.card_of_month(i.tenant_id, i.billing_period)
        )
where l.tenant_id = %(tenant)s and l.invoice_id = %(invoice)s order by l.line_number
"""

_TAXES = """
select
    t.tax_code, t.percent, t.amount,
    coalesce((
        select sum(c.amount) from billing.credit_note_taxes as c
        inner join billing.credit_notes as n on n.tenant_id = c.tenant_id and n.number = c.number
        where
            n.tenant_id = t.tenant_id and n.invoice_id = t.invoice_id
            and c.tax_code = t.tax_code and c.percent = t.percent
    ), 0)
from billing.invoice_taxes as t
where t.tenant_id = %(tenant)s and t.invoice_id = %(invoice)s
"""

_NOTE = """
insert into billing.credit_notes (
    tenant_id, number, series, ordinal, invoice_id, currency, pre_tax, tax, total, lines, reason,
    created_by, created_at
) values (
    %(tenant)s, %(number)s, %(series)s, %(ordinal)s, %(invoice)s, %(currency)s, %(pre_tax)s,
    %(tax)s, %(total)s, %(lines)s, %(reason)s, %(by)s, %(now)s
)
"""
