"""The guard: findings that stand or not, adjustments that people decide, rules with a life."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what this revision describes: the SQL file beside it."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
