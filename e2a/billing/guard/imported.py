"""What a validation reads of imported invoices: their lines, the month's lines, the month's work.

An imported line carries no line key. Lines are compared by charge and price; where every line of a
charge names an order or a parcel, order by order.
"""

# A name of an order or of a parcel; a bare name if only one namespace has it.
NAMES = """
create temp table guard_names on commit drop as
with named as materialized (
    select distinct l.tenant_id, l.reference
    from guarded_months as m
    inner join billing.invoices as i
        on i.tenant_id = m.tenant_id and i.billing_period = m.billing_period
    inner join billing.invoice_lines as l
        on l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id
    where i.origin = 'imported' and i.issuer is null and l.reference is not null
),
known as (
    select tenant_id, name, order_id from orders.identifiers where exists (select from named)
    union all
    select s.tenant_id, s.shipment_name, i.order_id
    from orders.shipments as s
    inner join orders.identifiers as i on i.tenant_id = s.tenant_id and i.name = s.order_name
    where exists (select from named)
),
found as (
    select n.tenant_id, n.reference, k.order_id
    from named as n inner join known as k on k.tenant_id = n.tenant_id and k.name = n.reference
    union all
    select n.tenant_id, n.reference, k.order_id
    from named as n
    inner join known as k
        on k.tenant_id = n.tenant_id and substring(k.name from '^[^:]*:(.*)$') = n.reference
)
select tenant_id, reference, min(order_id) as order_id from found
group by tenant_id, reference having min(order_id) = max(order_id);
analyze guard_names
"""

# Lines of all imported invoices of the months, also those that are settled: they billed it already.
# `order_id` is what an itemised charge is compared by; empty where it is compared in sum.
BILLED = """
create temp table guard_lines on commit drop as
select
    l.*, case when l.itemised then coalesce(n.order_id, l.reference) else '' end as order_id,
    null::text as billed_before, null::text as nearly_before
from (
    select
        l.tenant_id, l.invoice_id, l.line_number, i.billing_period, l.charge_code, l.unit_price,
        l.quantity, l.amount, l.tax_code, l.performed_on, l.reference,
        dense_rank() over (
            partition by i.tenant_id, i.billing_period order by i.inbox_seq, i.invoice_id
        ) as issue,
        bool_and(l.reference is not null) over (
            partition by i.tenant_id, i.billing_period, l.charge_code
        ) as itemised,
        i.inbox_seq
    from guarded_months as m
    inner join billing.invoices as i
        on i.tenant_id = m.tenant_id and i.billing_period = m.billing_period
    inner join billing.invoice_lines as l
        on l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id
    where
        i.origin = 'imported' and i.issuer is null and i.status <> 'void'
        and i.currency = m.card_currency and l.kind <> 'adjustment'
) as l
left join guard_names as n on n.tenant_id = l.tenant_id and n.reference = l.reference;
analyze guard_lines
"""

# The same charge for the same work on an earlier invoice of any month (B14).
BEFORE = """
update guard_lines as l set billed_before = o.same, nearly_before = o.near
from (
    select
        l.tenant_id, l.invoice_id, l.line_number,
        min(i.invoice_id) filter (
            where o.amount = l.amount and o.quantity = l.quantity
        ) as same,
        min(i.invoice_id) filter (where o.amount <> l.amount) as near
    from guard_lines as l
    inner join billing.invoice_lines as o
        on
            o.tenant_id = l.tenant_id and o.reference = l.reference
            and o.charge_code = l.charge_code and o.performed_on = l.performed_on
            and o.invoice_id <> l.invoice_id and o.kind <> 'adjustment'
    inner join billing.invoices as i
        on
            i.tenant_id = o.tenant_id and i.invoice_id = o.invoice_id and i.origin = 'imported'
            and i.issuer is null and i.status <> 'void'
            and (i.inbox_seq, i.invoice_id) < (l.inbox_seq, l.invoice_id)
    group by l.tenant_id, l.invoice_id, l.line_number
) as o
where
    o.tenant_id = l.tenant_id and o.invoice_id = l.invoice_id and o.line_number = l.line_number
"""

# The month's lines; those of itemised charges order by order, each order rounded as a line is.
EXPECTED = """
create temp table guard_expected on commit drop as
with itemised as (
    select distinct tenant_id, billing_period, charge_code from guard_lines where itemised
),
lines as (
    select e.*, i.charge_code is not null as is_itemised
    from guarded_months as m
    inner join billing.expected_invoice_lines as e
        on e.tenant_id = m.tenant_id and e.billing_period = m.billing_period
    left join itemised as i
        on
            i.tenant_id = e.tenant_id and i.billing_period = e.billing_period
            and i.charge_code = e.charge_code
)
select
    tenant_id, billing_period, charge_code, unit_price, quantity, amount, line_key, tax_code,
    case
        when is_itemised then coalesce(substring(line_key from '^order/(.*)@[^@]*$'), '') else ''
    end as order_id,
    is_itemised and charge_code <> 'order' as is_sum
from lines;
analyze guard_expected
"""

