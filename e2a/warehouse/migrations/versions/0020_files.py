"""Which files were landed: by content, so that a file lands once under whatever name."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SQL = """
create table landing.files (
    tenant_id text not null,
    sha256 bytea not null check (octet_length(sha256) = 32),
    name text not null check (name <> ''),
    format text not null check (format <> ''),
    bytes bigint not null check (bytes >= 0),
    rows bigint not null check (rows >= 0),
    landed_at timestamptz not null,
    primary key (tenant_id, sha256)
);
comment on table landing.files is
'Files that were landed to their last row, noted in the same transaction as it; one that was interrupted is not here and lands again.';
comment on column landing.files.rows is 'Deliveries that the file held, those that were known already included.';
revoke all on landing.files from e2a_app;
grant select, insert on landing.files to e2a_app;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
