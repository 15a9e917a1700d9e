"""Model calls: what a day may cost, the ledger of calls, breakers, accepted answers."""

from pathlib import Path

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what 0026_ai_calls.sql describes."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
