"""What `e2a status` and `e2a doctor` read: heartbeats; and readers see how fresh the figures are."""

from pathlib import Path

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what 0029_operations.sql describes."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
