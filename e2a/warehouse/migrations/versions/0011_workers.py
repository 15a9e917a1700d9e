"""Several workers of one rebuild, each with a scope and scratch tables of its own."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SQL = """
-- dbt's rule views read what changes here; dbt makes them again.
drop schema if exists rules cascade;
drop schema if exists staging cascade;
create schema rules;
create schema staging;

-- Several passes may run side by side over orders of their own (a rebuild): each is a worker, and sees
-- its own scope and scratch tables only. Everything else is worker 0.
create schema if not exists scratch;
create function ops.worker() returns integer language sql immutable parallel safe as
$$ select coalesce(nullif(current_setting('e2a.worker', true), ''), '0')::integer $$;
comment on function ops.worker() is
'Which worker of a rebuild this session is (setting e2a.worker, set once, first thing); 0 for every other. Immutable for a session''s life, so that plans touch, and lock, the worker''s own scratch only.';

drop table ops.batch_orders;
create table ops.scopes (
    worker integer not null default ops.worker(),
    tenant_id text not null,
    order_id text not null,
    touch bigint not null default 0,
    order_no integer not null,
    primary key (worker, tenant_id, order_id)
);
create index scopes_by_number on ops.scopes (worker, order_no);
comment on table ops.scopes is
'The scope at the bottom: which orders each worker''s pass sees. The lowest event view joins it, nothing above filters by order.';
comment on column ops.scopes.order_no is
'Number of the order in its pass: what the rule views join and sort by instead of two texts.';
create view ops.batch_orders as
select tenant_id, order_id, touch, order_no from ops.scopes where worker = ops.worker();
comment on view ops.batch_orders is 'The orders that this session''s pass sees.';

grant select, insert, update, delete on ops.scopes, ops.batch_orders to e2a_app;
grant execute on function ops.worker() to e2a_app;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
