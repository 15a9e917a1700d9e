-- What was done for an order, receipt or stock count, one row an operation, whether or not it can
-- be billed. Work done before a cancellation stays (B8); only `event_voided` takes an operation
-- away. Quantity is what the operation's own unit counts; an order shipped without quantities means
-- all of its units.
with events as (
    select * from {{ ref('int_orders__valid_events') }}
    where known_until = 'infinity'
),

orders as (
    select
        tenant_id,
        order_id,
        max(units) as units
    from events
    where event_type = 'order_created'
    group by tenant_id, order_id
),

operations as (
    select
        events.tenant_id,
        events.order_id,
        events.source,
        events.source_event_id,
        events.occurred_at,
        events.recorded_at,
        events.charge_amount,
        events.charge_currency,
        case events.event_type
            when 'pick_completed' then 'pick'
            when 'pack_completed' then 'pack'
            when 'label_purchased' then 'label'
            when 'shipped' then 'ship'
            when 'vas_performed' then 'vas'
            when 'receipt_completed' then 'receiving'
            when 'stock_counted' then 'storage'
            when 'return_received' then 'return'
        end as operation,
        case
            when events.event_type = 'vas_performed' then events.code
            when events.event_type = 'receipt_completed' then 'pallet'
            when events.event_type = 'stock_counted' then events.attributes ->> 'unit'
        end as operation_code,
        case
            when events.event_type in ('pick_completed', 'shipped')
                then coalesce(events.units, orders.units)::numeric
            when events.event_type in ('pack_completed', 'label_purchased', 'return_received')
                then 1
            when events.event_type = 'receipt_completed'
                then (events.attributes ->> 'pallets')::numeric
            else events.quantity
        end as quantity
    from events
    left join orders
        on
            orders.tenant_id = events.tenant_id
            and orders.order_id = events.order_id
    where
        events.event_type in (
            'pick_completed', 'pack_completed', 'label_purchased', 'shipped', 'vas_performed',
            'receipt_completed', 'stock_counted', 'return_received'
        )
),

-- The card in force at event time, in the card's own billing zone (B1, B2).
carded as (
    select
        operations.*,
        cards.card_version,
        cards.currency,
        cards.sources,
        tenants.billing_zone,
        date_trunc('month', operations.occurred_at at time zone tenants.billing_zone)::date
            as billing_period
    from operations
    inner join {{ source('reference', 'tenants') }} as tenants
        on tenants.tenant_id = operations.tenant_id
    left join lateral (
        select * from {{ source('reference', 'rate_cards') }} as candidates
        where
            candidates.tenant_id = operations.tenant_id
            and candidates.valid_from <= operations.occurred_at
        order by candidates.valid_from desc, candidates.card_version desc
        limit 1
    ) as cards on true
),

judged as (
    select
        carded.*,
        case
            when carded.card_version is null then 'no_rate_card'
            when not carded.source = any(carded.sources) then 'source_not_billed'
            when carded.operation = 'label' and carded.charge_amount is null
                then 'no_charge_amount'
            when carded.operation = 'label' and carded.charge_currency <> carded.currency
                then 'foreign_currency'
            when carded.quantity is null then 'quantity_unknown'
            when not exists (
                select from {{ source('reference', 'charges') }} as charges
                where
                    charges.tenant_id = carded.tenant_id
                    and charges.card_version = carded.card_version
                    and charges.operation = carded.operation
                    and (charges.code is null or charges.code = carded.operation_code)
            ) then 'not_on_rate_card'
        end as standing_reason
    from carded
)

select
    *,
    operation || '/' || source || '/' || source_event_id || '/' || order_id as operation_key,
    case
        when standing_reason is null then 'billed'
        when standing_reason in ('no_charge_amount', 'foreign_currency', 'quantity_unknown')
            then 'quarantined'
        else 'not_billable'
    end as standing
from judged
