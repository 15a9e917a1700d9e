"""Olist's payments against its items: what buyers owe as charges, what they paid as invoices.

An order with items owes their prices and freights: a `charge_recorded` event at the purchase.
The payments of a month of purchases are one `e2a-csv` invoice with a line an order, for the guard
to hold against the charges. How orders move belongs to `olist`.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import orjson

from e2a.domain.deliveries import Delivery, Source
from e2a.domain.dialects import BILLED_INVOICE, DIALECT_HEADER
from e2a.sources.olist import (
    ITEMS,
    NAMESPACE,
    ORDERS,
    PURCHASED,
    Row,
    SourceFileError,
    fact,
    local,
    read,
)

PAYMENTS = "olist_order_payments_dataset.csv"
CURRENCY = "BRL"
CHARGE = "purchase"
"""What an order owes, as the rate card of tenant `olist-payments` names it."""
_COSTS = ("price", "freight_value")
_COLUMNS = (
    "invoice_number", "tenant", "period", "currency", "charge_code", "quantity", "amount",
    "operation_date", "reference", "invoice_tax", "invoice_total",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Paid:
    """What was paid for one order, all its payments added."""

    order_id: str
    day: str
    amount: Decimal


class _Orders(dict[str, Row]):
    """The orders of the archive by their ids."""

    def __missing__(self, order_id: str) -> Row:
        raise SourceFileError(f"{ORDERS} has no order {order_id}", "Give all files of one archive")


def deliveries(folder: Path, tenant_id: str, received_at: datetime) -> Iterator[Delivery]:
    """The charges of every order with items, then an invoice a month of purchases.

    Raises:
        SourceFileError: a file, column or value is missing or unreadable.
    """
    orders = _Orders((row["order_id"], row) for row in read(folder / ORDERS, "order_id", PURCHASED))
    for order_id, owed in _owed(folder).items():
        body = orjson.dumps({"events": [_charge(orders[order_id], owed)]})
        yield Delivery(tenant_id, Source.FILE, f"{NAMESPACE}:{order_id}:owed", received_at, body)
    for month, paid in sorted(_paid(folder, orders).items()):
        yield Delivery(
            tenant_id, Source.FILE, f"{NAMESPACE}:payments:{month}", received_at,
            _invoice(tenant_id, month, paid), {DIALECT_HEADER: BILLED_INVOICE},
        )  # fmt: skip


def _owed(folder: Path) -> dict[str, Decimal]:
    """Prices and freights of each order that has items."""
    owed: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in read(folder / ITEMS, "order_id", *_COSTS):
        owed[row["order_id"]] += sum(_money(row, column) for column in _COSTS)
    return owed


def _charge(order: Row, amount: Decimal) -> dict[str, object]:
    charge = {"code": CHARGE, "amount": str(amount), "currency": CURRENCY}
    return {**fact(order, "charge_recorded", PURCHASED), "charge": charge}


def _paid(folder: Path, orders: _Orders) -> dict[str, list[_Paid]]:
    """Of each month of purchases, what was paid for its orders."""
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in read(folder / PAYMENTS, "order_id", "payment_value"):
        amounts[row["order_id"]] += _money(row, "payment_value")
    months: defaultdict[str, list[_Paid]] = defaultdict(list)
    for order_id, amount in amounts.items():
        day = local(orders[order_id][PURCHASED], PURCHASED).date().isoformat()
        months[day[:7]].append(_Paid(order_id, day, amount))
    return months


def _invoice(tenant_id: str, month: str, paid: list[_Paid]) -> bytes:
    """The `e2a-csv` of a month (docs/invoice-csv.md)."""
    total = sum(line.amount for line in paid)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for line in paid:
        rows.writerow([
            f"PAID-{month}", tenant_id, month, CURRENCY, CHARGE, 1, line.amount,
            line.day, f"{NAMESPACE}:{line.order_id}", 0, total,
        ])  # fmt: skip
    return text.getvalue().encode()


def _money(row: Row, column: str) -> Decimal:
    try:
        return Decimal(row[column])
    except InvalidOperation:
        raise SourceFileError(
            f"Column {column} of order {row['order_id']} holds {row[column]!r}, which is no amount",
            "Write it as 12.34",
        ) from None
