"""The guard: invoices against what the events call for, and bounded corrections.

    validate ──> findings ──> propose ──> adjustments ──> approve | reject | reverse

Add a module when a person can do something new about a finding. What is a difference is decided by
`e2a.domain.matching`, what may be adjusted alone by `e2a.domain.adjustment`.
"""

from e2a.billing.guard.deciding import Decided, approve, reject, reverse
from e2a.billing.guard.proposing import Proposed, propose
from e2a.billing.guard.rules import backtest, promote, quarantine
from e2a.billing.guard.validating import Validated, validate

__all__ = [
    "Decided",
    "Proposed",
    "Validated",
    "approve",
    "backtest",
    "promote",
    "propose",
    "quarantine",
    "reject",
    "reverse",
    "validate",
]
