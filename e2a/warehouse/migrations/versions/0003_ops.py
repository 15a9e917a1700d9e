"""Watermarks, batches and the scope of a step."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = """
create schema if not exists ops;

create table ops.watermarks (
    tenant_id text not null,
    lane text not null,
    xid xid8 not null default '0',
    seq bigint not null default 0,
    primary key (tenant_id, lane)
);
comment on table ops.watermarks is
'How far each lane has read the inbox, as (xid, seq) of the last row; the row lock is the lane''s lease.';
insert into ops.watermarks (tenant_id, lane) values
('*', 'shopify'), ('*', 'wms'), ('*', 'carrier'), ('*', 'file');

create table ops.batches (
    tenant_id text not null,
    id bigint generated always as identity,
    lane text not null,
    lo_xid xid8 not null,
    lo_seq bigint not null,
    hi_xid xid8 not null,
    hi_seq bigint not null,
    inbox_rows integer not null,
    events integer not null,
    first_day date,
    last_day date,
    committed_at timestamptz not null default now(),
    primary key (tenant_id, id)
);
comment on table ops.batches is 'Each step that read the inbox: the half-open range (lo, hi] and what came of it.';

create sequence ops.touches;
create table ops.touched_orders (
    tenant_id text not null,
    order_id text not null,
    touch bigint not null default nextval('ops.touches'),
    primary key (tenant_id, order_id)
);
comment on table ops.touched_orders is 'Orders with news that the models have not seen yet; survives any crash.';

create table ops.touched_periods (
    tenant_id text not null,
    billing_period date not null,
    touch bigint not null default nextval('ops.touches'),
    primary key (tenant_id, billing_period)
);
comment on table ops.touched_periods is 'Billing months whose expected lines must be derived again.';

create table ops.batch_orders (
    tenant_id text not null,
    order_id text not null,
    touch bigint not null default 0,
    primary key (tenant_id, order_id)
);
comment on table ops.batch_orders is
'The scope at the bottom: the lowest event view joins this table and nothing above it filters by order.';

create table ops.hot_models (
    tenant_id text not null default '*',
    model text not null,
    step integer not null,
    primary key (tenant_id, model)
);
comment on table ops.hot_models is 'The refresh functions that dbt deployed, in the order in which a step calls them.';

create table ops.builds (
    tenant_id text primary key,
    fingerprint text not null,
    built_at timestamptz not null default now()
);
comment on table ops.builds is
'By which models and rate cards the stored tables were derived: others make the next pass take every order.';

-- The planner's statistics after a change of size; only an owner may ANALYZE, so lanes ask for it.
create function ops.count_again(relation regclass, changed bigint) returns void
language plpgsql security definer set search_path = pg_catalog as $$
begin
    if relation::text !~ '^(landing|orders|ops)[.]' then
        raise exception 'ops.count_again is for landing, orders and ops, not %', relation;
    end if;
    if changed > 0.1 * greatest((select reltuples from pg_class where oid = relation), 0) then
        execute format('analyze %s', relation);
    end if;
end $$;

-- Called by dbt before its models. A lane that claimed a scope holds the lease: then the scope stands
-- as claimed. Otherwise somebody runs dbt by hand: every order is in scope, so that a build can never
-- shrink a table.
create function ops.open_scope() returns text language plpgsql as $$
declare held boolean;
begin
    held := not pg_try_advisory_lock(hashtext('e2a.transform'));
    if held then
        return 'claimed';
    end if;
    delete from ops.batch_orders;
    insert into ops.batch_orders (tenant_id, order_id)
    select distinct tenant_id, order_id from orders.identifiers;
    insert into ops.touched_periods (tenant_id, billing_period)
    select distinct t.tenant_id, date_trunc('month', e.occurred_at at time zone t.billing_zone)::date
    from reference.tenants as t inner join landing.order_events as e on e.tenant_id = t.tenant_id
    on conflict do nothing;
    perform pg_advisory_unlock(hashtext('e2a.transform'));
    return 'everything';
end $$;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
