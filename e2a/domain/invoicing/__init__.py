"""Rules of an invoice that need no database: its life, its taxes, late months, credit notes.

Add a module when the law of invoices (domain.md, B4-B7 and B15) gains a rule. Prices and lines are
the models' (`dbt_project`), storing and locking `e2a.billing.invoices`'.
"""

from e2a.domain.invoicing.credits import (
    Creditable,
    CreditNote,
    LineLeft,
    TaxLeft,
    credit_note,
    spread,
)
from e2a.domain.invoicing.credits import rest as rest_of
from e2a.domain.invoicing.late import late_amounts, target_month
from e2a.domain.invoicing.life import MOVES, Status, check_move
from e2a.domain.invoicing.money import Money, Tax, TaxBase, taxes

__all__ = [
    "MOVES",
    "CreditNote",
    "Creditable",
    "LineLeft",
    "Money",
    "Status",
    "Tax",
    "TaxBase",
    "TaxLeft",
    "check_move",
    "credit_note",
    "late_amounts",
    "rest_of",
    "spread",
    "target_month",
    "taxes",
]
