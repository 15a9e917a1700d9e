"""Invoices that list their work order by order, against the work of each order.

Each item is compared by itself with `matching`; this module adds what only their sum shows: a line
is rounded once (B4), so items that are each right may add up to something else.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from e2a.domain.findings import Finding, Rule
from e2a.domain.invoice_lines import ZERO, InvoiceLine, plain


def is_itemised(billed: Iterable[InvoiceLine]) -> bool:
    """Whether every line of a charge names an order or a parcel."""
    lines = list(billed)
    return bool(lines) and all(line.reference for line in lines)


def rounding(
    expected: Iterable[InvoiceLine], items: Iterable[InvoiceLine], invoice_id: str
) -> list[Finding]:
    """What rounding item by item makes of lines that are rounded once.

    Args:
        expected: lines of the month.
        items: the same work order by order.
        invoice_id: the invoice that itemises them.
    """
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        sums[item.charge_code] += item.amount
    lines: defaultdict[str, list[InvoiceLine]] = defaultdict(list)
    for line in expected:
        lines[line.charge_code].append(line)
    findings = []
    for code, due in sorted(lines.items()):
        once = sum((line.amount for line in due), ZERO)
        if code in sums and sums[code] != once:
            why = f"{code}: items add up to {plain(sums[code])}, rounded once it is {plain(once)}"
            place = f"{min(line.place for line in due)}/rounding"
            findings.append(
                Finding(
                    Rule.WRONG_RATE, code, place, sums[code], once, why, invoice_id,
                    min((line.line_key for line in due if line.line_key), default=None),
                    tax_code=due[0].tax_code,
                )
            )  # fmt: skip
    return findings
