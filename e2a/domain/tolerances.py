"""Which differences of an invoice are accepted and logged instead of disputed (B14).

Bounds are inclusive. What may be adjusted belongs to `adjustment`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from e2a.domain.findings import Finding, Rule

ZERO = Decimal(0)

TOLERABLE = frozenset({Rule.WRONG_RATE, Rule.WRONG_QUANTITY, Rule.WRONG_TAX})
"""Variances of something that is due. What is not due at all, or billed twice, is disputed in full,
however small; and what was left out is owed."""


@dataclass(frozen=True, slots=True)
class Bound:
    """An amount in the invoice's currency and a percentage; 0 leaves that one unsaid.

    Where both are said, a variance must lie within both; where neither is, nothing is accepted.
    """

    amount: Decimal = ZERO
    percent: Decimal = ZERO

    def holds(self, variance: Decimal, of: Decimal) -> bool:
        """Whether a variance of an expected amount `of` lies within, bounds included."""
        said = [self.amount] if self.amount else []
        if self.percent:
            said.append(abs(of) * self.percent / 100)
        return bool(said) and abs(variance) <= min(said)


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Of a rate card: for each charge, and for the variances of an invoice together."""

    line: Bound = Bound()
    invoice: Bound = Bound()


EXACT = Tolerances()
"""Nothing is accepted: our own drafts are compared with their own derivation."""


def accepted(
    findings: Iterable[Finding], tolerances: Tolerances, invoice_expected: Decimal
) -> set[str]:
    """Keys of the findings of one invoice that lie within its tolerances.

    A variance is accepted within its charge's bound. All of them are, if their absolute sum lies
    within the invoice's bound: variances of two signs never make each other smaller.

    Args:
        findings: all of one invoice.
        tolerances: of its rate card.
        invoice_expected: what the invoice should come to, of which its percentage is taken.
    """
    variances = [finding for finding in findings if finding.rule in TOLERABLE]
    together = sum((abs(finding.discrepancy) for finding in variances), ZERO)
    if tolerances.invoice.holds(together, invoice_expected):
        return {finding.key for finding in variances}
    return {
        finding.key
        for finding in variances
        if tolerances.line.holds(finding.discrepancy, finding.expected)
    }
