"""Why an adjustment is what it is, in a model's words beside the template's sentence.

    adjustments ──> amounts ──> Narrator.ask ──> billing.rationales ──> billing.adjustment_reasons

Amounts, counts and clauses are written by code; the parts sum exactly to the adjustment, or nothing
is asked. What may be said is decided by `e2a.domain.analysis`; nothing here changes an adjustment.
"""

from e2a.billing.guard.rationales.auditing import audit
from e2a.billing.guard.rationales.running import Rationalised, rationalise

__all__ = ["Rationalised", "audit", "rationalise"]
