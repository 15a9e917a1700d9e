"""What people were told about breaches."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQL = """
create schema if not exists sla;

create table sla.narratives (
    tenant_id text not null,
    order_id text not null,
    stage text not null,
    instance integer not null,
    verdict_version integer not null,
    known_from timestamptz not null,
    label text not null,
    confidence numeric(5, 4) not null check (confidence between 0 and 1),
    ops_note text not null,
    client_note text not null,
    reasoning text not null,
    narrator text not null,
    facts jsonb not null,
    facts_hash bytea not null,
    withdrawn boolean not null default false,
    primary key (tenant_id, order_id, stage, instance)
);
comment on table sla.narratives is
'One explanation a breach: for operations and for the customer; withdrawn when the breach was cleared (C10).';
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
