"""What a step had to set aside, how the hot lane fails, what time it trusts, what it saw late."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SQL = """
alter table ops.steps add column held integer not null default 0;
comment on column ops.steps.held is
'Events that it set aside in landing.quarantine, since their orders could not be derived with them.';

alter table ops.lanes
add column worker_pid integer,
add column worker_started timestamptz,
add column failures integer not null default 0,
add column last_failure text,
add column failed_at timestamptz,
add column trusted_at timestamptz,
add column trusted_uptime double precision,
add column trusted_boot text,
add column doubted_at timestamptz;
comment on column ops.lanes.worker_pid is
'Of the database connection on which it steps: whoever hangs is cut off on both.';
comment on column ops.lanes.worker_started is 'When that session began: a process number alone may be somebody else''s by now.';
comment on column ops.lanes.failures is 'Steps that have failed in a row; what they had not committed is still to be done.';
comment on column ops.lanes.last_failure is 'Why the last step failed, if one ever did.';
comment on column ops.lanes.failed_at is 'When.';
comment on column ops.lanes.trusted_at is 'The database''s time when it last agreed with the time that had run on the machine of the lane.';
comment on column ops.lanes.trusted_uptime is 'Seconds that machine had been up then.';
comment on column ops.lanes.trusted_boot is 'Which start of which machine that was.';
comment on column ops.lanes.doubted_at is
'Since when the database''s clock has disagreed: it jumped, and deadlines are judged by the time that has run. Null: it is trusted.';

-- Ours first: a writer of another database holds nothing up, and must not hide one that does.
create or replace function ops.oldest_writer()
returns table (pid integer, database text, application text, writing_since timestamptz)
language sql security definer set search_path = pg_catalog as $$
    select pid, datname::text, application_name, xact_start from pg_stat_activity
    where backend_xid is not null and pid <> pg_backend_pid()
    order by datname = current_database() desc, age(backend_xid) desc limit 1
$$;
comment on function ops.oldest_writer() is
'The oldest transaction that writes here, for which the watermark waits; if there is none, the oldest of the server.';

alter table sla.exceptions add column detected_late boolean not null default false;
comment on column sla.exceptions.detected_late is
'The deadline passed while nobody looked (database or hot lane away): it was found more than ten seconds later, by time alone.';

-- Readers may enter the schema: what acts with the owner's rights is not theirs to call.
revoke execute on all functions in schema ops from public;
grant execute on all functions in schema ops to e2a_app, e2a_gateway, e2a_deliverer, e2a_operator;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
