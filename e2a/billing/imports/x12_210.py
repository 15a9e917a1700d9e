"""`x12-210`: a motor carrier's freight invoice; and `x12-204`, the tender that it is held against.

Read are number, load, total and dates (B3), currency (C3), and each line (LX loop): words (L5),
weight (L0), rate and charge (L1). Money has two implied decimals in 004010, so has L3.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from e2a.billing.imports.storing import ImportedInvoice, ImportedLine
from e2a.domain.errors import BadInputError
from e2a.domain.freight import LINEHAUL
from e2a.domain.x12 import Segment, Transaction, day, number, transactions

CENTS = 2
PER_HUNDREDWEIGHT = {"PH", "CW"}
"""Rate qualifiers of a price for a hundred pounds; other qualifiers are prices for the whole."""
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")


@dataclass(frozen=True, slots=True)
class LoadTender:
    """What a 204 says of a load: pounds and charge, None where it does not."""

    issuer: str
    reference: str
    weight: Decimal | None
    amount: Decimal | None
    currency: str | None


def invoices(body: bytes, name: str, tenant: str, currency: str) -> list[ImportedInvoice]:
    """The freight invoices of an interchange.

    Args:
        body: of the file.
        name: of it, for messages.
        tenant: whose freight it is: a 210 does not know our tenants.
        currency: of invoices without a C3 segment.

    Raises:
        BadInputError: it is no X12, holds no 210, or one lacks what an invoice needs.
    """
    found = [t for t in transactions(body, name) if t.kind == "210"]
    if not found:
        raise BadInputError(f"{name} holds no 210", "Give a file with freight invoices")
    return [_invoice(transaction, name, tenant, currency) for transaction in found]


def _invoice(of: Transaction, name: str, tenant: str, currency: str) -> ImportedInvoice:
    head = of.need("B3", name)
    if not head.get(2):
        raise BadInputError(f"{name}: B302 is empty", "An invoice bears a number")
    shipped = _day(of, head, name)
    said = of.first("C3")
    lines = tuple(_lines(of, name, head.get(3) or None, shipped))
    if not lines:
        raise BadInputError(f"{name}: invoice {head.get(2)} has no charges", "L1 says each")
    return ImportedInvoice(
        tenant, head.get(2), shipped.replace(day=1), (said.get(1) if said else "") or currency,
        lines, None, number(head, 7, name, CENTS), head.get(11) or "unknown",
    )  # fmt: skip


def _day(of: Transaction, head: Segment, name: str) -> date:
    """The ship date, which is the contract's date (B14); else the invoice's."""
    shipped = next((g for g in of.every("G62") if g.get(1) in ("86", "11")), None)
    text = (shipped.get(2) if shipped else "") or head.get(12) or head.get(6)
    return day(text, f"{name}: the ship date")


def _lines(of: Transaction, name: str, load: str | None, shipped: date) -> Iterator[ImportedLine]:
    """A line for each L1, with the words and the weight of its LX loop."""
    words, weight = "", None
    for segment in of.segments:
        if segment.id == "LX":
            words, weight = "", None
        elif segment.id == "L5":
            words = segment.get(2)
        elif segment.id == "L0":
            weight = number(segment, 4, name) or number(segment, 2, name)
        elif segment.id == "L1":
            yield _line(segment, name, words, weight, load, shipped)


def _line(
    charge: Segment, name: str, words: str, weight: Decimal | None, load: str | None, shipped: date
) -> ImportedLine:
    amount = number(charge, 4, name, CENTS)
    if amount is None:
        raise BadInputError(
            f"{name}: L104 of segment {charge.number} is empty", "Each L1 says its charge"
        )
    rate, is_weighed = number(charge, 2, name), charge.get(3) in PER_HUNDREDWEIGHT
    stated = PERCENT.search(words)
    return ImportedLine(
        charge_code=charge.get(8) or LINEHAUL,
        quantity=(weight or Decimal(0)) if is_weighed else Decimal(1),
        amount=amount,
        unit_price=rate,
        reference=load,
        performed_on=shipped,
        description=words or None,
        price_per=Decimal(100) if is_weighed else None,
        percent=Decimal(stated[1]) if stated else None,
    )


def tenders(body: bytes, name: str) -> list[LoadTender]:
    """The load tenders (204) of an interchange.

    Raises:
        BadInputError: it is no X12, or holds no 204.
    """
    found = [t for t in transactions(body, name) if t.kind == "204"]
    if not found:
        raise BadInputError(f"{name} holds no 204", "Give the tender of the load")
    return [_tender(transaction, name) for transaction in found]


def _tender(of: Transaction, name: str) -> LoadTender:
    head, total, said = of.need("B2", name), of.need("L3", name), of.first("C3")
    return LoadTender(
        head.get(2), head.get(4), number(total, 1, name), number(total, 5, name, CENTS),
        said.get(1) if said else None,
    )  # fmt: skip
