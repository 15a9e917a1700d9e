"""A carrier's invoice: its arithmetic line by line, and the whole against what was tendered.

A contract's table of rates is not known here. What can be checked without one is: products,
surcharge percentages that a line states of itself, and the charge that was agreed for the load.
What nothing is known of stays unassessable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from e2a.domain.findings import Finding, Rule
from e2a.domain.invoice_lines import ZERO, InvoiceLine, plain

LINEHAUL = "linehaul"
DISCOUNT = "DSC"
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class FreightLine:
    """A line of a freight invoice.

    Attributes:
        line: charge, price, quantity (often a weight) and amount.
        description: in the carrier's words.
        price_per: units that the price is for (100 for a hundredweight); None is 1.
        percent: a percentage that the words state.
    """

    line: InvoiceLine
    description: str = ""
    price_per: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Tender:
    """What was agreed for a load; without a weight if only its cost is known, from events."""

    reference: str
    weight: Decimal | None
    amount: Decimal
    is_cost: bool = False


def audit(
    invoice_id: str, lines: Sequence[FreightLine], tender: Tender | None, exponent: int = 2
) -> list[Finding]:
    """Findings about a carrier's invoice; each line speaks once, the rest is the load's."""
    unit = ONE.scaleb(-exponent)
    findings = [f for line in lines for f in _of_line(line, lines, unit)]
    if tender is None:
        return [*findings, _unknown(invoice_id, lines)]
    total = sum((line.line.amount for line in lines), ZERO)
    right = total + sum((finding.discrepancy for finding in findings), ZERO)
    return [*findings, *_of_load(invoice_id, lines, tender, total, right)]


def _of_line(line: FreightLine, lines: Sequence[FreightLine], unit: Decimal) -> list[Finding]:
    said = line.line
    if line.percent is not None:
        return _of_percent(line, lines, unit)
    if said.unit_price is None or not said.quantity:
        return []
    exact = said.unit_price * said.quantity / (line.price_per or ONE)
    due = exact.quantize(unit, ROUND_HALF_UP)
    if due == said.amount:
        return []
    per = f" per {plain(line.price_per)}" if line.price_per else ""
    why = (
        f"{said.charge_code}: {plain(said.quantity)} at {plain(said.unit_price)}{per} is "
        f"{plain(due)}, billed {plain(said.amount)}"
    )
    return [said.finding(Rule.WRONG_RATE, said.amount, due, why)]


def _of_percent(line: FreightLine, lines: Sequence[FreightLine], unit: Decimal) -> list[Finding]:
    """A surcharge against the percentage it states: of the linehaul, or with what goes with it.

    Which accessorials a contract lets a surcharge rest on is not known: whichever base comes
    nearest speaks for the carrier.
    """
    assert line.percent is not None
    linehaul = sum((o.line.amount for o in lines if o.line.charge_code == LINEHAUL), ZERO)
    others = sum(
        (
            o.line.amount for o in lines
            if o.percent is None and o.line.charge_code not in (LINEHAUL, DISCOUNT)
        ),
        ZERO,
    )  # fmt: skip
    bases = [linehaul, linehaul + others]
    dues = [(base * line.percent / 100).quantize(unit, ROUND_HALF_UP) for base in bases]
    billed = line.line.amount
    if not linehaul or billed in dues:
        return []
    nearest = min(dues, key=lambda due: (abs(due - billed), due))
    why = (
        f"{line.line.charge_code}: it says {plain(line.percent)} %, which is {plain(dues[0])} of "
        f"the linehaul and {plain(dues[1])} with accessorials; billed {plain(billed)}"
    )
    return [line.line.finding(Rule.WRONG_RATE, billed, nearest, why)]


def _of_load(
    invoice_id: str, lines: Sequence[FreightLine], tender: Tender, total: Decimal, right: Decimal
) -> list[Finding]:
    weight = max((o.line.quantity for o in lines if o.line.charge_code == LINEHAUL), default=ZERO)
    heavier = tender.weight is not None and weight not in (ZERO, tender.weight)
    if right == tender.amount and not heavier:
        return []
    said = "events say that it costs" if tender.is_cost else "the tender says"
    of = [f" for {plain(w)} pounds" if w and heavier else "" for w in (tender.weight, weight)]
    why = (
        f"load {tender.reference}: {said} {plain(tender.amount)}{of[0]}, "
        f"billed {plain(total)}{of[1]}"
    )
    rule = Rule.WRONG_RATE if right != tender.amount else Rule.WRONG_QUANTITY
    place = f"load/{tender.reference}"
    return [Finding(rule, LINEHAUL, place, right, tender.amount, why, invoice_id)]


def _unknown(invoice_id: str, lines: Sequence[FreightLine]) -> Finding:
    total = sum((line.line.amount for line in lines), ZERO)
    reference = next((o.line.reference for o in lines if o.line.reference), None)
    why = f"load {reference or 'without a reference'}: no tender and no event says what it may cost"
    place = f"load/{reference or '-'}"
    return Finding(Rule.UNASSESSABLE, LINEHAUL, place, total, total, why, invoice_id)
