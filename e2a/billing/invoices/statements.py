"""The statements of a drafting pass, in the order in which it runs them.

They speak to each other by temporary tables: `wanted` (drafts that should be), `prior` (late months'
lines), `new_lines`, `changed` (drafts whose lines are not those that are stored).
"""

# Months asked for, and the finalised months whose late events may still be billed (B7).
TOUCH = """
insert into ops.touched_periods (tenant_id, billing_period)
select tenant_id, billing_period from (
    select p.tenant_id, p.billing_period from billing.priced_operations as p
    where
        (%(months)s::date[] is null or p.billing_period = any(%(months)s))
        and (%(tenant)s::text is null or p.tenant_id = %(tenant)s)
    union
    select t.tenant_id, month from reference.tenants as t cross join unnest(%(months)s::date[]) as month
    where %(tenant)s::text is null or t.tenant_id = %(tenant)s
    union
    select c.tenant_id, c.billing_period from billing.closed_periods as c
    where %(tenant)s::text is null or c.tenant_id = %(tenant)s
) as months
where reference.card_of_month(tenant_id, billing_period) is not null
on conflict do nothing
"""

LOCK = """
select from billing.invoices where origin = 'own' and status in ('draft', 'review')
order by tenant_id, invoice_id for update
"""

WANTED = """
create temp table wanted on commit drop as
select
    e.tenant_id, e.billing_period, e.currency,
    coalesce(
        i.invoice_id,
        'own/' || e.tenant_id || '/' || to_char(e.billing_period, 'YYYY-MM') || (
            select case when count(*) = 0 then '' else '/' || count(*) + 1 end
            from billing.invoices as v
            where
                v.tenant_id = e.tenant_id and v.billing_period = e.billing_period
                and v.origin = 'own' and v.status = 'void'
        )
    ) as invoice_id,
    reference.card_of_month(e.tenant_id, e.billing_period) as card_version
from (
    select tenant_id, billing_period, max(currency) as currency
    from billing.expected_invoice_lines group by tenant_id, billing_period
) as e
left join billing.invoices as i
    on
        i.tenant_id = e.tenant_id and i.billing_period = e.billing_period
        and i.origin = 'own' and i.status <> 'void'
where
    coalesce(i.status, 'draft') in ('draft', 'review')
    and (%(tenant)s::text is null or e.tenant_id = %(tenant)s)
    and (%(months)s::date[] is null or e.billing_period = any(%(months)s))
"""

# Re-rate of a finalised month over everything known, less what was billed for it (B7): by tax code.
PRIOR = """
create temp table prior on commit drop as
with closed as (
    select tenant_id, billing_period, invoice_id from billing.invoices
    where origin = 'own' and status in ('finalised', 'credited')
),
amounts as (
    select e.tenant_id, e.billing_period, coalesce(e.tax_code, '') as tax_code, e.amount
    from closed as c
    inner join billing.expected_invoice_lines as e
        on e.tenant_id = c.tenant_id and e.billing_period = c.billing_period
    union all
    select c.tenant_id, c.billing_period, coalesce(l.tax_code, ''), -l.amount
    from closed as c
    inner join billing.invoice_lines as l
        on l.tenant_id = c.tenant_id and l.invoice_id = c.invoice_id
    where l.kind not in ('prior_period', 'adjustment')
    union all
    select l.tenant_id, l.original_period, coalesce(l.tax_code, ''), -l.amount
    from closed as c
    inner join billing.invoice_lines as l
        on l.tenant_id = c.tenant_id and l.invoice_id = c.invoice_id
    where l.kind = 'prior_period'
),
differences as (
    select a.tenant_id, a.billing_period, nullif(a.tax_code, '') as tax_code, sum(a.amount) as amount
    from amounts as a
    inner join closed as c on c.tenant_id = a.tenant_id and c.billing_period = a.billing_period
    group by a.tenant_id, a.billing_period, a.tax_code
    having sum(a.amount) <> 0
),
open_months as (
    select tenant_id, billing_period from wanted
    union
    select tenant_id, billing_period from billing.invoices
    where origin = 'own' and status in ('draft', 'review')
)
select d.*, (
    select min(o.billing_period) from open_months as o
    where o.tenant_id = d.tenant_id and o.billing_period > d.billing_period
) as on_month
from differences as d
"""

