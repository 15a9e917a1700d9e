"""The invoices as another system billed them: right, but for the errors that are planted.

Quantities are counted from the chosen lives, prices restate the rate cards (`tariff`), amounts are
rounded half-up once a line. One duplicate, one missing line, one wrong rate and one wrong quantity
are planted in each invoice, as far as it has lines for them.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from math import prod

from e2a.simulator.floor import BACK_AFTER, LABEL_AFTER, VAS_BEFORE, vas
from e2a.simulator.lives import Life
from e2a.simulator.plan import Merchant
from e2a.simulator.post import Letter

COLUMNS = (
    "invoice_number", "tenant", "period", "currency", "charge_code", "quantity", "unit_price",
    "amount", "operation_date", "reference",
)  # fmt: skip
CENT = Decimal("0.01")
ORDER = "order"
"""The charge of merchants who pay by the order."""

Lines = dict[str, list["BilledLine"]]


@dataclass(frozen=True, slots=True)
class BilledLine:
    """One line of an invoice as billed.

    No unit price for passed-through cost and for an order as a whole, which has a reference.
    """

    charge: str
    quantity: Decimal
    unit_price: Decimal | None
    amount: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True)
class PlantedError:
    """A billing error: billed minus right, in the invoice's currency."""

    tenant: str
    period: str
    kind: str
    charge: str
    delta: Decimal


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work on an order: its kind, when, how many units, and what it cost elsewhere."""

    kind: str
    at: datetime
    units: int = 1
    cost: Decimal = Decimal(0)
    is_first: bool = False


def right_lines(
    merchant: Merchant, lives: list[Life], daily: list[Letter], until: datetime
) -> Lines:
    """The right lines by period (YYYY-MM of the merchant's zone)."""
    lines: defaultdict[str, list[BilledLine]] = defaultdict(list)
    paid = _by_the_order if merchant.tariff.is_by_the_order else _by_the_piece
    for found in (_outside(merchant, daily, until), paid(merchant, lives, until)):
        for period, line in found:
            lines[period].append(line)
    return {
        period: sorted(lines[period], key=lambda line: (line.charge, line.reference))
        for period in sorted(lines)
    }


def _by_the_piece(
    merchant: Merchant, lives: list[Life], until: datetime
) -> Iterator[tuple[str, BilledLine]]:
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    cost: defaultdict[str, Decimal] = defaultdict(Decimal)
    for life in lives:
        for work in _work(life, until):
            period = _period(merchant, work.at)
            cost[period] += work.cost
            for charge, quantity in _pieces(work):
                counts[period, charge] += quantity
    for (period, charge), quantity in counts.items():
        yield period, _line(merchant, charge, quantity, cost[period])


def _pieces(work: Work) -> Iterator[tuple[str, int]]:
    """The charges of a piece of work; restocking costs nothing."""
    if work.kind == "pick":
        if work.is_first:
            yield "pick_first", 1
        if work.units > work.is_first:
            yield "pick_additional", work.units - work.is_first
    elif work.kind == "return_":
        yield "return_received", 1
    elif work.kind != "restock":
        yield work.kind.replace(" ", "_"), work.units


def _by_the_order(
    merchant: Merchant, lives: list[Life], until: datetime
) -> Iterator[tuple[str, BilledLine]]:
    """The minimum is due once an order, in the month of its first work."""
    tariff = merchant.tariff
    for life in lives:
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        done = sorted(_work(life, until), key=lambda work: work.at)
        for work in done:
            sums[_period(merchant, work.at)] += tariff.work[work.kind]
        for period, price in sums.items():
            if period == _period(merchant, done[0].at):
                price = max(price, tariff.minimum)
            price *= prod((tariff.factors[flag] for flag in life.flags), start=Decimal(1))
            yield period, BilledLine(ORDER, Decimal(1), None, _rounded(price), life.wms_id)


def _work(life: Life, until: datetime) -> Iterator[Work]:
    return (work for work in _all_work(life) if work.at <= until)


def _all_work(life: Life) -> Iterator[Work]:
    for place, (done, articles) in enumerate(life.picked):
        units = sum(article.quantity for article in articles)
        yield Work("pick", done, units, is_first=place == 0)
    for parcel in life.parcels:
        yield Work("pack", parcel.packed)
        yield Work("label", parcel.packed + LABEL_AFTER, cost=Decimal(parcel.label_cents) / 100)
    for code, quantity in vas(life):
        yield Work(f"vas {code}", life.parcels[0].packed - VAS_BEFORE, quantity)
    if life.returned is not None:
        yield Work("return_", life.returned)
    if "cancelled_after_pick" in life.planted and life.cancelled is not None:
        yield Work("restock", life.cancelled + BACK_AFTER)


def _outside(
    merchant: Merchant, daily: list[Letter], until: datetime
) -> Iterator[tuple[str, BilledLine]]:
    """Goods received and stock counted."""
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for letter in daily:
        for charge, key in (("receiving_pallet", "pallets"), ("storage_pallet", "quantity")):
            if letter.occurred <= until and letter.body["event_type"] == _DAILY[charge]:
                counts[_period(merchant, letter.occurred), charge] += letter.body[key]
    for (period, charge), quantity in counts.items():
        yield period, _line(merchant, charge, quantity, Decimal(0))


_DAILY = {"receiving_pallet": "receipt_completed", "storage_pallet": "stock_counted"}


def _line(merchant: Merchant, charge: str, quantity: int, cost: Decimal) -> BilledLine:
    if charge == "label" and merchant.tariff.markup is not None:
        return BilledLine(charge, Decimal(quantity), None, _rounded(cost * merchant.tariff.markup))
    return _priced(charge, Decimal(quantity), merchant.tariff.pieces[charge])


def _priced(charge: str, quantity: Decimal, price: Decimal) -> BilledLine:
    return BilledLine(charge, quantity, price, _rounded(quantity * price))


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _period(merchant: Merchant, at: datetime) -> str:
    return f"{at.astimezone(merchant.zone):%Y-%m}"


def plant(
    merchant: Merchant, period: str, right: list[BilledLine]
) -> tuple[list[BilledLine], list[PlantedError]]:
    """The lines as billed, and what is wrong with them."""
    billed: list[BilledLine] = []
    errors: list[PlantedError] = []
    kinds = _kinds(right)
    for line in right:
        kind = kinds.get((line.charge, line.reference))
        instead = _wrong(kind, line)
        billed += instead
        if kind is not None:
            delta = sum((one.amount for one in instead), Decimal(0)) - line.amount
            errors.append(PlantedError(merchant.tenant, period, kind, line.charge, delta))
    return billed, errors


def _kinds(right: list[BilledLine]) -> dict[tuple[str, str], str]:
    """What is wrong with which line: of a charge, or of the first three orders."""
    kinds = {
        ("return_received", ""): "missing", ("pack", ""): "duplicate",
        ("pick_additional", ""): "wrong_rate", ("storage_pallet", ""): "wrong_quantity",
    }  # fmt: skip
    orders = [line.reference for line in right if line.charge == ORDER]
    for reference, kind in zip(orders, ("never_billed", "duplicate", "wrong_rate"), strict=False):
        kinds[ORDER, reference] = kind
    return kinds


def _wrong(kind: str | None, line: BilledLine) -> list[BilledLine]:
    """What is billed instead of a line."""
    if kind in ("missing", "never_billed"):
        return []
    if kind == "duplicate":
        return [line, line]
    if kind == "wrong_quantity" and line.unit_price is not None:
        return [_priced(line.charge, line.quantity + 3, line.unit_price)]
    if kind == "wrong_rate":
        more = Decimal("0.05")
        if line.unit_price is not None:
            return [_priced(line.charge, line.quantity, line.unit_price + more)]
        return [BilledLine(line.charge, line.quantity, None, line.amount + more, line.reference)]
    return [line]


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
                f"{line.quantity:f}", price, f"{line.amount:f}", "", line.reference,
            )
        )  # fmt: skip
    return text.getvalue()
