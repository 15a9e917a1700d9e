"""Alerts: what is to be said to whom, whether it was, and how each destination fares."""

from pathlib import Path

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what 0025_alerts.sql describes."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
