"""What the guard may adjust without a person, and what may become of an adjustment (B11).

Limits are inclusive, findings are tried in key order and never split. Pure: storing, applying and
the trail belong to `e2a.billing.guard`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from e2a.domain.errors import BadInputError

ZERO = Decimal(0)


class Decision(StrEnum):
    """Whether a proposed adjustment fits the limits or waits for an approver."""

    WITHIN_LIMITS = "within_limits"
    NEEDS_APPROVAL = "needs_approval"


class Status(StrEnum):
    """How an adjustment stands; `withdrawn`: its finding went before it was applied."""

    PROPOSED = "proposed"
    WAITING = "waiting"
    APPLIED = "applied"
    REJECTED = "rejected"
    REVERSED = "reversed"
    WITHDRAWN = "withdrawn"


NEXT = {
    Status.PROPOSED: {Status.APPLIED, Status.WAITING, Status.WITHDRAWN},
    Status.WAITING: {Status.APPLIED, Status.REJECTED, Status.WITHDRAWN},
    Status.APPLIED: {Status.REVERSED},
    Status.WITHDRAWN: {Status.PROPOSED},
    Status.REJECTED: set(),
    Status.REVERSED: set(),
}
"""What may follow what. `applied` is entered at most once: `reversed` leads nowhere."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a rate card, in its currency; the percentage is of the total before adjustments."""

    per_finding: Decimal
    total: Decimal
    total_percent: Decimal

    def cumulative(self, invoice_total: Decimal) -> Decimal:
        """min(fixed limit, percentage of the invoice total)."""
        return min(self.total, abs(invoice_total) * self.total_percent / 100)


@dataclass(frozen=True, slots=True)
class Proposal:
    """An amount to add to an invoice; `may_adjust` is false for rules that are not active."""

    key: str
    amount: Decimal
    may_adjust: bool = True


def decide(
    proposals: Iterable[Proposal], limits: Limits, invoice_total: Decimal, used: Decimal = ZERO
) -> dict[str, Decision]:
    """Decide each proposal of one invoice, in key order.

    A proposal is within limits iff its absolute amount is at most the per-finding limit and the
    running absolute sum stays at most the cumulative one; what does not fit is passed over while
    later ones are still tried. An amount of nothing is a question, and questions are for people.

    Args:
        proposals: in any order.
        limits: of the rate card.
        invoice_total: the total before any adjustment.
        used: absolute sum of what was applied to the invoice without a person, reversed or not.
    """
    cap = limits.cumulative(invoice_total)
    decisions: dict[str, Decision] = {}
    for proposal in sorted(proposals, key=lambda one: one.key):
        size = abs(proposal.amount)
        fits = 0 < size <= limits.per_finding and used + size <= cap
        if proposal.may_adjust and fits:
            used += size
            decisions[proposal.key] = Decision.WITHIN_LIMITS
        else:
            decisions[proposal.key] = Decision.NEEDS_APPROVAL
    return decisions


def check_move(key: str, status: Status, to: Status) -> None:
    """Refuse what may not follow the present status.

    Raises:
        BadInputError: says how the adjustment stands, and what may be done instead.
    """
    if to not in NEXT[status]:
        raise BadInputError(f"Adjustment {key} is {status}: it cannot be {to}", _ADVICE[status])


_ADVICE = {
    Status.PROPOSED: "Run the journey, which applies it or lets it wait",
    Status.WAITING: "Approve it or reject it",
    Status.APPLIED: "Reverse it, if it was wrong",
    Status.REJECTED: "A rejection is final; correct the invoice and import it again",
    Status.REVERSED: "A reversal is final; correct the invoice and import it again",
    Status.WITHDRAWN: "The finding no longer holds; there is nothing left to do",
}


def check_approver(key: str, author: str, approver: str) -> None:
    """Four eyes: who approves is another than who proposed (B11). Names are compared without case.

    Raises:
        BadInputError: they are the same person, or nobody.
    """
    if not approver.strip():
        raise BadInputError("Nobody approves", "Give --by a name")
    if approver.strip().casefold() == author.strip().casefold():
        raise BadInputError(
            f"{approver} proposed adjustment {key} and cannot approve it",
            "Have another person approve it",
        )
