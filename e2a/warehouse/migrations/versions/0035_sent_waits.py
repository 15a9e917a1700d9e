"""Of what a narrator writes, only that a call is sent waits for the disk; its session does not."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

SQL = """
-- Before the first byte leaves, and on disk by then. False: the lease ran out, nothing may be sent.
create or replace function analyst.sent(p_call uuid, p_lease_seconds double precision) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    update ops.ai_calls
    set state = 'sent', sent_at = now(), lease_until = now() + make_interval(secs => p_lease_seconds)
    where call_id = p_call and state = 'held';
    -- `perform` would set `found` anew.
    return found and set_config('synchronous_commit', 'on', true) is not null;
end $$;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
