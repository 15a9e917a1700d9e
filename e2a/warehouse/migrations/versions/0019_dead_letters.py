"""To be filled in."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SQL = """
select 1
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
