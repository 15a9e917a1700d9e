"""INVOICE -> VALIDATE -> ADJUST: drafts, invoices as billed, findings, proposals."""
