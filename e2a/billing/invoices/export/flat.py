"""CSV and JSON of an invoice.

The CSV is one that `e2a invoices import` reads, with more columns: a line a row, amounts exact.
"""

import csv
import io
from decimal import Decimal
from typing import Any

import orjson

COLUMNS = (
    "invoice_number", "tenant", "period", "currency", "status", "line", "kind", "charge_code",
    "quantity", "unit_price", "amount", "tax_code", "reference", "operation_date",
    "original_period", "invoice_pre_tax", "invoice_tax", "invoice_total",
)  # fmt: skip


def as_csv(invoice: dict[str, Any]) -> str:
    """The invoice's lines; text that a spreadsheet would run as a formula is quoted."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    head = {
        "invoice_number": invoice["number"] or invoice["invoice_id"],
        "tenant": invoice["tenant_id"],
        "period": invoice["period"],
        "currency": invoice["currency"],
        "status": invoice["status"],
        "invoice_pre_tax": invoice["pre_tax"],
        "invoice_tax": invoice["tax"],
        "invoice_total": invoice["total"],
    }
    for line in invoice["lines"]:
        row = {
            **head,
            "line": line["line_number"],
            "operation_date": line["performed_on"],
            **{name: line[name] for name in COLUMNS if name in line},
        }
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def as_json(invoice: object) -> str:
    """The whole invoice, or several; amounts as strings, so that no reader makes floats of them."""
    return orjson.dumps(invoice, default=_exact, option=orjson.OPT_INDENT_2).decode()


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} is not expected in an invoice")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