LINES = """
create temp table new_lines on commit drop as
select
    w.invoice_id, e.tenant_id, e.line_key, e.kind, e.charge_code, e.card_version, e.tier,
    e.unit_price, e.quantity, e.unrounded_amount, e.amount, e.tax_code, null::date as original_period,
    case e.kind
        when 'charge' then 1 when 'rounding' then 2 when 'true_up' then 3 when 'maximum' then 3
        else 5
    end as place
from wanted as w
inner join billing.expected_invoice_lines as e
    on e.tenant_id = w.tenant_id and e.billing_period = w.billing_period
union all
select
    w.invoice_id, p.tenant_id,
    'prior/' || to_char(p.billing_period, 'YYYY-MM') || coalesce('/' || p.tax_code, ''),
    'prior_period', 'prior_period', w.card_version, null, null, 1, p.amount, p.amount, p.tax_code,
    p.billing_period, 4
from prior as p
inner join wanted as w on w.tenant_id = p.tenant_id and w.billing_period = p.on_month
union all
select
    w.invoice_id, a.tenant_id, 'adjustment/' || a.finding_key, 'adjustment', a.charge_code,
    w.card_version, null, null, 1, a.amount, a.amount, a.tax_code, null, 6
from wanted as w
inner join billing.adjustments as a on a.tenant_id = w.tenant_id and a.invoice_id = w.invoice_id
where a.status = 'applied'
"""

CHANGED = """
create temp table changed on commit drop as
select w.*, n.fingerprint
from wanted as w
inner join (
    select
        invoice_id, tenant_id,
        sha256(string_agg(
            sha256(convert_to(concat_ws(
                '|', line_key, kind, quantity, unrounded_amount, amount, tax_code
            ), 'UTF8'))::text, '' order by line_key
        )::bytea) as fingerprint
    from new_lines group by tenant_id, invoice_id
) as n on n.tenant_id = w.tenant_id and n.invoice_id = w.invoice_id
left join billing.invoices as i on i.tenant_id = w.tenant_id and i.invoice_id = w.invoice_id
where i.fingerprint is distinct from n.fingerprint
"""

REMOVE = """
delete from billing.invoices as i
where
    i.origin = 'own' and i.status in ('draft', 'review')
    and (%(tenant)s::text is null or i.tenant_id = %(tenant)s)
    and (%(months)s::date[] is null or i.billing_period = any(%(months)s))
    and not exists (
        select from wanted as w where w.tenant_id = i.tenant_id and w.invoice_id = i.invoice_id
    )
returning i.invoice_id
"""

STORE = """
insert into billing.invoices as i (
    tenant_id, invoice_id, origin, status, billing_period, currency, total, fingerprint, inputs,
    generated_at
)
select
    c.tenant_id, c.invoice_id, 'own', 'draft', c.billing_period, c.currency, 0, c.fingerprint,
    %(inputs)s || (
        select jsonb_build_object(
            'operations', count(*), 'high_water_mark', max(o.recorded_at),
            'rate_cards', jsonb_agg(distinct o.card_version)
        )
        from billing.billable_operations as o
        where o.tenant_id = c.tenant_id and o.billing_period = c.billing_period
    ) || coalesce((
        select jsonb_object_agg(e.line_key, e.evidence) from billing.expected_invoice_lines as e
        where
            e.tenant_id = c.tenant_id and e.billing_period = c.billing_period
            and e.evidence is not null
    ), '{}'),
    %(now)s
from changed as c
on conflict (tenant_id, invoice_id) do update set
    status = 'draft', currency = excluded.currency, fingerprint = excluded.fingerprint,
    inputs = excluded.inputs, generated_at = excluded.generated_at
returning i.invoice_id
"""

CLEAR = """
delete from billing.invoice_lines as l using changed as c
where l.tenant_id = c.tenant_id and l.invoice_id = c.invoice_id
"""

STORE_LINES = """
insert into billing.invoice_lines (
    tenant_id, invoice_id, line_number, line_key, kind, charge_code, card_version, tier, unit_price,
    quantity, unrounded_amount, amount, tax_code, original_period
)
select
    n.tenant_id, n.invoice_id,
    row_number() over (partition by n.tenant_id, n.invoice_id order by n.place, n.line_key),
    n.line_key, n.kind, n.charge_code, n.card_version, n.tier, n.unit_price, n.quantity,
    n.unrounded_amount, n.amount, n.tax_code, n.original_period
from new_lines as n
inner join changed as c on c.tenant_id = n.tenant_id and c.invoice_id = n.invoice_id
"""
