"""Invoices: drafts from expected lines, finalised once, then only credited or voided.

Add a module when a billing clerk can do something new with an invoice. What lines are worth is
dbt's (`expected_invoice_lines`); differences and corrections are `e2a.billing.guard`'s.
"""

from e2a.billing.invoices.crediting import credit, void
from e2a.billing.invoices.drafting import Drafted, Scope, draft
from e2a.billing.invoices.finalising import finalise, send_to_review

__all__ = ["Drafted", "Scope", "credit", "draft", "finalise", "send_to_review", "void"]
