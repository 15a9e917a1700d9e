"""Invoices with a life: drafts, finalised for ever, credited or void; numbers without gaps.

The SQL stands beside this file: tables and their meaning first, then what enforces the life.
"""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PARTS = ("0014_invoices.sql", "0014_invoice_life.sql")


def upgrade() -> None:
    """Create what this revision describes."""
    for part in PARTS:
        op.execute((Path(__file__).parent / part).read_text())
