-- What was done for an order, receipt or stock count, one row an operation, whether or not it can
-- be billed. Work done before a cancellation stays (B8); only `event_voided` takes an operation
-- away. Quantity is what the operation's own unit counts; work without quantities means all units
-- that were asked for by then. A voided label is an operation of its own time, negative, at the
-- card and the rate of the label's time (B8).
with events as materialized (
    select
        order_no,
        tenant_id,
        order_id,
        source,
        source_event_id,
        event_type,
        shipment_name,
        site,
        units,
        charge_code,
        charge_amount,
        charge_currency,
        code,
        quantity,
        flags,
        attributes,
        occurred_at,
        recorded_at
    from {{ ref('int_orders__valid_events') }}
    where
        known_until = 'infinity'
        and (
            event_type in (
                'order_created', 'order_edited', 'order_cancelled', 'order_reopened',
                'reship_requested', 'pick_completed', 'pack_completed', 'label_purchased',
                'label_voided', 'shipped', 'vas_performed', 'receipt_completed', 'stock_counted',
                'return_received', 'restocked', 'charge_recorded'
            )
            or flags <> '{}'
        )
),

flagged as (
    select
        events.order_no,
        array_agg(distinct flag.flag order by flag.flag) as flags
    from events
    cross join lateral unnest(events.flags) as flag (flag)
    group by events.order_no
),

-- Work that states no quantities means all units: those of the last statement of the order's lines
-- before it, less those cancelled since.
statements as (
    select
        order_no,
        units,
        case
            when row_number() over statement = 1 then '-infinity'
            else occurred_at
        end as since,
        lead(occurred_at, 1, 'infinity') over statement as until
    from events
    where event_type in ('order_created', 'order_edited') and units is not null
    window statement as (partition by order_no order by occurred_at, source_event_id)
),

asked as (
    select
        work.order_no,
        work.source,
        work.source_event_id,
        max(statements.units) - coalesce(sum(cancelled.units), 0) as units
    from events as work
    inner join statements
        on
            statements.order_no = work.order_no
            and statements.since <= work.occurred_at
            and statements.until > work.occurred_at
    left join events as cancelled
        on
            cancelled.order_no = work.order_no
            and cancelled.event_type = 'order_cancelled'
            and cancelled.units is not null
            and cancelled.occurred_at >= statements.since
            and cancelled.occurred_at < work.occurred_at
    where
        work.event_type in ('pick_completed', 'shipped', 'restocked')
        and work.units is null
    group by work.order_no, work.source, work.source_event_id
),

-- The label that a void takes back: the last one of the parcel before it.
voided as (
    select distinct on (void.order_no, void.source, void.source_event_id)
        void.order_no,
        void.source,
        void.source_event_id,
        label.source_event_id as label_id,
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
        void.order_no asc, void.source asc, void.source_event_id asc, label.occurred_at desc,
        label.source_event_id desc
),

