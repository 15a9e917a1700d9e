-- What was done for an order, receipt or stock count, one row an operation, whether or not it can
-- be billed. Work done before a cancellation stays (B8); only `event_voided` takes an operation
-- away. Quantity is what the operation's own unit counts; an order shipped without quantities means
-- all of its units. A voided label is an operation of its own time, negative, at the card of the
-- label's time (B8).
with events as not materialized (
    select * from {{ ref('int_orders__valid_events') }}
    where known_until = 'infinity'
),

orders as (
    select
        order_no,
        max(units) as units
    from events
    where event_type = 'order_created'
    group by order_no
),

flagged as (
    select
        events.order_no,
        array_agg(distinct flag.flag order by flag.flag) as flags
    from events
    cross join lateral unnest(events.flags) as flag (flag)
    group by events.order_no
),

work as (
    select
        events.*,
        case events.event_type
            when 'pick_completed' then 'pick'
            when 'pack_completed' then 'pack'
            when 'label_purchased' then 'label'
            when 'label_voided' then 'label'
            when 'shipped' then 'ship'
            when 'vas_performed' then 'vas'
            when 'receipt_completed' then 'receiving'
            when 'stock_counted' then 'storage'
            when 'return_received' then 'return'
            when 'restocked' then 'restock'
            when 'charge_recorded' then 'charge'
        end as operation,
        case events.event_type
            when 'vas_performed' then events.code
            when 'receipt_completed' then 'pallet'
            when 'stock_counted' then events.attributes ->> 'unit'
            when 'charge_recorded' then events.charge_code
        end as operation_code,
        case
            when events.event_type in ('pick_completed', 'shipped', 'restocked')
                then coalesce(events.units, orders.units)::numeric
            when events.event_type = 'return_received' then coalesce(events.units, 1)
            when events.event_type = 'label_voided' then -1
            when events.event_type in ('pack_completed', 'label_purchased', 'charge_recorded')
                then 1
            when events.event_type = 'receipt_completed'
                then (events.attributes ->> 'pallets')::numeric
            else events.quantity
        end as operation_quantity
    from events
    left join orders on orders.order_no = events.order_no
    where
        events.event_type in (
            'pick_completed', 'pack_completed', 'label_purchased', 'label_voided', 'shipped',
            'vas_performed', 'receipt_completed', 'stock_counted', 'return_received', 'restocked',
            'charge_recorded'
        )
    union all
    select
        events.*,
        'receiving' as operation,
        'carton' as operation_code,
        (events.attributes ->> 'cartons')::numeric as operation_quantity
    from events
    where events.event_type = 'receipt_completed' and events.attributes ->> 'cartons' is not null
),

-- The label that a void takes back: the last one of the parcel before it.
voided as (
    select distinct on (void.order_no, void.source, void.source_event_id)
        void.order_no,
        void.source,
        void.source_event_id,
        label.occurred_at,
        label.charge_amount,
        label.charge_currency
    from events as void
    inner join events as label
        on
            label.order_no = void.order_no
            and label.source = void.source
            and label.shipment_name = void.shipment_name
            and label.event_type = 'label_purchased'
            and label.occurred_at <= void.occurred_at
    where void.event_type = 'label_voided'
    order by
        void.order_no asc, void.source asc, void.source_event_id asc, label.occurred_at desc
),

operations as (
    select
        work.order_no,
        work.tenant_id,
        work.order_id,
        work.source,
        work.source_event_id,
        work.occurred_at,
        work.recorded_at,
        work.shipment_name,
        work.site,
        work.operation,
        work.operation_code,
        work.operation_quantity as quantity,
        case when work.event_type = 'label_voided' then voided.occurred_at else work.occurred_at end
            as priced_at,
        case
            when work.event_type = 'label_voided' then -voided.charge_amount
            else work.charge_amount
        end as charge_amount,
        coalesce(voided.charge_currency, work.charge_currency) as charge_currency,
        coalesce(flagged.flags, '{}') as flags,
        work.operation || '/' || work.source || '/' || work.source_event_id || '/' || work.order_id
        || case when work.operation_code = 'carton' then '/carton' else '' end as operation_key,
        count(*) filter (where work.event_type = 'label_voided') over (
            partition by work.order_no, work.shipment_name, work.operation
            order by work.occurred_at, work.source_event_id
        ) as voids_before,
        work.attributes ->> 'package' as package
    from work
    left join flagged on flagged.order_no = work.order_no
    left join voided
        on
            voided.order_no = work.order_no
            and voided.source = work.source
            and voided.source_event_id = work.source_event_id
),

-- The card in force at event time, in the tenant's billing zone (B1, B2).
cards as (
    select
        *,
        lead(valid_from, 1, 'infinity') over (
            partition by tenant_id
            order by valid_from, card_version
        ) as valid_until
    from {{ source('reference', 'rate_cards') }}
),

