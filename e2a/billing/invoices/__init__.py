"""Invoices: drafts from expected lines, finalised once, then only credited or voided.

Add a module when a billing clerk can do something new with an invoice. What lines are worth is
dbt's (`expected_invoice_lines`), the rules are `e2a.domain.invoicing`'s, differences and
corrections `e2a.billing.guard`'s.
"""

from e2a.billing.invoices.crediting import Credited, credit, credit_lines
from e2a.billing.invoices.drafting import Drafted, Scope, draft
from e2a.billing.invoices.finalising import finalise, send_to_review
from e2a.billing.invoices.totals import retotal
from e2a.billing.invoices.voiding import void

__all__ = [
    "Credited",
    "Drafted",
    "Scope",
    "credit",
    "credit_lines",
    "draft",
    "finalise",
    "retotal",
    "send_to_review",
    "void",
]