-- Instants from which the same work may be done again: a new instance of the order, a void.
reopened as (
    select
        order_no,
        array_agg(occurred_at) as instants
    from events
    where event_type in ('order_reopened', 'reship_requested', 'label_voided')
    group by order_no
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
        case events.event_type
            when 'label_voided' then -1
            when 'pack_completed' then 1
            when 'label_purchased' then 1
            when 'charge_recorded' then 1
            when 'return_received' then coalesce(events.units, 1)
            when 'receipt_completed' then (events.attributes ->> 'pallets')::numeric
            when 'vas_performed' then events.quantity
            when 'stock_counted' then events.quantity
            else coalesce(events.units, asked.units)
        end as operation_quantity
    from events
    left join asked
        on
            asked.order_no = events.order_no
            and asked.source = events.source
            and asked.source_event_id = events.source_event_id
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

-- Of several records of one act the earliest counts (B17): those of one parcel, those that cover
-- all of the order, and voids of one label. What names lines and no parcel adds up (C10).
operations as (
    select
        work.order_no,
        work.tenant_id,
        work.order_id,
        work.source,
        work.source_event_id,
        work.occurred_at,
        work.recorded_at,
        work.site,
        work.operation,
        work.operation_code,
        work.operation_quantity as quantity,
        case
            when work.event_type = 'label_voided' then voided.occurred_at
            else work.occurred_at
        end as priced_at,
        case
            when work.event_type = 'label_voided' then -voided.charge_amount
            else work.charge_amount
        end as charge_amount,
        coalesce(voided.charge_currency, work.charge_currency) as charge_currency,
        coalesce(flagged.flags, '{}') as flags,
        work.operation || '/' || work.source || '/' || work.source_event_id || '/' || work.order_id
        || case when work.operation_code = 'carton' then '/carton' else '' end as operation_key,
        case
            when work.event_type = 'label_voided'
                then 'void ' || coalesce(voided.label_id, work.source_event_id)
            when work.operation in ('pack', 'label', 'ship') and work.shipment_name is not null
                then
                    'parcel ' || work.shipment_name || ' '
                    || coalesce(work.attributes ->> 'package', '')
            when work.operation in ('pick', 'pack', 'ship') and work.units is null
                then 'all ' || coalesce(work.attributes ->> 'package', '')
            else 'event ' || work.source_event_id || coalesce(' ' || work.operation_code, '')
        end
        || case
            when reopened.order_no is not null and work.event_type <> 'label_voided'
                then ' ' || (
                    select count(*) from unnest(reopened.instants) as instant (instant)
                    where instant.instant <= work.occurred_at
                )
            else ''
        end as act
    from work
    left join flagged on flagged.order_no = work.order_no
    left join reopened on reopened.order_no = work.order_no
    left join voided
        on
            voided.order_no = work.order_no
            and voided.source = work.source
            and voided.source_event_id = work.source_event_id
),

-- The card in force at event time (B2); of two that begin at one instant, the one loaded last.
cards as (
    select
        *,
        lead(valid_from, 1, 'infinity') over (
            partition by tenant_id
            order by valid_from, load_no
        ) as valid_until
    from {{ source('reference', 'rate_cards') }}
),

-- Months are those of the tenant's billing zone (B1).
carded as (
    select
        operations.*,
        cards.card_version,
        cards.currency,
        cards.look_back_days,
        cards.fx_max_age_days,
        array_position(cards.sources, operations.source) as trust,
        (operations.priced_at at time zone tenants.billing_zone)::date as rate_date,
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

ranked as (
    select
        *,
        min(trust) over (
            partition by order_no, operation, operation_code, sign(quantity)
        ) as best_trust,
        row_number() over (
            partition by order_no, operation, operation_code, sign(quantity), source, act
            order by occurred_at, source_event_id
        ) as place
    from carded
),

-- Foreign costs at the dated rate (B9): the latest of the date or, where the card allows older
-- ones, before it.
converted as (
    select
        ranked.*,
        fx.amount as converted_amount
    from ranked
    left join lateral (
        select
            case
                when rates.base = ranked.currency then ranked.charge_amount / rates.rate
                else ranked.charge_amount * rates.rate
            end as amount
        from {{ source('reference', 'fx_rates') }} as rates
        where
            ranked.charge_currency <> ranked.currency
            and rates.tenant_id = ranked.tenant_id
            and (
                (rates.base = ranked.currency and rates.quote = ranked.charge_currency)
                or (rates.base = ranked.charge_currency and rates.quote = ranked.currency)
            )
            and rates.rate_date <= ranked.rate_date
            and rates.rate_date >= ranked.rate_date - ranked.fx_max_age_days
        order by rates.rate_date desc, rates.base = ranked.currency desc
        limit 1
    ) as fx on true
),

-- What a card prices of an operation: always, or only for orders with a flag.
offers as (
    select
        tenant_id,
        card_version,
        operation,
        code,
        bool_or(model in ('pass_through', 'percentage')) as needs_cost,
        bool_or(
            model not in ('pass_through', 'percentage', 'per_operation', 'surcharge')
        ) as needs_quantity,
        bool_or(flag is null) as is_unconditional,
        coalesce(array_agg(flag) filter (where flag is not null), '{}') as flags
    from {{ source('reference', 'charges') }}
    where operation is not null
    group by tenant_id, card_version, operation, code
),

judged as (
    select
        converted.*,
        case
            when converted.priced_at is null then 'nothing_to_void'
            when converted.card_version is null then 'no_rate_card'
            when converted.trust is null then 'source_not_billed'
            when
                converted.recorded_at > closed.closed_at
                and converted.recorded_at > (
                    converted.billing_period + interval '1 month'
                    + converted.look_back_days * interval '1 day'
                ) at time zone converted.billing_zone
                then 'beyond_look_back'
            when any_code.operation is null and own_code.operation is null then 'not_on_rate_card'
            when converted.trust > converted.best_trust or converted.place > 1
                then 'repeated_record'
            when
                not coalesce(any_code.is_unconditional, false)
                and not coalesce(own_code.is_unconditional, false)
                and not coalesce(any_code.flags && converted.flags, false)
                and not coalesce(own_code.flags && converted.flags, false)
                then 'no_charge_applies'
            when
                (any_code.needs_cost or own_code.needs_cost)
                and converted.charge_amount is null
                then 'no_charge_amount'
            when
                (any_code.needs_cost or own_code.needs_cost)
                and converted.charge_currency <> converted.currency
                and converted.converted_amount is null
                then 'no_fx_rate'
            when
                (any_code.needs_quantity or own_code.needs_quantity)
                and converted.quantity is null
                then 'quantity_unknown'
        end as standing_reason
    from converted
    left join {{ source('billing', 'closed_periods') }} as closed
        on
            closed.tenant_id = converted.tenant_id
            and closed.billing_period = converted.billing_period
    left join offers as any_code
        on
            any_code.tenant_id = converted.tenant_id
            and any_code.card_version = converted.card_version
            and any_code.operation = converted.operation
            and any_code.code is null
    left join offers as own_code
        on
            own_code.tenant_id = converted.tenant_id
            and own_code.card_version = converted.card_version
            and own_code.operation = converted.operation
            and own_code.code = converted.operation_code
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
    case when charge_currency = currency then charge_amount else converted_amount end
        as converted_amount,
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
