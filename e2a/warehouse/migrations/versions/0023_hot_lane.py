"""The hot lane: until when deadlines have been judged, who runs the lane, and when it last said so."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SQL = """
create table ops.lanes (
    tenant_id text not null,
    lane text not null,
    judged_until timestamptz not null default '-infinity',
    holder text,
    holder_pid integer,
    beat_at timestamptz,
    primary key (tenant_id, lane)
);
comment on table ops.lanes is
'What turns events into verdicts as they come: until when it has judged deadlines, and who last ran it.';
comment on column ops.lanes.judged_until is
'Deadlines before this instant have been followed up: episodes opened, messages written.';
comment on column ops.lanes.holder is 'radar or sensor: who ran the last step.';
comment on column ops.lanes.holder_pid is 'Of its database connection: who hangs can be cut off.';
comment on column ops.lanes.beat_at is 'When it last said that it lives, by the database''s clock.';
insert into ops.lanes (tenant_id, lane) values ('*', 'hot');
grant select, update on ops.lanes to e2a_app;
grant select on ops.lanes to e2a_reader;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
