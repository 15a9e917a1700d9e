"""Checks of an imported invoice as a whole: its currency, its arithmetic, its tax.

Lines belong to `matching`. Tax is looked at on the invoice's own lines: a wrong line is one
finding, and the tax that follows from correcting it is not another (B10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from e2a.domain.findings import Finding, Rule
from e2a.domain.invoice_lines import ZERO, plain

WHOLE = "*"
MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


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

    def in_all(self, bases: Mapping[str, Decimal]) -> Decimal:
        """The taxes of an invoice together; codes that the card does not know bear none."""
        known = (code for code in bases if code in self.percents)
        return sum((self.due(code, bases[code]) for code in known), ZERO)


def wrong_currency(invoice_id: str, billed: str, card: str, total: Decimal) -> Finding:
    """An invoice in another currency than the card: nothing on it can be compared (B9)."""
    why = f"the invoice is in {billed}, the rate card in {card}: they never add up"
    return Finding(Rule.WRONG_CURRENCY, "*", WHOLE, total, total, why, invoice_id)


def no_card(invoice_id: str, total: Decimal) -> Finding:
    """An invoice of a month in which no rate card is in force: nothing on it can be judged."""
    why = "no rate card is in force in this month: nothing on the invoice can be assessed"
    return Finding(Rule.UNASSESSABLE, "*", WHOLE, total, total, why, invoice_id)


def wrong_total(invoice_id: str, stated: Decimal | None, added_up: Decimal) -> list[Finding]:
    """Whether the total that an invoice states, if it states one, is its lines and tax added up."""
    if stated is None or stated == added_up:
        return []
    why = f"it says {plain(stated)} in all, its lines and tax add up to {plain(added_up)}"
    return [Finding(Rule.WRONG_TOTAL, "total", WHOLE, stated, added_up, why, invoice_id)]


def wrong_tax(
    invoice_id: str, billed: Decimal | None, bases: Mapping[str, Decimal], rule: TaxRule
) -> list[Finding]:
    """Tax as billed against the card's percentages on the invoice's own lines (B4, B6).

    Args:
        invoice_id: the invoice.
        billed: its tax in all; None if it does not say.
        bases: sum of its lines by tax code; '' is no tax.
        rule: of the card.
    """
    unknown = [code for code in sorted(bases) if code and code not in rule.percents]
    if unknown:
        why = f"no rate card in force knows tax {', '.join(unknown)}"
        return [_untold(invoice_id, billed or ZERO, why)]
    due = rule.in_all(bases)
    if billed is None:
        why = f"the invoice does not say its tax; on its lines it comes to {plain(due)}"
        return [_untold(invoice_id, ZERO, why)] if due else []
    if billed == due:
        return []
    why = f"tax is {plain(billed)}, on the invoice's lines it comes to {plain(due)}"
    return [Finding(Rule.WRONG_TAX, "tax", "tax", billed, due, why, invoice_id)]


def stale_tax(
    invoice_id: str, stored: Decimal, bases: Mapping[str, Decimal], rule: TaxRule
) -> list[Finding]:
    """Whether the tax of a draft of ours is what its lines call for, adjustments included.

    Nothing is to be adjusted then: the draft has to be made again.
    """
    due = rule.in_all(bases)
    if stored == due:
        return []
    why = f"its tax is {plain(stored)} and should be {plain(due)}: make the draft again"
    return [Finding(Rule.WRONG_TOTAL, "total", WHOLE, stored, due, why, invoice_id)]


def _untold(invoice_id: str, billed: Decimal, why: str) -> Finding:
    return Finding(Rule.UNASSESSABLE, "tax", "tax", billed, billed, why, invoice_id)
