"""Invoices as a billing system issued them: landed raw, read into `billing.invoices`.

The file goes to the inbox like everything that arrives (source `file`, dialect `billed-invoice`),
so it is kept exactly and can be read again. Columns: invoice_number, tenant, period (YYYY-MM),
currency, charge_code, quantity, unit_price (empty for pass-through), amount, operation_date,
reference.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import psycopg

from e2a.domain.deliveries import Delivery, Source
from e2a.domain.errors import BadInputError

DIALECT = "billed-invoice"
REQUIRED = ("invoice_number", "tenant", "period", "currency", "charge_code", "quantity", "amount")


def delivery(path: Path, received_at: datetime) -> Delivery:
    """The file as an inbox delivery; its content is its identity.

    Raises:
        BadInputError: the file is not such a CSV; names the line, the column and the fix.
    """
    body = path.read_bytes()
    lines = list(rows(body, path.name))
    if not lines:
        raise BadInputError(f"{path.name} has no lines", "Export at least one")
    for column in ("tenant", "invoice_number", "period", "currency"):
        values = {str(line[column]) for line in lines}
        if len(values) != 1:
            raise BadInputError(
                f"{path.name} holds several values of {column}: {', '.join(sorted(values))}",
                "Give each invoice a file of its own",
            )
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Delivery(
        tenant_id=lines[0]["tenant"],
        source=Source.FILE,
        delivery_id=f"{DIALECT}:{path.name}:{digest}",
        received_at=received_at,
        body=body,
        headers={"e2a-dialect": DIALECT},
    )


def rows(body: bytes, name: str) -> Iterator[dict[str, Any]]:
    """The CSV's rows with Decimals, checked."""
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise BadInputError(f"{name} is not UTF-8", "Export it as UTF-8 CSV") from None
    missing = [column for column in REQUIRED if column not in (reader.fieldnames or ())]
    if missing:
        raise BadInputError(
            f"{name} has no column {missing[0]}", f"Give it the columns {', '.join(REQUIRED)}"
        )
    for number, row in enumerate(reader, 2):
        yield _checked(row, f"{name}:{number}")


def _checked(row: dict[str, str], where: str) -> dict[str, Any]:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", row["period"] or ""):
        raise BadInputError(f"{where}: period {row['period']!r} is no month", "Write YYYY-MM")
    price = row.get("unit_price") or ""
    return {
        **row,
        "period": date.fromisoformat(row["period"] + "-01"),
        "quantity": _number(row["quantity"], f"{where}: quantity"),
        "unit_price": _number(price, f"{where}: unit_price") if price else None,
        "amount": _number(row["amount"], f"{where}: amount"),
    }


def _number(text: str | None, where: str) -> Decimal:
    try:
        number = Decimal((text or "").strip())
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise BadInputError(f"{where} {text!r} is not a number", "Write it as 12.34")
    return number


def read_landed(connection: psycopg.Connection[Any]) -> int:
    """Read every landed billed-invoice file; returns how many invoices were new.

    Reading again writes nothing; a corrected file under the same number, landed later, replaces the
    invoice whole.
    """
    found = connection.execute(
        "select tenant_id, seq, delivery_id, body from landing.inbox "
        "where source = 'file' and headers ->> 'e2a-dialect' = %s order by seq",
        (DIALECT,),
    ).fetchall()
    connection.rollback()
    with connection.transaction():
        return sum(_store(connection, *row) for row in found)


def _store(
    connection: psycopg.Connection[Any], tenant_id: str, seq: int, delivery_id: str, body: bytes
) -> int:
    lines = list(rows(bytes(body), delivery_id))
    invoice_id = f"billed/{lines[0]['invoice_number']}"
    new = connection.execute(
        "insert into billing.invoices as i values (%s, %s, 'billed', %s, %s, %s, %s, %s) "
        "on conflict (tenant_id, invoice_id) do update set "
        "billing_period = excluded.billing_period, currency = excluded.currency, "
        "total = excluded.total, fingerprint = excluded.fingerprint, "
        "inbox_seq = excluded.inbox_seq where i.inbox_seq < excluded.inbox_seq "
        "and i.fingerprint <> excluded.fingerprint",
        (
            tenant_id, invoice_id, lines[0]["period"], lines[0]["currency"],
            sum((line["amount"] for line in lines), Decimal(0)),
            hashlib.sha256(bytes(body)).digest(), seq,
        ),
    ).rowcount  # fmt: skip
    if new:
        connection.execute(
            "delete from billing.invoice_lines where tenant_id = %s and invoice_id = %s",
            (tenant_id, invoice_id),
        )
    for number, line in enumerate(lines, 1) if new else ():
        connection.execute(
            "insert into billing.invoice_lines (tenant_id, invoice_id, line_number, charge_code, "
            "unit_price, quantity, amount) values (%s, %s, %s, %s, %s, %s, %s)",
            (
                tenant_id, invoice_id, number, line["charge_code"], line["unit_price"],
                line["quantity"], line["amount"],
            ),
        )  # fmt: skip
    return new
