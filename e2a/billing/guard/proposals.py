"""The statements of a pass that proposes and applies adjustments (B11)."""

LOCK = """
select from billing.invoices
where
    status in ('draft', 'review') and (%(tenant)s::text is null or tenant_id = %(tenant)s)
order by tenant_id, invoice_id for update
"""

# What waits for a finding that is gone or has changed is withdrawn; what was applied is taken back.
CLOSE = """
with gone as (
    select
        a.tenant_id, a.finding_key, a.step, a.status,
        case when a.status = 'applied' then 'reversed' else 'withdrawn' end as to_status,
        case f.standing
            when 'open' then 'the finding changed' else 'the finding no longer holds'
        end as why
    from billing.adjustments as a
    inner join billing.findings as f
        on f.tenant_id = a.tenant_id and f.finding_key = a.finding_key
    inner join billing.invoices as i on i.tenant_id = a.tenant_id and i.invoice_id = a.invoice_id
    where
        i.status in ('draft', 'review') and (%(tenant)s::text is null or a.tenant_id = %(tenant)s)
        and (
            (a.status = 'applied' and f.standing = 'closed')
            or (a.status in ('proposed', 'waiting') and (
                f.standing <> 'open' or a.of_discrepancy <> f.discrepancy
            ))
        )
),
moved as (
    update billing.adjustments as a set
        status = g.to_status, decided_by = %(guard)s, decided_at = %(now)s,
        of_discrepancy = case when g.to_status = 'reversed' then 0 else a.of_discrepancy end
    from gone as g
    where
        a.tenant_id = g.tenant_id and a.finding_key = g.finding_key and a.step = g.step
    returning a.*, g.status as from_status, g.why
),
told as (
    insert into billing.adjustment_moves (
        tenant_id, finding_key, step, moved_at, from_status, to_status, by_person, reason, amount,
        rule
    )
    select
        tenant_id, finding_key, step, %(now)s, from_status, status, %(guard)s, why, amount, rule
    from moved
)
select tenant_id, invoice_id, from_status = 'applied' from moved
"""

# Open findings whose last step was not about what they say now; a person's no stands.
WANTED = """
select
    f.tenant_id, f.invoice_id, f.finding_key, f.rule, f.discrepancy,
    f.discrepancy - coalesce(s.applied, 0),
    case when a.status = 'withdrawn' then a.step else coalesce(a.step, 0) + 1 end, i.issuer
from billing.findings as f
inner join billing.invoices as i on i.tenant_id = f.tenant_id and i.invoice_id = f.invoice_id
left join lateral (
    select x.step, x.status, x.of_discrepancy from billing.adjustments as x
    where x.tenant_id = f.tenant_id and x.finding_key = f.finding_key
    order by x.step desc limit 1
) as a on true
left join lateral (
    select sum(x.amount) as applied from billing.adjustments as x
    where
        x.tenant_id = f.tenant_id and x.finding_key = f.finding_key and x.status = 'applied'
) as s on true
where
    f.standing = 'open' and i.status in ('draft', 'review')
    and (%(tenant)s::text is null or f.tenant_id = %(tenant)s)
    and f.severity <> 'critical'
    and (a.step is null or a.status = 'withdrawn' or a.of_discrepancy <> f.discrepancy)
order by f.tenant_id, f.invoice_id, f.finding_key
"""

# B11: the total before any adjustment, and what the guard has applied by itself, reversed or not.
LIMITS = """
select
    i.tenant_id, i.invoice_id,
    coalesce(i.stated_total, (
        select coalesce(sum(l.amount), 0) from billing.invoice_lines as l
        where
            l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id and l.kind <> 'adjustment'
    ) + case
        when i.origin = 'own' then coalesce((
            select sum(t.due) from billing.unadjusted_taxes as t
            where t.tenant_id = i.tenant_id and t.invoice_id = i.invoice_id
        ), 0)
        else coalesce((
            select sum(coalesce(t.billed, t.amount)) from billing.invoice_taxes as t
            where t.tenant_id = i.tenant_id and t.invoice_id = i.invoice_id
        ), 0)
    end),
    coalesce((
        select sum(abs(a.amount)) from billing.adjustments as a
        where
            a.tenant_id = i.tenant_id and a.invoice_id = i.invoice_id
            and a.status in ('applied', 'reversed') and a.decision = 'within_limits'
    ), 0),
    c.finding_limit, c.total_limit, c.total_limit_percent
from unnest(%(tenants)s::text[], %(invoices)s::text[]) as w (tenant_id, invoice_id)
inner join billing.invoices as i on i.tenant_id = w.tenant_id and i.invoice_id = w.invoice_id
left join reference.rate_cards as c
    on
        c.tenant_id = i.tenant_id
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
order by i.tenant_id, i.invoice_id
"""

PROPOSE = """
with stored as (
    insert into billing.adjustments as a (
        tenant_id, invoice_id, finding_key, step, amount, currency, decision, reason, status, rule,
        charge_code, tax_code, of_discrepancy, author, proposed_at
    )
    select
        f.tenant_id, f.invoice_id, f.finding_key, n.step, n.amount, i.currency, n.decision,
        f.explanation, 'proposed', f.rule, f.charge_code, f.tax_code, n.discrepancy, %(by)s,
        %(now)s
    from unnest(
        %(tenants)s::text[], %(keys)s::text[], %(steps)s::integer[], %(amounts)s::numeric[],
        %(discrepancies)s::numeric[], %(decisions)s::text[]
    ) as n (tenant_id, finding_key, step, amount, discrepancy, decision)
    inner join billing.findings as f
        on f.tenant_id = n.tenant_id and f.finding_key = n.finding_key
    inner join billing.invoices as i on i.tenant_id = f.tenant_id and i.invoice_id = f.invoice_id
    on conflict (tenant_id, finding_key, step) do update set
        amount = excluded.amount, decision = excluded.decision, reason = excluded.reason,
        status = 'proposed', of_discrepancy = excluded.of_discrepancy, author = excluded.author,
        proposed_at = excluded.proposed_at, decided_by = null, decided_at = null,
        tax_code = excluded.tax_code
    where a.status = 'withdrawn'
    returning *
)
insert into billing.adjustment_moves (
    tenant_id, finding_key, step, moved_at, from_status, to_status, by_person, reason, amount, rule,
    events
)
select
    s.tenant_id, s.finding_key, s.step, %(now)s, null, 'proposed', %(by)s, s.reason, s.amount,
    s.rule, f.events
from stored as s
inner join billing.findings as f on f.tenant_id = s.tenant_id and f.finding_key = s.finding_key
"""

MOVE_ON = """
with moved as (
    update billing.adjustments set
        status = %(to)s,
        decided_by = case when %(to)s = 'applied' then %(guard)s end,
        decided_at = case when %(to)s = 'applied' then %(now)s::timestamptz end
    where
        status = 'proposed' and decision = %(decision)s
        and (%(tenant)s::text is null or tenant_id = %(tenant)s)
    returning *
)
insert into billing.adjustment_moves (
    tenant_id, finding_key, step, moved_at, from_status, to_status, by_person, reason, amount, rule,
    events
)
select
    m.tenant_id, m.finding_key, m.step, %(now)s, 'proposed', m.status, %(guard)s, %(why)s, m.amount,
    m.rule, f.events
from moved as m
inner join billing.findings as f on f.tenant_id = m.tenant_id and f.finding_key = m.finding_key
"""

COUNTS = """
select decision, count(*) from billing.adjustments
where open and (%(tenant)s::text is null or tenant_id = %(tenant)s) group by decision
"""
