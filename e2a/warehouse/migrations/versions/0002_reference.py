"""What operators write in policies/, as immutable versions."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = """
create schema if not exists reference;

create table reference.tenants (
    tenant_id text primary key,
    name text not null,
    billing_zone text not null,
    currency text not null
);
comment on table reference.tenants is 'Merchant accounts that are served and billed.';

create table reference.sites (
    tenant_id text not null,
    site text not null,
    zone text not null,
    primary key (tenant_id, site)
);
comment on table reference.sites is 'Warehouses and their IANA zones.';

create table reference.calendars (
    tenant_id text not null,
    calendar_version text not null,
    calendar text not null,
    zone text not null,
    covers_from timestamptz not null,
    covers_until timestamptz not null,
    primary key (tenant_id, calendar_version)
);
comment on table reference.calendars is 'Calendar versions, identified by the hash of their definition.';

create table reference.business_intervals (
    tenant_id text not null,
    calendar_version text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    cum0 bigint not null,
    cum1 bigint not null,
    primary key (tenant_id, calendar_version, ends_at),
    check (starts_at < ends_at and cum0 < cum1)
);
create index business_intervals_by_position on reference.business_intervals
(tenant_id, calendar_version, cum1);
comment on table reference.business_intervals is
'Working windows as UTC intervals with cumulative running microseconds: deadlines are two index look-ups.';

create table reference.sla_policies (
    tenant_id text not null,
    policy_version text not null,
    stage text not null,
    valid_from timestamptz not null,
    loaded_at timestamptz not null,
    site text,
    service_level text,
    channel text,
    start_milestone text not null,
    end_milestone text not null,
    released_by text[] not null,
    target_seconds bigint,
    deadline_field text,
    calendar_version text not null,
    at_risk_level numeric(6, 4) not null,
    pause_reasons text[] not null,
    owner text not null,
    primary key (tenant_id, policy_version, stage),
    check (num_nonnulls(target_seconds, deadline_field) = 1)
);
comment on table reference.sla_policies is
'One promise a row and version; loaded_at of a tenant''s first load is -infinity (C18).';

create table reference.rate_cards (
    tenant_id text not null,
    card_version text not null,
    valid_from timestamptz not null,
    currency text not null,
    currency_exponent integer not null,
    rounding_mode text not null check (rounding_mode in ('half_up', 'half_even')),
    billing_zone text not null,
    sources text[] not null,
    finding_limit numeric(38, 12) not null,
    total_limit numeric(38, 12) not null,
    total_limit_percent numeric(38, 12) not null,
    primary key (tenant_id, card_version)
);
comment on table reference.rate_cards is 'Rate card versions (B2) with currency, rounding and adjustment limits (B4, B11).';

create table reference.charges (
    tenant_id text not null,
    card_version text not null,
    charge_code text not null,
    operation text not null,
    model text not null check (
        model in ('per_unit', 'per_operation', 'first_unit', 'additional_unit', 'pass_through')
    ),
    code text,
    unit_price numeric(38, 12),
    markup_percent numeric(38, 12),
    primary key (tenant_id, card_version, charge_code)
);
comment on table reference.charges is 'The prices of a card: which operation, by which model, at which price.';
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
