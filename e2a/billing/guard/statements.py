"""What a validation reads: temporary tables of one pass, and the lines that do not simply agree.

What agrees is left out by the database, charge by charge; only the rest is compared in Python, so
that a pass costs a few statements, whatever the number of lines.
"""

# Siblings of a month are compared together: what one invoice bills, another may bill again.
GUARDED = """
create temp table guarded on commit drop as
select
    i.tenant_id, i.invoice_id, i.origin, i.billing_period, i.currency, i.stated_total, i.issuer,
    c.card_version, c.currency as card_currency, c.currency_exponent, c.rounding_mode,
    c.line_tolerance, c.line_tolerance_percent, c.invoice_tolerance, c.invoice_tolerance_percent
from billing.invoices as i
left join reference.rate_cards as c
    on
        c.tenant_id = i.tenant_id
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
where
    i.status in ('draft', 'review') and (%(tenant)s::text is null or i.tenant_id = %(tenant)s)
    and (
        %(invoice)s::text is null
        or exists (
            select from billing.invoices as a
            where
                a.invoice_id = %(invoice)s and a.tenant_id = i.tenant_id and a.origin = i.origin
                and a.billing_period = i.billing_period
                and a.issuer is not distinct from i.issuer
        )
    );
analyze guarded;
create temp table guarded_months on commit drop as
select distinct tenant_id, billing_period, card_currency, currency_exponent, rounding_mode
from guarded where origin = 'imported' and issuer is null and currency = card_currency;
analyze guarded_months
"""

LOCK = """
select from billing.invoices
where
    status in ('draft', 'review') and (%(tenant)s::text is null or tenant_id = %(tenant)s)
order by tenant_id, invoice_id for update
"""

INVOICES = "select * from guarded order by tenant_id, invoice_id"

# Our own lines that are not what their key calls for.
OWN = """
with billed as (
    select l.*
    from guarded as g
    inner join billing.invoice_lines as l
        on l.tenant_id = g.tenant_id and l.invoice_id = g.invoice_id
    where g.origin = 'own' and l.kind not in ('prior_period', 'adjustment')
),
expected as (
    select g.invoice_id, e.*
    from guarded as g
    inner join billing.invoices as i on i.tenant_id = g.tenant_id and i.invoice_id = g.invoice_id
    inner join reference.tenants as t on t.tenant_id = g.tenant_id
    inner join billing.expected_invoice_lines as e
        on e.tenant_id = g.tenant_id and e.billing_period = g.billing_period
    where
        g.origin = 'own' and (
            e.kind <> 'sla_credit'
            or (e.billing_period + interval '1 month') at time zone t.billing_zone
            <= i.generated_at
        )
),
differing as (
    select tenant_id, invoice_id, line_key
    from (
        select tenant_id, invoice_id, line_key, unit_price, quantity, amount, 1 as one
        from billed
        union all
        select tenant_id, invoice_id, line_key, unit_price, quantity, amount, -1 from expected
    ) as both_sides
    group by tenant_id, invoice_id, line_key
    having
        count(*) <> 2 or sum(one) <> 0 or min(amount) <> max(amount)
        or min(quantity) <> max(quantity) or min(unit_price) <> max(unit_price)
        or count(unit_price) = 1
)
select
    b.tenant_id, b.invoice_id, true, b.charge_code, b.unit_price, b.quantity, b.amount, b.line_key,
    b.tax_code
from billed as b inner join differing using (tenant_id, invoice_id, line_key)
union all
select
    e.tenant_id, e.invoice_id, false, e.charge_code, e.unit_price, e.quantity, e.amount, e.line_key,
    e.tax_code
from expected as e inner join differing using (tenant_id, invoice_id, line_key)
"""

# Operations that nobody can price yet, by the charges that they would bear on.
UNCERTAIN = """
select
    g.tenant_id, g.billing_period, c.charge_code, o.standing_reason,
    count(distinct o.operation_key)
from (select distinct tenant_id, billing_period from guarded) as g
inner join billing.billable_operations as o
    on o.tenant_id = g.tenant_id and o.billing_period = g.billing_period
inner join reference.charges as c
    on
        c.tenant_id = o.tenant_id and c.card_version = o.card_version
        and c.operation = o.operation and (c.code is null or c.code = o.operation_code)
where o.standing = 'quarantined'
group by g.tenant_id, g.billing_period, c.charge_code, o.standing_reason
"""

# The same on our own drafts: each foreign cost without a rate (B9), the others by kind.
HELD_BACK = """
select
    g.tenant_id, g.invoice_id, o.operation, o.standing_reason,
    case when o.standing_reason = 'no_fx_rate' then o.operation_key end as operation_key,
    count(*), max(trim_scale(o.charge_amount)::text || ' ' || o.charge_currency),
    max(o.occurred_at)
from guarded as g
inner join billing.billable_operations as o
    on o.tenant_id = g.tenant_id and o.billing_period = g.billing_period
where g.origin = 'own' and o.standing = 'quarantined'
group by 1, 2, 3, 4, 5
"""

CHARGES = """
select m.tenant_id, m.billing_period, c.charge_code
from guarded_months as m
inner join reference.rate_cards as r on r.tenant_id = m.tenant_id
inner join reference.tenants as t on t.tenant_id = m.tenant_id
inner join reference.charges as c
    on c.tenant_id = r.tenant_id and c.card_version = r.card_version
where
    r.valid_from < (m.billing_period + interval '1 month') at time zone t.billing_zone
union
select e.tenant_id, e.billing_period, e.charge_code
from guarded_months as m
inner join billing.expected_invoice_lines as e
    on e.tenant_id = m.tenant_id and e.billing_period = m.billing_period
union
select m.tenant_id, m.billing_period, code
from guarded_months as m
cross join unnest(array['order', 'minimum', 'maximum', 'sla_credit', 'rounding']) as code
"""

# Sums, tax as billed, and tax by code on the lines as billed, of every invoice.
SUMS = """
select
    g.tenant_id, g.invoice_id,
    coalesce((
        select sum(l.amount) from billing.invoice_lines as l
        where
            l.tenant_id = g.tenant_id and l.invoice_id = g.invoice_id and l.kind <> 'adjustment'
    ), 0),
    (
        select sum(coalesce(x.billed, x.amount)) from billing.invoice_taxes as x
        where x.tenant_id = g.tenant_id and x.invoice_id = g.invoice_id
    ),
    coalesce((
        select jsonb_object_agg(b.tax_code, b.base::text)
        from (
            select
                s.tax_code,
                sum(case when g.origin = 'own' then s.base + s.adjusted else s.base end) as base
            from billing.taxed_sums as s
            where s.tenant_id = g.tenant_id and s.invoice_id = g.invoice_id group by s.tax_code
        ) as b
    ), '{}')
from guarded as g
"""

TAXES = """
select distinct g.tenant_id, g.card_version, t.tax_code, t.percent
from guarded as g
inner join reference.taxes as t
    on t.tenant_id = g.tenant_id and t.card_version = g.card_version
"""
