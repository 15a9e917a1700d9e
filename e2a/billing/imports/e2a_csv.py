"""`e2a-csv`: invoices as any billing system can export them, described by docs/invoice-csv.md.

One row a line, one invoice a file. A change of columns is a change of that page and of its test.
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

from e2a.billing.imports.storing import ImportedInvoice, ImportedLine
from e2a.domain.deliveries import Delivery, Source
from e2a.domain.errors import BadInputError

DIALECT = "billed-invoice"
REQUIRED = ("invoice_number", "tenant", "period", "currency", "charge_code", "quantity", "amount")
OPTIONAL = (
    "unit_price", "operation_date", "reference", "description", "tax_code", "invoice_tax",
    "invoice_total",
)  # fmt: skip
OF_THE_INVOICE = ("tenant", "invoice_number", "period", "currency", "invoice_tax", "invoice_total")
"""Columns that say the same on every row."""


def delivery(path: Path, received_at: datetime) -> Delivery:
    """The file as an inbox delivery; its content is its identity.

    Raises:
        BadInputError: the file is not such a CSV; names the line, the column and the fix.
    """
    body = path.read_bytes()
    found = invoice(body, path.name)
    digest = hashlib.sha256(body).hexdigest()[:16]
    return Delivery(
        tenant_id=found.tenant_id,
        source=Source.FILE,
        delivery_id=f"{DIALECT}:{path.name}:{digest}",
        received_at=received_at,
        body=body,
        headers={"e2a-dialect": DIALECT},
    )


def invoice(body: bytes, name: str) -> ImportedInvoice:
    """The invoice that a file holds.

    Raises:
        BadInputError: it is no such CSV, has no lines, or holds more than one invoice.
    """
    lines = list(rows(body, name))
    if not lines:
        raise BadInputError(f"{name} has no lines", "Export at least one")
    for column in OF_THE_INVOICE:
        values = {str(line[column]) for line in lines}
        if len(values) != 1:
            raise BadInputError(
                f"{name} holds several values of {column}: {', '.join(sorted(values))}",
                "Give each invoice a file of its own",
            )
    head = lines[0]
    return ImportedInvoice(
        head["tenant"], head["invoice_number"], head["period"], head["currency"],
        tuple(_line(line) for line in lines), head["invoice_tax"], head["invoice_total"],
    )  # fmt: skip


def _line(row: dict[str, Any]) -> ImportedLine:
    return ImportedLine(
        row["charge_code"], row["quantity"], row["amount"], row["unit_price"], row["tax_code"],
        row["reference"], row["operation_date"], row["description"],
    )  # fmt: skip


def rows(body: bytes, name: str) -> Iterator[dict[str, Any]]:
    """The CSV's rows, checked: Decimals and dates, None where an optional column says nothing."""
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8-sig")), strict=True)
        missing = [column for column in REQUIRED if column not in (reader.fieldnames or ())]
        if missing:
            raise BadInputError(
                f"{name} has no column {missing[0]}", f"Give it the columns {', '.join(REQUIRED)}"
            )
        for row in reader:
            yield _checked(row, f"{name}:{reader.line_num}")
    except UnicodeDecodeError:
        raise BadInputError(f"{name} is not UTF-8", "Export it as UTF-8 CSV") from None
    except csv.Error as error:
        raise BadInputError(f"{name} is no CSV: {error}", "Quote texts with commas") from None


def _checked(row: dict[str | None, Any], where: str) -> dict[str, Any]:
    if None in row:
        raise BadInputError(
            f"{where} has more values than columns", "Quote texts with commas, write 1234.50"
        )
    said = {column: (row.get(column) or "").strip() or None for column in (*REQUIRED, *OPTIONAL)}
    for column in REQUIRED:
        if said[column] is None and column not in ("quantity", "amount", "period"):
            raise BadInputError(f"{where}: {column} is empty", "Every line says it")
    return {
        **said,
        "period": _month(row["period"], where),
        "currency": _currency(said["currency"], where),
        "operation_date": _date(said["operation_date"], where),
        **{
            column: _number(said[column], f"{where}: {column}") for column in ("quantity", "amount")
        },
        **{
            column: _number(said[column], f"{where}: {column}") if said[column] else None
            for column in ("unit_price", "invoice_tax", "invoice_total")
        },
    }


def _month(text: str | None, where: str) -> date:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", (text or "").strip()):
        raise BadInputError(f"{where}: period {text!r} is no month", "Write YYYY-MM")
    return date.fromisoformat((text or "").strip() + "-01")


def _currency(text: str | None, where: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", text or ""):
        raise BadInputError(
            f"{where}: currency {text!r} is no currency", "Write its three letters, such as USD"
        )
    return str(text)


def _date(text: str | None, where: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInputError(
            f"{where}: operation_date {text!r} is no date", "Write YYYY-MM-DD"
        ) from None


def _number(text: str | None, where: str) -> Decimal:
    try:
        number = Decimal(text or "")
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
        raise BadInputError(f"{where} {text or ''!r} is not a number", "Write it as 12.34")
    return number