carded as (
    select
        operations.*,
        cards.card_version,
        cards.currency,
        cards.sources,
        cards.look_back_days,
        cards.fx_max_age_days,
        (operations.occurred_at at time zone tenants.billing_zone)::date as local_date,
        date_trunc('month', operations.occurred_at at time zone tenants.billing_zone)::date
            as billing_period,
        tenants.billing_zone
    from operations
    inner join {{ source('reference', 'tenants') }} as tenants
        on tenants.tenant_id = operations.tenant_id
    left join cards
        on
            cards.tenant_id = operations.tenant_id
            and cards.valid_from <= operations.priced_at
            and cards.valid_until > operations.priced_at
),

offers as (
    select
        tenant_id,
        card_version,
        operation,
        code,
        bool_or(model in ('pass_through', 'percentage')) as needs_cost
    from {{ source('reference', 'charges') }}
    where operation is not null
    group by tenant_id, card_version, operation, code
),

-- Of several records of one act the earliest counts, and of several sources the first that the card
-- names: one operation per order, parcel, kind and unit (B17).
ranked as (
    select
        carded.*,
        array_position(carded.sources, carded.source) as trust,
        min(array_position(carded.sources, carded.source)) over (
            partition by
                carded.order_no, carded.operation, carded.operation_code, sign(carded.quantity)
        ) as best_trust,
        case
            when
                carded.shipment_name is not null and carded.operation in ('ship', 'pack', 'label')
                then row_number() over (
                    partition by
                        carded.order_no, carded.operation, carded.shipment_name, carded.package,
                        carded.source, sign(carded.quantity), carded.voids_before
                    order by carded.occurred_at, carded.source_event_id
                )
            else 1
        end as place,
        converted.amount as converted_amount,
        closed.closed_at
    from carded
    left join lateral (
        select
            case
                when fx.base = carded.currency then carded.charge_amount / fx.rate
                else carded.charge_amount * fx.rate
            end as amount
        from {{ source('reference', 'fx_rates') }} as fx
        where
            fx.tenant_id = carded.tenant_id
            and (
                (fx.base = carded.currency and fx.quote = carded.charge_currency)
                or (fx.base = carded.charge_currency and fx.quote = carded.currency)
            )
            and fx.rate_date <= carded.local_date
            and fx.rate_date >= carded.local_date - carded.fx_max_age_days
        order by fx.rate_date desc, fx.base = carded.currency desc
        limit 1
    ) as converted on carded.charge_currency <> carded.currency
    left join {{ source('billing', 'closed_periods') }} as closed
        on
            closed.tenant_id = carded.tenant_id
            and closed.billing_period = carded.billing_period
),

judged as (
    select
        ranked.*,
        case
            when ranked.card_version is null and ranked.priced_at is null then 'nothing_to_void'
            when ranked.card_version is null then 'no_rate_card'
            when ranked.trust is null then 'source_not_billed'
            when
                ranked.recorded_at > ranked.closed_at
                and ranked.recorded_at > (
                    ranked.billing_period + interval '1 month'
                    + ranked.look_back_days * interval '1 day'
                ) at time zone ranked.billing_zone
                then 'beyond_look_back'
            when any_code.operation is null and own_code.operation is null then 'not_on_rate_card'
            when ranked.trust > ranked.best_trust or ranked.place > 1 then 'repeated_record'
            when coalesce(any_code.needs_cost, false) or coalesce(own_code.needs_cost, false)
                then case
                    when ranked.charge_amount is null then 'no_charge_amount'
                    when
                        ranked.charge_currency <> ranked.currency
                        and ranked.converted_amount is null
                        then 'no_fx_rate'
                end
            when ranked.quantity is null then 'quantity_unknown'
        end as standing_reason
    from ranked
    left join offers as any_code
        on
            any_code.tenant_id = ranked.tenant_id
            and any_code.card_version = ranked.card_version
            and any_code.operation = ranked.operation
            and any_code.code is null
    left join offers as own_code
        on
            own_code.tenant_id = ranked.tenant_id
            and own_code.card_version = ranked.card_version
            and own_code.operation = ranked.operation
            and own_code.code = ranked.operation_code
)

select
    tenant_id,
    operation_key,
    order_id,
    operation,
    operation_code,
    source,
    source_event_id,
    site,
    occurred_at,
    recorded_at,
    billing_period,
    quantity,
    charge_amount,
    charge_currency,
    coalesce(converted_amount, charge_amount) as converted_amount,
    flags,
    currency,
    card_version,
    standing_reason,
    case
        when standing_reason is null then 'billed'
        when standing_reason in ('no_charge_amount', 'no_fx_rate', 'quantity_unknown')
            then 'quarantined'
        else 'not_billable'
    end as standing
from judged
