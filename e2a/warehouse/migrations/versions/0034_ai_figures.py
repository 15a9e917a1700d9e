"""Metrics of model calls in one definition, for the gateway too; what providers say that calls cost."""

from pathlib import Path

from alembic import op

revision = "0034"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what 0034_ai_figures.sql describes."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
