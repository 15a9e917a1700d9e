"""The inbox and the retained truth: what arrived, what it meant, what was refused."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = """
create schema if not exists landing;

create table landing.inbox (
    tenant_id text not null,
    seq bigint generated always as identity,
    xid xid8 not null default pg_current_xact_id(),
    source text not null check (source in ('shopify', 'wms', 'carrier', 'file')),
    delivery_id text not null,
    received_at timestamptz not null,
    headers jsonb not null default '{}',
    body bytea not null,
    redacted_at timestamptz,
    primary key (tenant_id, received_at, seq)
) partition by range (received_at);
create index inbox_position on landing.inbox (source, xid, seq);
create index inbox_seq on landing.inbox (seq);
create table landing.inbox_other partition of landing.inbox default;
comment on table landing.inbox is
'Exactly what arrived, one row a delivery; partitioned by UTC day of receipt. Never updated but by `e2a forget`.';

-- Only the owner may create tables; the application asks for a day's partition through this.
create function landing.ensure_day(day date) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
    partition text := 'inbox_' || to_char(day, 'YYYYMMDD');
begin
    if to_regclass('landing.' || partition) is null then
        execute format(
            'create table if not exists landing.%I partition of landing.inbox '
            'for values from (%L) to (%L)',
            partition, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC'
        );
    end if;
end $$;

create table landing.deliveries (
    tenant_id text not null,
    source text not null,
    delivery_id text not null,
    body_hash bytea not null,
    redacted_hash bytea,
    primary key (tenant_id, source, delivery_id)
);
comment on table landing.deliveries is
'Delivery ids seen: the unique constraint that makes landing idempotent (a partitioned inbox cannot carry it).';

create table landing.order_events (
    tenant_id text not null,
    source text not null,
    source_event_id text not null,
    event_type text not null,
    order_name text,
    shipment_name text,
    aliases text[] not null default '{}',
    site text,
    service_level text,
    channel text,
    destination_country text,
    destination_zone text,
    units bigint,
    lines jsonb not null default '[]',
    promised_at timestamptz,
    ship_by timestamptz,
    hold_id text,
    corrects text[] not null default '{}',
    charge_code text,
    charge_amount numeric(38, 12),
    charge_currency text,
    code text,
    status text,
    reason text,
    party text,
    quantity numeric(38, 12),
    flags text[] not null default '{}',
    attributes jsonb not null default '{}',
    time_flags text[] not null default '{}',
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    correlation_id text,
    payload_hash bytea not null,
    fragment jsonb not null default '{}',
    parser_version text not null,
    inbox_seq bigint not null,
    ordinal integer not null default 0,
    primary key (tenant_id, source, source_event_id)
) partition by list (source);
create table landing.shopify_events partition of landing.order_events for values in ('shopify');
create table landing.wms_events partition of landing.order_events for values in ('wms');
create table landing.carrier_events partition of landing.order_events for values in ('carrier');
create table landing.file_events partition of landing.order_events for values in ('file');
create index order_events_by_order on landing.order_events (tenant_id, order_name);
create index order_events_by_shipment on landing.order_events (tenant_id, shipment_name)
where order_name is null;
create index order_events_by_inbox on landing.order_events (inbox_seq);
comment on table landing.order_events is
'Canonical events, the retained truth: one row a fact, identity (tenant, source, source event id) (C9). One partition a source.';

create table landing.outcomes (
    tenant_id text not null,
    inbox_seq bigint not null,
    source text not null,
    received_at timestamptz not null,
    outcome text not null
    check (outcome in ('canonical', 'nothing_to_do', 'waiting', 'quarantined', 'dead_letter')),
    reason text,
    detail text,
    events integer not null default 0,
    mentions text[] not null default '{}',
    parser_version text not null,
    primary key (tenant_id, inbox_seq)
);
create index outcomes_open on landing.outcomes (outcome) where outcome in ('quarantined', 'dead_letter', 'waiting');
comment on table landing.outcomes is 'How each inbox row ended: exactly one outcome a row (coverage), and which orders and parcels it mentions.';

create table landing.quarantine (
    tenant_id text not null,
    inbox_seq bigint not null,
    ordinal integer not null,
    source text not null,
    source_event_id text,
    reason text not null,
    detail text not null,
    payload jsonb,
    received_at timestamptz not null,
    primary key (tenant_id, inbox_seq, ordinal)
);
comment on table landing.quarantine is 'What a person must decide: each with its reason; the raw body stays in the inbox.';

create table landing.dead_letters (
    tenant_id text not null,
    inbox_seq bigint not null,
    source text not null,
    error_class text not null,
    error text not null,
    attempts integer not null default 1,
    primary key (tenant_id, inbox_seq)
);
comment on table landing.dead_letters is 'Rows whose parsing failed by our own fault; tried again whenever their day is materialised.';
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
