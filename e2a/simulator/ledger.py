"""The invoices as another system billed them: right, but for the errors that are planted.

Quantities are counted from the chosen lives, prices restate the rate cards, amounts are rounded
half-up once a line. One duplicate, one missing line, one wrong rate and one wrong quantity are
planted in each invoice, as far as it has lines for them.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from e2a.simulator.floor import LABEL_AFTER, VAS_BEFORE, vas
from e2a.simulator.lives import Life
from e2a.simulator.plan import Merchant
from e2a.simulator.post import Letter

COLUMNS = (
    "invoice_number", "tenant", "period", "currency", "charge_code", "quantity", "unit_price",
    "amount", "operation_date", "reference",
)  # fmt: skip
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One line of an invoice as billed; no unit price for passed-through cost."""

    charge: str
    quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PlantedError:
    """A billing error: billed minus right, in the invoice's currency."""

    tenant: str
    period: str
    kind: str
    charge: str
    delta: Decimal


def right_lines(
    merchant: Merchant, lives: list[Life], daily: list[Letter], until: datetime
) -> dict[str, list[BilledLine]]:
    """The right lines by period (YYYY-MM of the merchant's zone)."""
    counts: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    cost: defaultdict[str, Decimal] = defaultdict(Decimal)
    for life in lives:
        for charge, quantity, at, passed in _work(life):
            if at <= until:
                period = _period(merchant, at)
                counts[period, charge] += quantity
                cost[period] += passed
    for letter in daily:
        for charge, quantity in _daily_work(letter):
            if letter.occurred <= until:
                counts[_period(merchant, letter.occurred), charge] += quantity
    lines: defaultdict[str, list[BilledLine]] = defaultdict(list)
    for (period, charge), quantity in sorted(counts.items()):
        lines[period].append(_line(merchant, charge, quantity, cost[period]))
    return dict(lines)


def _work(life: Life) -> Iterator[tuple[str, Decimal, datetime, Decimal]]:
    """Billable work of an order as (charge, quantity, when, passed-through cost)."""
    nothing = Decimal(0)
    for place, (done, articles) in enumerate(life.picked):
        units = Decimal(sum(article.quantity for article in articles))
        first = Decimal(1 if place == 0 else 0)
        if first:
            yield "pick_first", first, done, nothing
        if units > first:
            yield "pick_additional", units - first, done, nothing
    for parcel in life.parcels:
        yield "pack", Decimal(1), parcel.packed, nothing
        cost = Decimal(parcel.label_cents) / 100 * life.merchant.markup
        yield "label", Decimal(1), parcel.packed + LABEL_AFTER, cost
    for code, quantity in vas(life):
        yield f"vas_{code}", Decimal(quantity), life.parcels[0].packed - VAS_BEFORE, nothing
    if life.returned is not None:
        yield "return_received", Decimal(1), life.returned, nothing


def _daily_work(letter: Letter) -> Iterator[tuple[str, Decimal]]:
    if letter.body["event_type"] == "receipt_completed":
        yield "receiving_pallet", Decimal(letter.body["pallets"])
    if letter.body["event_type"] == "stock_counted":
        yield "storage_pallet_day", Decimal(letter.body["quantity"])


def _line(merchant: Merchant, charge: str, quantity: Decimal, cost: Decimal) -> BilledLine:
    if charge == "label":
        return BilledLine(charge, quantity, None, cost.quantize(CENT, ROUND_HALF_UP))
    return _priced(charge, quantity, merchant.prices[charge])


def _priced(charge: str, quantity: Decimal, price: Decimal) -> BilledLine:
    return BilledLine(charge, quantity, price, (quantity * price).quantize(CENT, ROUND_HALF_UP))


def _period(merchant: Merchant, at: datetime) -> str:
    return f"{at.astimezone(merchant.zone):%Y-%m}"


def plant(
    merchant: Merchant, period: str, right: list[BilledLine]
) -> tuple[list[BilledLine], list[PlantedError]]:
    """The lines as billed, and what is wrong with them."""
    billed, errors = list(right), []

    def wrong(kind: str, charge: str, delta: Decimal) -> None:
        errors.append(PlantedError(merchant.tenant, period, kind, charge, delta))

    for place, line in reversed(list(enumerate(right))):
        if line.charge == "return_received":
            del billed[place]
            wrong("missing", line.charge, -line.amount)
        elif line.charge == "pack":
            billed.insert(place, line)
            wrong("duplicate", line.charge, line.amount)
        elif line.charge == "pick_additional" and line.unit_price is not None:
            billed[place] = _priced(line.charge, line.quantity, line.unit_price + Decimal("0.05"))
            wrong("wrong_rate", line.charge, billed[place].amount - line.amount)
        elif line.charge == "storage_pallet_day" and line.unit_price is not None:
            billed[place] = _priced(line.charge, line.quantity + 3, line.unit_price)
            wrong("wrong_quantity", line.charge, billed[place].amount - line.amount)
    return billed, errors


def as_csv(merchant: Merchant, period: str, lines: list[BilledLine]) -> str:
    """The invoice file that another billing system exports."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    number = f"{merchant.tenant}-{period}"
    for line in lines:
        price = "" if line.unit_price is None else f"{line.unit_price:f}"
        writer.writerow(
            (
                number, merchant.tenant, period, merchant.currency, line.charge,
                f"{line.quantity:f}", price, f"{line.amount:f}", "", "",
            )
        )  # fmt: skip
    return text.getvalue()
