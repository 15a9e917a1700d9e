"""Rate cards with every charge model, taxes, minimums, SLA credits and dated exchange rates."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQL = """
-- dbt's rule views read what changes here; dbt makes them again.
drop schema if exists rules cascade;
drop schema if exists staging cascade;
create schema rules;
create schema staging;

alter table reference.tenants
add column active_from date,
add column active_until date;
comment on column reference.tenants.active_from is
'First day of service in the billing zone; null is always (B5: a minimum is due for active days).';
comment on column reference.tenants.active_until is 'First day without service; null is never.';

alter table reference.rate_cards
add column load_no bigint generated always as identity,
add column rounding_level text not null default 'line' check (rounding_level in ('line', 'invoice')),
add column look_back_days integer not null default 90,
add column series text not null default 'INV',
add column fx_max_age_days integer not null default 0,
add column line_tolerance numeric(38, 12) not null default 0,
add column line_tolerance_percent numeric(38, 12) not null default 0,
add column invoice_tolerance numeric(38, 12) not null default 0,
add column invoice_tolerance_percent numeric(38, 12) not null default 0,
add column minimum_amount numeric(38, 12),
add column minimum_tax_code text,
add column maximum_amount numeric(38, 12),
add column maximum_tax_code text,
add column order_minimum numeric(38, 12),
add column order_tax_code text,
add column has_order_rules boolean not null default false,
add column credit_stage text,
add column credit_target numeric(38, 12),
add column credit_base text[],
add column credit_cap_percent numeric(38, 12),
add column credit_tax_code text;
comment on column reference.rate_cards.load_no is
'Order of loading: of two cards that begin at one instant, the one loaded last holds (B2).';
comment on column reference.rate_cards.look_back_days is
'How long after a month''s end its late events are billed on a later invoice (B7).';
comment on column reference.rate_cards.has_order_rules is
'Service fees of an order make one line: raised to order_minimum, then multiplied (B4).';

alter table reference.charges
drop constraint charges_model_check,
alter column operation drop not null,
add column percent numeric(38, 12),
add column least numeric(38, 12),
add column most numeric(38, 12),
add column package_size numeric(38, 12),
add column free_units numeric(38, 12) not null default 0,
add column measure text check (measure in ('snapshot', 'peak', 'month_end', 'half_month')),
add column price_per text not null default 'month' check (price_per in ('month', 'day')),
add column flag text,
add column tax_code text,
add column is_service_fee boolean not null default true,
add constraint charges_model_check check (model in (
    'per_unit', 'per_operation', 'first_unit', 'additional_unit', 'pass_through', 'graduated',
    'volume', 'package', 'percentage', 'flat', 'order_volume', 'storage', 'surcharge'
));
comment on column reference.charges.is_service_fee is
'Counts to the monthly minimum, its cap and that of SLA credits (B5); freight does not.';

create table reference.tiers (
    tenant_id text not null,
    card_version text not null,
    charge_code text not null,
    tier integer not null,
    above numeric(38, 12) not null,
    up_to numeric(38, 12),
    unit_price numeric(38, 12) not null,
    flat_fee numeric(38, 12) not null default 0,
    primary key (tenant_id, card_version, charge_code, tier)
);
comment on table reference.tiers is
'Tiers of a charge: quantities above `above` up to and including `up_to` (B3); null is without end.';

create table reference.multipliers (
    tenant_id text not null,
    card_version text not null,
    position integer not null,
    flag text not null,
    factor numeric(38, 12) not null,
    primary key (tenant_id, card_version, position)
);
comment on table reference.multipliers is
'What an order with a flag is multiplied by, after its minimum, in order of position (B4).';

create table reference.taxes (
    tenant_id text not null,
    card_version text not null,
    tax_code text not null,
    percent numeric(38, 12) not null,
    primary key (tenant_id, card_version, tax_code)
);
comment on table reference.taxes is 'Tax percentages by code: each once on the sum of its rounded lines (B4).';

create table reference.credit_bands (
    tenant_id text not null,
    card_version text not null,
    from_percent numeric(38, 12) not null,
    percent numeric(38, 12) not null,
    primary key (tenant_id, card_version, from_percent)
);
comment on table reference.credit_bands is
'SLA credits: what an on-time percentage from here (inclusive) up to the next band pays (B12).';

create table reference.fx_rates (
    tenant_id text not null,
    rate_date date not null,
    base text not null,
    quote text not null,
    rate numeric(38, 12) not null check (rate > 0),
    primary key (tenant_id, rate_date, base, quote)
);
comment on table reference.fx_rates is 'Dated exchange rates: 1 base = rate quote (B9).';

-- Half-up is away from zero, which is what round(numeric) does; half-even by hand.
create function reference.round_money(amount numeric, exponent integer, mode text) returns numeric
language sql immutable parallel safe
return case
    when mode = 'half_up' then round(amount, exponent)
    when abs(amount * power(10::numeric, exponent) - trunc(amount * power(10::numeric, exponent))) = 0.5
        then round(
            2 * round(amount * power(10::numeric, exponent) / 2) / power(10::numeric, exponent), exponent
        )
    else round(amount, exponent)
end;
comment on function reference.round_money(numeric, integer, text) is
'The one rounding of money (B4): to the currency''s exponent, half_up (away from zero) or half_even.';
grant execute on function reference.round_money(numeric, integer, text) to e2a_app, e2a_reader;

-- What holds for a month as a whole is said by the card in force when it begins, else by the first
-- one in it.
create function reference.card_of_month(tenant text, period date) returns text
language sql stable parallel safe security definer set search_path = pg_catalog, pg_temp
return (
    select c.card_version
    from reference.tenants as t
    inner join reference.rate_cards as c on c.tenant_id = t.tenant_id
    where
        t.tenant_id = tenant
        and c.valid_from < (period + interval '1 month') at time zone t.billing_zone
    order by
        c.valid_from > period::timestamp at time zone t.billing_zone asc,
        case when c.valid_from <= period::timestamp at time zone t.billing_zone then c.valid_from end desc,
        c.valid_from asc, c.load_no desc
    limit 1
);
comment on function reference.card_of_month(text, date) is
'The rate card that says what holds for a billing month as a whole. As its owner: views that readers may read call it.';
grant execute on function reference.card_of_month(text, date) to e2a_app, e2a_reader;

create aggregate reference.product (numeric) (sfunc = numeric_mul, stype = numeric, initcond = '1');
comment on aggregate reference.product (numeric) is 'Exact product, of multipliers; 1 of nothing.';

create table billing.closed_periods (
    tenant_id text not null references reference.tenants,
    billing_period date not null,
    closed_at timestamptz not null,
    primary key (tenant_id, billing_period)
);
comment on table billing.closed_periods is
'Billing months whose invoice was finalised, and when that was first: what is recorded later is late (B7).';
grant select, insert on billing.closed_periods to e2a_app;
grant select on billing.closed_periods to e2a_reader;

grant select, insert, update, delete on
    reference.tiers, reference.multipliers, reference.taxes, reference.credit_bands, reference.fx_rates
to e2a_app;
"""


def upgrade() -> None:
    """Create what this revision describes."""
    op.execute(SQL)
