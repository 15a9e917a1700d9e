"""Which finalised months may still be corrected, and which months have no lines yet.

Looking back ends by the rate card (B7); that no known work is lost at its end is said here.
"""

# Finalised months that may still be corrected (B7): until the look-back is over, and after it where
# work, a void or an excusal became known in time, or where a draft corrects the month already. So
# what is billed does not depend on when the passes ran.
CORRECTABLE = """
select m.tenant_id, m.billing_period, m.invoice_id
from (
    select
        i.tenant_id, i.billing_period, i.invoice_id,
        coalesce(p.closed_at, i.finalised_at) as closed_at,
        (i.billing_period + interval '1 month' + c.look_back_days * interval '1 day')
        at time zone t.billing_zone as looks_back_until
    from billing.invoices as i
    inner join reference.tenants as t on t.tenant_id = i.tenant_id
    inner join reference.rate_cards as c
        on
            c.tenant_id = i.tenant_id
            and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
    left join billing.closed_periods as p
        on p.tenant_id = i.tenant_id and p.billing_period = i.billing_period
    where
        i.origin = 'own' and i.status in ('finalised', 'credited')
        and (%(tenant)s::text is null or i.tenant_id = %(tenant)s)
) as m
where
    %(now)s::timestamptz <= m.looks_back_until
    or exists (
        select from billing.billable_operations as o
        where
            o.tenant_id = m.tenant_id and o.billing_period = m.billing_period
            and o.standing = 'billed' and o.recorded_at > m.closed_at
    )
    or exists (
        select from billing.invoice_lines as l
        inner join billing.invoices as d
            on d.tenant_id = l.tenant_id and d.invoice_id = l.invoice_id
        where
            l.tenant_id = m.tenant_id and l.original_period = m.billing_period
            and d.origin = 'own' and d.status in ('draft', 'review')
    )
    or exists (
        select from landing.order_events as e
        where
            e.tenant_id = m.tenant_id and e.event_type in ('event_voided', 'sla_excused')
            and e.recorded_at > m.closed_at and e.recorded_at <= m.looks_back_until
    )
"""

# Months that have begun since the tenant is served and have no lines yet: a minimum or a fee is due
# though nothing was done; and months with lines before the first work that still stands. All others
# are derived again when their work or promises change.
TOUCH = """
with met as (
    select
        t.tenant_id, t.billing_zone, date_trunc('month', t.active_from)::date as active_month,
        (
            select min(o.billing_period) from billing.billable_operations as o
            where o.tenant_id = t.tenant_id
        ) as worked_month,
        (
            select min(i.billing_period) from billing.invoices as i
            where i.tenant_id = t.tenant_id and i.origin = 'own'
        ) as billed_month
    from reference.tenants as t
    where %(tenant)s::text is null or t.tenant_id = %(tenant)s
),
due as (
    select met.tenant_id, month::date as billing_period
    from met
    cross join generate_series(
        coalesce(met.active_month, least(met.worked_month, met.billed_month)),
        date_trunc('month', %(now)s::timestamptz at time zone met.billing_zone),
        interval '1 month'
    ) as month
    where
        reference.card_of_month(met.tenant_id, month::date) is not null
        and not exists (
            select from billing.expected_invoice_lines as e
            where e.tenant_id = met.tenant_id and e.billing_period = month::date
        )
),
due_no_more as (
    select e.tenant_id, e.billing_period
    from met
    inner join billing.expected_invoice_lines as e on e.tenant_id = met.tenant_id
    where
        met.active_month is null
        and e.billing_period < coalesce(met.worked_month, 'infinity')
)
insert into ops.touched_periods (tenant_id, billing_period)
select tenant_id, billing_period
from (table due union table due_no_more) as months
where %(months)s::date[] is null or billing_period = any(%(months)s)
on conflict do nothing
"""
