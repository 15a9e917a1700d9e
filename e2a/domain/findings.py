"""What the guard can say about an invoice: rules, their rank, findings and their keys (B10, B16).

A new rule is added here with its severity and its place in the rank; what makes it speak belongs
to `matching`, `invoice_checks` or `freight`; whether it may adjust belongs to `rule_life`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Rule(StrEnum):
    """What a finding says. The order of the words is the fixed table of B16 within a severity."""

    WRONG_CURRENCY = "wrong_currency"
    WRONG_TOTAL = "wrong_total"
    DUPLICATE = "duplicate"
    NEVER_PERFORMED = "never_performed"
    WRONG_PERIOD = "wrong_period"
    WRONG_RATE = "wrong_rate"
    WRONG_QUANTITY = "wrong_quantity"
    WRONG_TAX = "wrong_tax"
    MISSING = "missing"
    NEVER_BILLED = "never_billed"
    NEAR_DUPLICATE = "near_duplicate"
    UNASSESSABLE = "unassessable"


class Severity(StrEnum):
    """How bad; the order of the words is the first part of the rank (B16)."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"


SEVERITY = {
    Rule.WRONG_CURRENCY: Severity.CRITICAL,
    Rule.WRONG_TOTAL: Severity.CRITICAL,
    Rule.DUPLICATE: Severity.ERROR,
    Rule.NEVER_PERFORMED: Severity.ERROR,
    Rule.WRONG_PERIOD: Severity.ERROR,
    Rule.WRONG_RATE: Severity.ERROR,
    Rule.WRONG_QUANTITY: Severity.ERROR,
    Rule.WRONG_TAX: Severity.ERROR,
    Rule.MISSING: Severity.WARNING,
    Rule.NEVER_BILLED: Severity.WARNING,
    Rule.NEAR_DUPLICATE: Severity.WARNING,
    Rule.UNASSESSABLE: Severity.WARNING,
}

RANK = {rule: (tuple(Severity).index(SEVERITY[rule]), n) for n, rule in enumerate(Rule)}
"""Place of a rule, most severe first: critical > error > warning, then the table (B16)."""

WITHOUT_AMOUNT = frozenset(
    {Rule.WRONG_CURRENCY, Rule.WRONG_TOTAL, Rule.NEAR_DUPLICATE, Rule.UNASSESSABLE}
)
"""Rules that name no sum to correct: amounts in two currencies, a file that contradicts itself, a
suspicion, and what cannot be judged."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference on one invoice.

    Attributes:
        place: the operation or line key that the finding is about; '*' is the whole invoice.
        billed: what the invoice says, `expected`: what the events call for; in its currency.
        line_key: the expected line, where there is one: from it the events are reached.
        reference: the order or parcel, where the invoice is itemised.
    """

    rule: Rule
    charge_code: str
    place: str
    billed: Decimal
    expected: Decimal
    explanation: str
    invoice_id: str = ""
    line_key: str | None = None
    reference: str | None = None
    tax_code: str | None = None

    @property
    def discrepancy(self) -> Decimal:
        """What must be added to the invoice to make it right: expected - billed."""
        return self.expected - self.billed

    @property
    def severity(self) -> Severity:
        """critical, error or warning."""
        return SEVERITY[self.rule]

    @property
    def key(self) -> str:
        """Identity (invoice, rule, operation or line key): a second run finds the same (B10)."""
        return f"{self.invoice_id}|{self.rule}|{self.place}"


def most_severe(findings: Iterable[Finding]) -> Finding:
    """Of several things wrong with one line, the one that speaks (B10, B16).

    Raises:
        ValueError: there is none.
    """
    return min(findings, key=lambda finding: (RANK[finding.rule], finding.place))
