"""Checks of an imported invoice as a whole: its currency, its arithmetic, its tax.

Lines belong to `matching`. Tax is looked at on the invoice's own lines: a wrong line is one
finding, and the tax that follows from correcting it is not another (B10).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from e2a.domain.findings import Finding, Rule
from e2a.domain.invoice_lines import ZERO, InvoiceLine, plain

WHOLE = "*"
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Tax as an invoice states it; `base` and `percent` where it says them."""

    tax_code: str
    amount: Decimal
    percent: Decimal | None = None
    base: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TaxRule:
    """What the card says: percent by tax code, and how a sum is rounded (B4)."""

    percents: dict[str, Decimal]
    exponent: int = 2
    mode: str = "half_up"

    def due(self, tax_code: str, base: Decimal) -> Decimal:
        """The tax on a base, once, rounded once; nothing on a base below 0 (B6)."""
        unit = Decimal(1).scaleb(-self.exponent)
        exact = max(base, ZERO) * self.percents[tax_code] / 100
        return exact.quantize(unit, MODES[self.mode])


def wrong_currency(invoice_id: str, billed: str, card: str, total: Decimal) -> Finding:
    """An invoice in another currency than the card: nothing on it can be compared (B9)."""
    why = f"the invoice is in {billed}, the rate card in {card}: they never add up"
    return Finding(Rule.WRONG_CURRENCY, "*", WHOLE, total, total, why, invoice_id)


def wrong_total(
    invoice_id: str, stated: Decimal | None, lines: Iterable[InvoiceLine], taxes: Iterable[TaxLine]
) -> list[Finding]:
    """Whether lines and tax add up to the total that the invoice states, if it states one."""
    total = sum((line.amount for line in lines), ZERO) + sum((t.amount for t in taxes), ZERO)
    if stated is None or stated == total:
        return []
    why = f"the invoice says {plain(stated)} in all, its lines and tax add up to {plain(total)}"
    return [Finding(Rule.WRONG_TOTAL, "*", WHOLE, stated, total, why, invoice_id)]


def wrong_tax(
    invoice_id: str, lines: Sequence[InvoiceLine], taxes: Sequence[TaxLine], rule: TaxRule
) -> list[Finding]:
    """Tax of each code against the card's percentage on the invoice's own lines (B4, B6)."""
    findings = []
    for code in sorted({tax.tax_code for tax in taxes} | set(rule.percents)):
        billed = sum((tax.amount for tax in taxes if tax.tax_code == code), ZERO)
        base = sum((line.amount for line in lines if line.tax_code == code), ZERO)
        finding = _tax(invoice_id, code, billed, base, rule)
        if finding is not None:
            findings.append(finding)
    return findings


def _tax(
    invoice_id: str, code: str, billed: Decimal, base: Decimal, rule: TaxRule
) -> Finding | None:
    place = f"tax/{code}"
    if code not in rule.percents:
        why = f"tax {code}: no rate card in force knows this tax"
        return Finding(Rule.UNASSESSABLE, code, place, billed, billed, why, invoice_id)
    due = rule.due(code, base)
    if due == billed:
        return None
    percent = plain(rule.percents[code])
    why = f"tax {code}: billed {plain(billed)}, {percent} % of {plain(base)} is {plain(due)}"
    return Finding(Rule.WRONG_TAX, code, place, billed, due, why, invoice_id)
