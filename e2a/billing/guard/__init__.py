"""The guard: invoices against what the events call for, and bounded corrections.

Add a module when a person can do something new about a finding. What is a difference is decided by
`e2a.domain.auditing` and `matching`, what may be adjusted alone by `e2a.domain.adjustment`.
"""

from e2a.billing.guard.deciding import approve, reject, reverse
from e2a.billing.guard.proposing import Proposed, propose
from e2a.billing.guard.validating import Validated, validate

__all__ = ["Proposed", "Validated", "approve", "propose", "reject", "reverse", "validate"]
