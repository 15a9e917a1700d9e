"""The gateway's door: credentials, and a schema that is all its role may touch."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what this revision describes: the SQL file beside it."""
    op.execute(Path(__file__).with_suffix(".sql").read_text())
