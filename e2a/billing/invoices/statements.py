"""The statements of a drafting pass, in the order in which it runs them.

They speak to each other by temporary tables: `wanted` (drafts that should be), `new_lines`,
`compared` (what each is made from), `changed` (drafts whose lines are not those that are stored).
"""

FORGET_PASS = "drop table if exists wanted, new_lines, compared, changed"

LOCK = """
select from billing.invoices
where
    origin = 'own' and status in ('draft', 'review')
    and (%(tenant)s::text is null or tenant_id = %(tenant)s)
    and (%(months)s::date[] is null or billing_period = any(%(months)s))
order by tenant_id, invoice_id for update
"""

# The identifier of a month's next own invoice: it counts those that are void.
OPEN_ID = """
'draft/' || {month}.tenant_id || '/' || to_char({month}.billing_period, 'YYYY-MM') || (
    select case when count(*) = 0 then '' else '/' || count(*) + 1 end
    from billing.invoices as v
    where
        v.tenant_id = {month}.tenant_id and v.billing_period = {month}.billing_period
        and v.origin = 'own' and v.status = 'void'
)
"""

# Months with expected lines, and drafts that bear adjustments: a person decided them, so they stay.
WANTED = f"""
create temp table wanted on commit drop as
with months as (
    select tenant_id, billing_period, max(currency) as currency
    from billing.expected_invoice_lines
    where
        (%(tenant)s::text is null or tenant_id = %(tenant)s)
        and (%(months)s::date[] is null or billing_period = any(%(months)s))
    group by tenant_id, billing_period
    union
    select i.tenant_id, i.billing_period, i.currency
    from billing.invoices as i
    where
        i.origin = 'own' and i.status in ('draft', 'review')
        and (%(tenant)s::text is null or i.tenant_id = %(tenant)s)
        and (%(months)s::date[] is null or i.billing_period = any(%(months)s))
        and exists (
            select from billing.adjustments as a
            where a.tenant_id = i.tenant_id and a.invoice_id = i.invoice_id
        )
        and not exists (
            select from billing.expected_invoice_lines as e
            where e.tenant_id = i.tenant_id and e.billing_period = i.billing_period
        )
)
select
    m.tenant_id, m.billing_period, m.currency,
    coalesce(i.invoice_id, {OPEN_ID.format(month="m")}) as invoice_id,
    reference.card_of_month(m.tenant_id, m.billing_period) as card_version
from months as m
left join billing.invoices as i
    on
        i.tenant_id = m.tenant_id and i.billing_period = m.billing_period
        and i.origin = 'own' and i.status <> 'void'
where coalesce(i.status, 'draft') in ('draft', 'review')
"""

# An SLA credit is due when its month is over: before, promises that are open count as broken in it.
LINES = """
create temp table new_lines on commit drop as
select
    w.invoice_id, e.tenant_id, e.line_key, e.kind, e.charge_code, e.card_version, e.tier,
    e.unit_price, e.quantity, e.unrounded_amount, e.amount, e.tax_code,
    null::date as original_period, e.evidence,
    case e.kind
        when 'charge' then 1 when 'rounding' then 2 when 'true_up' then 3 when 'maximum' then 3
        else 5
    end as place
from wanted as w
inner join reference.tenants as t on t.tenant_id = w.tenant_id
inner join billing.expected_invoice_lines as e
    on e.tenant_id = w.tenant_id and e.billing_period = w.billing_period
where
    e.kind <> 'sla_credit'
    or (e.billing_period + interval '1 month') at time zone t.billing_zone <= %(now)s
"""

# What was applied stands as a line each; a correction of tax is no line.
ADJUSTMENTS = """
insert into new_lines
select
    w.invoice_id, a.tenant_id, 'adjustment/' || a.finding_key, 'adjustment', max(a.charge_code),
    null, null, null, 1, sum(a.amount), sum(a.amount), max(a.tax_code), null, null, 6
from wanted as w
inner join billing.adjustments as a on a.tenant_id = w.tenant_id and a.invoice_id = w.invoice_id
where a.status = 'applied' and a.rule <> 'wrong_tax'
group by w.invoice_id, a.tenant_id, a.finding_key
"""

