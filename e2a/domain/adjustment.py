"""What the guard may adjust without a person (B11): inclusive limits, key order, never split."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Decision(StrEnum):
    """Whether a proposed adjustment fits the limits or waits for an approver."""

    WITHIN_LIMITS = "within_limits"
    NEEDS_APPROVAL = "needs_approval"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a rate card, in its currency; the percentage is of the total before adjustments."""

    per_finding: Decimal
    total: Decimal
    total_percent: Decimal

    def cumulative(self, invoice_total: Decimal) -> Decimal:
        """min(fixed limit, percentage of the invoice total)."""
        return min(self.total, abs(invoice_total) * self.total_percent / 100)


def decide(
    proposals: Iterable[tuple[str, Decimal]], limits: Limits, invoice_total: Decimal
) -> dict[str, Decision]:
    """Decide each (finding key, amount), in key order.

    A proposal is within limits iff its absolute amount is at most the per-finding limit and the
    running absolute sum stays at most the cumulative one; what does not fit is passed over while
    later ones are still tried (B11).
    """
    cap, used = limits.cumulative(invoice_total), Decimal(0)
    decisions: dict[str, Decision] = {}
    for key, amount in sorted(proposals):
        if abs(amount) <= limits.per_finding and used + abs(amount) <= cap:
            used += abs(amount)
            decisions[key] = Decision.WITHIN_LIMITS
        else:
            decisions[key] = Decision.NEEDS_APPROVAL
    return decisions
