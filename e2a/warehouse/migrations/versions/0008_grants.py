"""Least privilege: the owner builds, the application writes, BI reads marts only."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQL = """
create schema if not exists staging;
create schema if not exists rules;
revoke all on schema public from public;
grant usage on schema landing, reference, ops, orders, sla, billing to e2a_app;
grant select, insert, update, delete on all tables in schema landing, reference, ops, orders, sla, billing
to e2a_app;
grant usage, select on all sequences in schema landing, ops to e2a_app;
revoke execute on all functions in schema ops from public;
grant execute on function ops.count_again(regclass, bigint) to e2a_app;
revoke execute on function landing.ensure_day(date) from public;
grant execute on function landing.ensure_day(date) to e2a_app;
revoke delete, truncate on landing.inbox, landing.order_events from e2a_app;
grant delete on landing.order_events to e2a_app;
grant usage on schema orders, sla, billing to e2a_reader;
revoke insert, update, delete on ops.schema_version from e2a_app;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
