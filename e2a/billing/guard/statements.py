"""The statements of a validation: what of an invoice does not simply agree, and its findings.

Lines that another billing system exported carry no line keys, so both sides are compared by charge,
price, quantity, amount and, where a line stands for one order, the order.
"""

# Imported invoices, and our own that are not finalised: tax and total as billed.
INVOICES = """
select
    i.tenant_id, i.invoice_id, i.billing_period, i.currency,
    case when i.origin = 'imported' then i.tax end, i.stated_total,
    (
        select coalesce(sum(l.amount), 0) from billing.invoice_lines as l
        where
            l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id
            and l.kind not in ('adjustment', 'prior_period')
    ),
    coalesce(c.currency, i.currency), coalesce(c.line_tolerance, 0),
    coalesce(c.line_tolerance_percent, 0), coalesce(c.invoice_tolerance, 0),
    coalesce(c.invoice_tolerance_percent, 0)
from billing.invoices as i
left join reference.rate_cards as c
    on
        c.tenant_id = i.tenant_id
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
where
    i.status in ('draft', 'review') and (%(tenant)s::text is null or i.tenant_id = %(tenant)s)
order by i.tenant_id, i.invoice_id for update of i
"""

_SIDES = """
with billed as (
    select charge_code, unit_price, quantity, amount, case
        when charge_code = 'order' then coalesce(
            reference, substring(line_key from '^order/(.*)@[^@]*$')
        )
    end as reference
    from billing.invoice_lines
    where
        tenant_id = %(tenant)s and invoice_id = %(invoice)s
        and kind not in ('adjustment', 'prior_period')
),
expected as (
    select charge_code, unit_price, quantity, amount, case
        when charge_code = 'order' then substring(line_key from '^order/(.*)@[^@]*$')
    end as reference
    from billing.expected_invoice_lines
    where tenant_id = %(tenant)s and billing_period = %(period)s
),
billed_counts as (
    select charge_code, unit_price, quantity, amount, reference, count(*) as times
    from billed group by charge_code, unit_price, quantity, amount, reference
),
expected_counts as (
    select charge_code, unit_price, quantity, amount, reference, count(*) as times
    from expected group by charge_code, unit_price, quantity, amount, reference
),
sides as (
    select
        coalesce(b.charge_code, e.charge_code) as charge_code,
        coalesce(b.unit_price, e.unit_price) as unit_price,
        coalesce(b.quantity, e.quantity) as quantity,
        coalesce(b.amount, e.amount) as amount,
        coalesce(b.reference, e.reference) as reference,
        coalesce(b.times, 0) as billed, coalesce(e.times, 0) as expected
    from billed_counts as b
    full join expected_counts as e
        on
            b.charge_code = e.charge_code and b.quantity = e.quantity and b.amount = e.amount
            and coalesce(b.unit_price, -1) = coalesce(e.unit_price, -1)
            and coalesce(b.reference, '') = coalesce(e.reference, '')
)
"""

BILLED = (
    _SIDES
    + """
select charge_code, unit_price, quantity, amount, reference
from sides cross join lateral generate_series(1, billed)
where billed <> expected order by charge_code, unit_price, quantity, amount, reference
"""
)

EXPECTED = (
    _SIDES
    + """
select charge_code, unit_price, quantity, amount, reference
from sides cross join lateral generate_series(1, expected)
where billed <> expected order by charge_code, unit_price, quantity, amount, reference
"""
)

OUT_OF_PERIOD = """
select l.charge_code, l.unit_price, l.quantity, l.amount, null
from billing.invoice_lines as l
where
    l.tenant_id = %(tenant)s and l.invoice_id = %(invoice)s
    and date_trunc('month', l.performed_on)::date <> %(period)s
order by l.line_number
"""

ELSEWHERE = """
select l.charge_code, l.unit_price, l.quantity, l.amount, null
from billing.invoice_lines as l
inner join billing.invoices as i on i.tenant_id = l.tenant_id and i.invoice_id = l.invoice_id
where
    l.tenant_id = %(tenant)s and l.invoice_id = %(invoice)s and i.origin = 'imported'
    and l.reference is not null
    and exists (
        select from billing.invoice_lines as o
        inner join billing.invoices as other
            on other.tenant_id = o.tenant_id and other.invoice_id = o.invoice_id
        where
            o.tenant_id = l.tenant_id and o.invoice_id <> l.invoice_id
            and o.charge_code = l.charge_code and o.reference = l.reference
            and o.performed_on is not distinct from l.performed_on and o.amount = l.amount
            and other.origin = 'imported' and other.inbox_seq < i.inbox_seq
    )
order by l.line_number
"""

CHARGES = """
select charge_code from reference.charges where tenant_id = %(tenant)s
union
select unnest(array['order', 'minimum', 'maximum', 'sla_credit', 'rounding', 'prior_period'])
"""

# What the taxes of the billed lines come to, each once on the sum of its lines (B4, B6).
RIGHT_TAX = """
select coalesce(sum(reference.round_money(
    greatest(b.base, 0) * t.percent / 100, c.currency_exponent, c.rounding_mode
)), 0)
from (
    select coalesce(l.tax_code, x.tax_code) as tax_code, sum(l.amount) as base
    from billing.invoice_lines as l
    left join reference.charges as x
        on
            x.tenant_id = l.tenant_id and x.charge_code = l.charge_code
            and x.card_version = reference.card_of_month(%(tenant)s, %(period)s)
    where
        l.tenant_id = %(tenant)s and l.invoice_id = %(invoice)s and l.kind <> 'adjustment'
    group by coalesce(l.tax_code, x.tax_code)
) as b
inner join reference.rate_cards as c
    on c.tenant_id = %(tenant)s and c.card_version = reference.card_of_month(%(tenant)s, %(period)s)
inner join reference.taxes as t
    on t.tenant_id = c.tenant_id and t.card_version = c.card_version and t.tax_code = b.tax_code
"""

UPSERT = """
insert into billing.findings as f (
    tenant_id, invoice_id, finding_key, rule, severity, charge_code, billed, expected, discrepancy,
    explanation, open, shadow
)
select
    %(tenant)s, %(invoice)s, n.finding_key, n.rule, n.severity, n.charge_code, n.billed, n.expected,
    n.expected - n.billed, n.explanation, true, n.shadow
from unnest(
    %(keys)s::text[], %(rules)s::text[], %(severities)s::text[], %(charges)s::text[],
    %(billed)s::numeric[], %(expected)s::numeric[], %(explanations)s::text[], %(shadows)s::boolean[]
) as n (finding_key, rule, severity, charge_code, billed, expected, explanation, shadow)
on conflict (tenant_id, finding_key) do update set
    severity = excluded.severity, billed = excluded.billed, expected = excluded.expected,
    discrepancy = excluded.discrepancy, explanation = excluded.explanation, open = true,
    shadow = excluded.shadow
where (f.severity, f.billed, f.expected, f.explanation, f.open, f.shadow) is distinct from (
    excluded.severity, excluded.billed, excluded.expected, excluded.explanation, true,
    excluded.shadow
)
"""

CLOSE = """
update billing.findings set open = false
where
    tenant_id = %(tenant)s and invoice_id = %(invoice)s and open
    and finding_key <> all(%(keys)s::text[])
"""
