"""The night's proof: what was compared, and what differed."""

from pathlib import Path

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what 0028_truth.sql describes."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