HAS_ITEMS = "select from guard_expected where is_sum limit 1"

ITEMS = """
insert into guard_expected
select
    w.tenant_id, w.billing_period, e.charge_code, e.unit_price, sum(w.quantity),
    reference.round_money(
        sum(w.unrounded_amount), max(m.currency_exponent), max(m.rounding_mode)
    ),
    e.line_key, e.tax_code, w.order_id, false
from guard_expected as e
inner join guarded_months as m
    on m.tenant_id = e.tenant_id and m.billing_period = e.billing_period
inner join billing.line_operations as w
    on
        w.tenant_id = e.tenant_id and w.billing_period = e.billing_period
        and w.line_key = e.line_key
where e.is_sum
group by
    w.tenant_id, w.billing_period, e.charge_code, e.unit_price, e.line_key, e.tax_code, w.order_id
"""

DIFFERING = """
create temp table guard_differing on commit drop as
select distinct tenant_id, billing_period, charge_code, order_id
from (
    select tenant_id, billing_period, charge_code, order_id
    from (
        select
            tenant_id, billing_period, charge_code, order_id, unit_price, quantity, amount
        from guard_lines
        union all
        select
            tenant_id, billing_period, charge_code, order_id, unit_price, -quantity, -amount
        from guard_expected where not is_sum
    ) as both_sides
    group by tenant_id, billing_period, charge_code, order_id, unit_price
    having sum(quantity) <> 0 or sum(amount) <> 0
    union all
    select tenant_id, billing_period, charge_code, order_id
    from guard_lines
    where
        billed_before is not null or nearly_before is not null
        or date_trunc('month', performed_on)::date <> billing_period
) as found;
analyze guard_differing
"""

SIDES = """
select
    l.tenant_id, l.billing_period, true, l.charge_code, l.unit_price, l.quantity, l.amount,
    null::text, nullif(l.order_id, ''), l.performed_on, l.tax_code, l.invoice_id, l.issue,
    l.billed_before, l.nearly_before
from guard_lines as l
inner join guard_differing as d
    on
        d.tenant_id = l.tenant_id and d.billing_period = l.billing_period
        and d.charge_code = l.charge_code and d.order_id = l.order_id
union all
select
    e.tenant_id, e.billing_period, false, e.charge_code, e.unit_price, e.quantity, e.amount,
    e.line_key, nullif(e.order_id, ''), null, e.tax_code, '', 0, null, null
from guard_expected as e
inner join guard_differing as d
    on
        d.tenant_id = e.tenant_id and d.billing_period = e.billing_period
        and d.charge_code = e.charge_code and d.order_id = e.order_id
where not e.is_sum
"""

# What rounding order by order makes of lines that are rounded once (B4).
ROUNDING = """
select
    e.tenant_id, e.billing_period, e.charge_code, min(e.line_key), max(e.tax_code),
    sum(e.amount) filter (where not e.is_sum), sum(e.amount) filter (where e.is_sum),
    (
        select l.invoice_id from guard_lines as l
        where
            l.tenant_id = e.tenant_id and l.billing_period = e.billing_period
            and l.charge_code = e.charge_code
        order by l.issue desc limit 1
    )
from guard_expected as e
group by e.tenant_id, e.billing_period, e.charge_code
having
    bool_or(e.is_sum)
    and coalesce(sum(e.amount) filter (where not e.is_sum), 0)
    <> sum(e.amount) filter (where e.is_sum)
"""

# Work of the orders that are named, in other months.
ELSEWHERE = """
select distinct p.tenant_id, l.billing_period, p.charge_code, p.order_id, p.billing_period
from guard_lines as l
inner join billing.priced_operations as p
    on p.tenant_id = l.tenant_id and p.order_id = l.order_id and p.charge_code = l.charge_code
where l.itemised and p.billing_period <> l.billing_period
"""

# The last invoice of a month whose charges are all left out: what is missing belongs to it.
LAST = """
select distinct on (i.tenant_id, i.billing_period)
    i.tenant_id, i.billing_period, i.invoice_id
from guarded_months as m
inner join billing.invoices as i
    on i.tenant_id = m.tenant_id and i.billing_period = m.billing_period
where
    i.origin = 'imported' and i.issuer is null and i.currency = m.card_currency
    and i.status in ('draft', 'review')
order by i.tenant_id, i.billing_period, i.inbox_seq desc, i.invoice_id desc
"""
