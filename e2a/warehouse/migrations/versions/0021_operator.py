"""The admin API's role: what readers see, and what settling held rows needs; no money, no policy."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SQL = """
grant usage on schema landing, reference, ops to e2a_operator;
grant select on landing.inbox, landing.outcomes, landing.quarantine, landing.dead_letters, landing.discards,
landing.order_events, reference.tenants, ops.watermarks, ops.cluster, ops.touched_orders, sla.excusals, sla.narratives
to e2a_operator;
grant insert on landing.discards to e2a_operator;
grant insert, update, delete on landing.outcomes, landing.quarantine, landing.dead_letters, landing.order_events
to e2a_operator;
grant select, insert, update, delete on orders.aliases, orders.identifiers, orders.shipments, orders.corrections
to e2a_operator;
grant insert, update on ops.touched_orders to e2a_operator;
grant usage on sequence ops.touches to e2a_operator;
-- The lease on a lane is a row lock, for which the right to update any one column is needed.
grant update (tenant_id) on ops.watermarks to e2a_operator;
grant execute on function ops.count_again(regclass, bigint), ops.readable_below() to e2a_operator;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
