"""Steps of the hot lane on record, and how old the oldest row of a batch was: for whoever reports."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

SQL = """
alter table ops.batches add column oldest_received_at timestamptz;
comment on column ops.batches.oldest_received_at is
'Receipt of the oldest row: committed_at less this is how far the lane was behind.';
alter table ops.batches
add column step bigint default nullif(current_setting('e2a.step', true), '')::bigint;
comment on column ops.batches.step is
'The step of the hot lane that read it; null: a run of the journey, which tells of it itself.';
create index batches_of_steps on ops.batches (tenant_id, step) where step is not null;

create sequence ops.step_ids;
grant usage on sequence ops.step_ids to e2a_app;
create table ops.steps (
    tenant_id text not null,
    id bigint not null,
    inbox_rows integer not null,
    events integer not null,
    orders integer not null,
    committed_at timestamptz not null default now(),
    primary key (tenant_id, id)
);
comment on table ops.steps is
'Each step of the hot lane that had something to do, written in its own transaction; steps take turns, so ids are in the order of their commits.';
grant select, insert, delete on ops.steps to e2a_app;
grant select on ops.steps to e2a_reader;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