# What each draft is made from. `lines` is the hash of its lines; the fingerprint covers all of it.
COMPARED = """
create temp table compared on commit drop as
select
    w.tenant_id, w.invoice_id, w.billing_period, w.currency,
    jsonb_build_object(
        'lines', coalesce(l.digest, ''),
        'rate_cards', coalesce(l.cards, '[]'),
        'verdicts', coalesce(l.verdicts, '{}'),
        'corrected_months', coalesce(l.corrected, '{}'),
        'operations', coalesce(o.operations, 0),
        'high_water_mark', o.high_water_mark,
        'known_at', greatest(o.high_water_mark, l.known_from),
        'policies', coalesce(p.policies, '[]')
    ) as inputs
from wanted as w
left join lateral (
    select
        encode(sha256(convert_to(string_agg(
            encode(sha256(convert_to(concat_ws(
                '|', n.line_key, n.kind, n.charge_code, coalesce(n.card_version, '-'),
                coalesce(n.tier::text, '-'), coalesce(trim_scale(n.unit_price)::text, '-'),
                trim_scale(n.quantity), trim_scale(n.unrounded_amount), trim_scale(n.amount),
                coalesce(n.tax_code, '-'), n.original_period
            ), 'UTF8')), 'hex'), '' order by n.line_key
        ), 'UTF8')), 'hex') as digest,
        jsonb_agg(distinct n.card_version) filter (where n.card_version is not null) as cards,
        jsonb_object_agg(n.line_key, n.evidence) filter (where n.kind = 'sla_credit') as verdicts,
        jsonb_object_agg(n.line_key, trim_scale(n.amount))
        filter (where n.kind = 'prior_period') as corrected,
        max((n.evidence ->> 'known_from')::timestamptz) as known_from,
        max(n.evidence ->> 'stage') as stage
    from new_lines as n
    where n.tenant_id = w.tenant_id and n.invoice_id = w.invoice_id
) as l on true
left join lateral (
    select count(*) as operations, max(o.recorded_at) as high_water_mark
    from billing.billable_operations as o
    where o.tenant_id = w.tenant_id and o.billing_period = w.billing_period
) as o on true
left join lateral (
    select jsonb_agg(distinct c.policy_version) as policies
    from sla.clocks as c
    inner join reference.tenants as t on t.tenant_id = c.tenant_id
    where
        l.stage is not null and c.tenant_id = w.tenant_id and c.stage = l.stage
        and c.due_at >= w.billing_period::timestamp at time zone t.billing_zone
        and c.due_at < (w.billing_period + interval '1 month') at time zone t.billing_zone
) as p on true
"""

CHANGED = """
create temp table changed on commit drop as
select c.*, sha256(convert_to(c.inputs::text, 'UTF8')) as fingerprint
from compared as c
left join billing.invoices as i on i.tenant_id = c.tenant_id and i.invoice_id = c.invoice_id
where
    (i.inputs ->> 'lines', i.currency) is distinct from (c.inputs ->> 'lines', c.currency)
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
    tenant_id, invoice_id, origin, billing_period, currency, total, fingerprint, inputs,
    generated_at
)
select
    c.tenant_id, c.invoice_id, 'own', c.billing_period, c.currency, 0, c.fingerprint, c.inputs,
    %(now)s
from changed as c
on conflict (tenant_id, invoice_id) do update set
    status = 'draft', currency = excluded.currency, fingerprint = excluded.fingerprint,
    inputs = excluded.inputs, generated_at = excluded.generated_at,
    moved_by = case when i.status = 'review' then 'system' else i.moved_by end,
    moved_at = case when i.status = 'review' then excluded.generated_at else i.moved_at end,
    move_reason = case when i.status = 'review' then 'its lines changed' else i.move_reason end
returning i.invoice_id
"""

# Made from other inputs, with the same lines: nothing is written anew but what it was made from.
NOTE_INPUTS = """
update billing.invoices as i set
    inputs = c.inputs, fingerprint = sha256(convert_to(c.inputs::text, 'UTF8'))
from compared as c
where
    c.tenant_id = i.tenant_id and c.invoice_id = i.invoice_id and i.inputs <> c.inputs
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
