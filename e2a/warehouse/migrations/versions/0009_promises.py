"""SLA policies in full: a row a site, four kinds of target, days, carriers, restatements (C1-C18)."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = """
-- dbt's rule views read what changes here; dbt makes them again.
drop schema if exists rules cascade;
drop schema if exists staging cascade;
create schema rules;
create schema staging;

alter table reference.sites add column ordinal integer not null default 0;
comment on column reference.sites.ordinal is 'Position in tenant.yaml; orders that name no site belong to the first.';

alter table reference.calendars
add column definition jsonb,
add column first_date date,
add column last_date date;
comment on column reference.calendars.definition is
'The calendar as it was written, from which later windows are appended; null in versions older than this column.';
comment on column reference.calendars.last_date is 'Last local date that is expanded.';

-- A row a site: the calendar and zone of a promise are those of the order's site.
alter table reference.sla_policies drop constraint sla_policies_pkey;
alter table reference.sla_policies drop constraint sla_policies_check;
alter table reference.sla_policies rename column site to selects_site;
alter table reference.sla_policies drop column at_risk_level;
alter table reference.sla_policies
add column policy text not null default 'default',
add column site text not null default '-',
add column zone text not null default 'UTC',
add column precedence integer not null default 0,
add column trusts text[] not null default '{wms,carrier,shopify,file}',
add column counts_manifested boolean not null default false,
add column target_kind text not null default 'duration'
check (target_kind in ('duration', 'day', 'carried', 'carrier_days')),
add column target_days integer,
add column cut_off text,
add column carrier_calendar_version text,
add column at_risk_levels numeric(6, 4)[] not null default '{0.80}',
add column hold_parties jsonb not null default '{}',
add column owners jsonb not null default '{}',
add column excusals text[] not null default '{}',
add column is_watch boolean not null default false;
update reference.sla_policies as p set
    target_kind = case when deadline_field is null then 'duration' else 'carried' end,
    site = coalesce(selects_site, (
        select s.site from reference.sites as s where s.tenant_id = p.tenant_id
        order by s.ordinal, s.site limit 1
    ), '-');
alter table reference.sla_policies
alter column selects_site type boolean using selects_site is not null,
alter column selects_site set not null,
add primary key (tenant_id, policy_version, stage, site),
add constraint sla_policies_target check (case target_kind
    when 'duration' then target_seconds is not null
    when 'carried' then deadline_field is not null
    when 'day' then target_days is not null and cut_off is not null
    else target_days is not null and carrier_calendar_version is not null
end);
create index sla_policies_by_stage on reference.sla_policies (tenant_id, stage, site);

create table reference.calendar_days (
    tenant_id text not null,
    calendar_version text not null,
    cut_off text not null,
    local_date date not null,
    working_day integer not null,
    opens_at timestamptz not null,
    cut_off_at timestamptz not null,
    closes_at timestamptz not null,
    primary key (tenant_id, calendar_version, cut_off, working_day)
);
create index calendar_days_by_cut_off on reference.calendar_days
(tenant_id, calendar_version, cut_off, cut_off_at);
comment on table reference.calendar_days is
'Working days of a calendar, numbered, with the last instant at which an order still belongs to the day (C6). cut_off is HH:MM, or close.';

create table reference.carrier_days (
    tenant_id text not null,
    calendar_version text not null,
    local_date date not null,
    business_day integer not null,
    is_business_day boolean not null,
    primary key (tenant_id, calendar_version, local_date)
);
create index carrier_days_by_number on reference.carrier_days
(tenant_id, calendar_version, business_day) where is_business_day;
comment on table reference.carrier_days is
'Every date of a carrier calendar with the number of business days up to and including it (C6).';

create table reference.restatements (
    tenant_id text not null,
    restatement_id text not null,
    policy_version text not null,
    started_from timestamptz not null,
    started_until timestamptz not null,
    reason text not null,
    requested_by text not null,
    requested_at timestamptz not null,
    approved_by text,
    approved_at timestamptz,
    primary key (tenant_id, restatement_id),
    check (started_from < started_until),
    check ((approved_by is null) = (approved_at is null)),
    check (approved_by is null or approved_by <> requested_by)
);
comment on table reference.restatements is
'Approved changes of history: clocks that started in the range are judged by the version, as known from approved_at on (C11, C18).';

create table reference.zones (zone text primary key);
insert into reference.zones select name from pg_timezone_names;
comment on table reference.zones is
'IANA zones that this server knows: a destination zone that is none of them counts as not stated.';

-- The last midnight that ends a local date, by C2: the end of a gap, the last of two.
create function reference.end_of_day(day date, zone text) returns timestamptz
language sql stable strict parallel safe set search_path = pg_catalog as $$
select coalesce(
    (
        select max(shifted.at) from (
            select (day + 1)::timestamp at time zone zone + step * interval '15 minutes' as at
            from generate_series(-8, 8) as step
        ) as shifted
        where shifted.at at time zone zone = (day + 1)::timestamp
    ),
    (
        select min(shifted.at) from (
            select (day + 1)::timestamp at time zone zone + step * interval '15 minutes' as at
            from generate_series(-8, 8) as step
        ) as shifted
        where shifted.at at time zone zone > (day + 1)::timestamp
    )
)
$$;
comment on function reference.end_of_day(date, text) is
'24:00 of a local date as an instant (C2, C6), for zones that only orders name; whole windows are expanded in Python.';

alter table ops.batch_orders add column order_no integer not null default 0;
comment on column ops.batch_orders.order_no is
'Number of the order in this pass: what the rule views join and sort by instead of two texts.';
create index batch_orders_by_number on ops.batch_orders (order_no);

-- Corrections that name no order are found by the event that they void.
create index order_events_nameless_voids on landing.order_events (tenant_id, source)
where event_type = 'event_voided' and order_name is null;

create or replace function ops.open_scope() returns text language plpgsql as $$
declare held boolean;
begin
    held := not pg_try_advisory_lock(hashtext('e2a.transform'));
    if held then
        return 'claimed';
    end if;
    delete from ops.batch_orders;
    insert into ops.batch_orders (tenant_id, order_id, order_no)
    select tenant_id, order_id, row_number() over ()
    from (select distinct tenant_id, order_id from orders.identifiers) as known;
    insert into ops.touched_periods (tenant_id, billing_period)
    select distinct t.tenant_id, date_trunc('month', e.occurred_at at time zone t.billing_zone)::date
    from reference.tenants as t inner join landing.order_events as e on e.tenant_id = t.tenant_id
    on conflict do nothing;
    perform pg_advisory_unlock(hashtext('e2a.transform'));
    return 'everything';
end $$;

grant select, insert, update, delete on all tables in schema reference to e2a_app;
grant execute on function reference.end_of_day(date, text) to e2a_app;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
