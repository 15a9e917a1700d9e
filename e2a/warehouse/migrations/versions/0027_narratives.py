"""Narratives and rationales that a model wrote, and what people decided of notes to customers."""

from pathlib import Path

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what 0027_narratives.sql describes."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
