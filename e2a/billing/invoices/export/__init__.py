"""An invoice for others: CSV for a ledger, JSON for machines, HTML for the customer.

Add a module when somebody needs another form. Each takes what `reading.shown` gives and returns
text; amounts are what is stored, nothing is computed but how they are written.
"""

from e2a.billing.invoices.export.flat import as_csv, as_json
from e2a.billing.invoices.export.page import as_html

__all__ = ["as_csv", "as_html", "as_json"]
