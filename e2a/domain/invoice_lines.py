"""A line of an invoice, as billed or as expected, and what is known about its charge.

Comparing lines belongs to `matching`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from e2a.domain.findings import Finding, Rule

ZERO = Decimal(0)
Content = tuple[Decimal | None, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A line as billed or as expected, amounts in the invoice's currency, before tax.

    Attributes:
        unit_price: None for a pass-through.
        line_key: of an expected line, or of a line of our own draft.
        reference: the order or parcel, where the invoice is itemised; else None.
        performed_on: local date of the work, where the invoice says it.
        invoice_id: where it is billed; empty for an expected line.
        issue: number of the invoice among those of the month, first issued first.
        billed_before: the invoice that billed the identical charge first (B14), else None.
        nearly_before: the invoice that billed the same work first, with another amount.
    """

    charge_code: str
    unit_price: Decimal | None
    quantity: Decimal
    amount: Decimal
    line_key: str | None = None
    reference: str | None = None
    performed_on: date | None = None
    tax_code: str | None = None
    invoice_id: str = ""
    issue: int = 0
    billed_before: str | None = None
    nearly_before: str | None = None

    @property
    def content(self) -> Content:
        """What the line says, numbers by value: equal contents of one charge agree."""
        return self.unit_price, self.quantity, self.amount

    @property
    def place(self) -> str:
        """The line key, or charge and price where a billed line has none; then the reference.

        The key of an order's own line names the order already.
        """
        place = self.line_key or f"{self.charge_code}@{price_words(self.unit_price)}"
        if self.reference is None or place.startswith(f"order/{self.reference}@"):
            return place
        return f"{place}/{self.reference}"

    def finding(self, rule: Rule, billed: Decimal, expected: Decimal, why: str) -> Finding:
        """A finding about this line."""
        return Finding(
            rule, self.charge_code, self.place, billed, expected, why, self.invoice_id,
            self.line_key, self.reference, self.tax_code,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of charges: unknown stays unassessable, never fine and never wrong.

    Attributes:
        charges: codes on the rate cards in force during the month.
        uncertain: code -> why events of the charge cannot be priced yet (quarantined operations).
    """

    charges: frozenset[str]
    uncertain: dict[str, str]

    def judge(self, finding: Finding) -> Finding:
        """The finding, or that it cannot be assessed.

        A charge that no card knows has no expectation. Where operations of a charge are
        quarantined, less than is billed may be expected only because of them; what is expected
        and not billed is owed all the same.
        """
        code = finding.charge_code
        if finding.rule is Rule.NEVER_PERFORMED and code not in self.charges:
            return self._open(finding, f"{code}: no rate card in force knows this charge")
        if (
            code in self.uncertain
            and finding.rule is not Rule.DUPLICATE
            and finding.discrepancy < 0
        ):
            return self._open(finding, f"{finding.explanation}; but {self.uncertain[code]}")
        return finding

    @staticmethod
    def _open(finding: Finding, why: str) -> Finding:
        return replace(finding, rule=Rule.UNASSESSABLE, expected=finding.billed, explanation=why)


def together(lines: Sequence[InvoiceLine]) -> InvoiceLine:
    """Lines of one charge and price as one: quantities and amounts add up, the last issue bills.

    Raises:
        ValueError: there are none.
    """
    last = max(lines, key=lambda line: line.issue)
    if len(lines) == 1:
        return last
    return replace(
        last,
        line_key=min((line.line_key for line in lines if line.line_key), default=None),
        quantity=sum((line.quantity for line in lines), ZERO),
        amount=sum((line.amount for line in lines), ZERO),
        performed_on=None,
    )


def plain(number: Decimal) -> str:
    """A number without idle zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def price_words(price: Decimal | None) -> str:
    """A unit price as text; a pass-through is billed at cost."""
    return "cost" if price is None else plain(price)
