-- One row per billed operation and charge that prices it: exact, nothing rounded yet (B4). First
-- and additional units count over the order in (event time, operation key) order: the first unit
-- picked for an order is its first unit, whichever operation picked it. `grain` says what is still
-- to be done over the month: nothing ('line'); tiers, packages and storage count units over all of
-- it ('month'); a card with order rules makes one line of an order's service fees ('order').
with operations as (
    select
        operations.*,
        scope.order_no
    from {{ ref('billable_operations') }} as operations
    inner join {{ source('ops', 'batch_orders') }} as scope
        on
            scope.tenant_id = operations.tenant_id
            and scope.order_id = operations.order_id
    where operations.standing = 'billed'
),

counted as (
    select
        *,
        sum(quantity) over (
            partition by order_no, operation
            order by occurred_at, operation_key
        ) - quantity as units_before,
        sum(quantity) over (partition by order_no, operation) as units_of_order
    from operations
),

charged as (
    select
        counted.*,
        charges.charge_code,
        charges.model,
        charges.markup_percent,
        charges.percent,
        charges.least,
        charges.most,
        charges.tax_code,
        charges.is_service_fee,
        case
            when charges.model in ('graduated', 'volume', 'package') then 'month'
            when charges.model = 'storage' and charges.measure <> 'half_month' then 'month'
            when
                cards.has_order_rules and charges.is_service_fee
                and counted.operation not in ('receiving', 'storage')
                then 'order'
            else 'line'
        end as grain,
        case
            when charges.model = 'order_volume'
                then (
                    select tiers.unit_price
                    from {{ source('reference', 'tiers') }} as tiers
                    where
                        tiers.tenant_id = charges.tenant_id
                        and tiers.card_version = charges.card_version
                        and tiers.charge_code = charges.charge_code
                        and tiers.above < counted.units_of_order
                        and (tiers.up_to is null or tiers.up_to >= counted.units_of_order)
                )
            when
                charges.measure = 'half_month'
                and extract(day from counted.occurred_at at time zone cards.billing_zone) > 15
                then charges.unit_price * 0.5
            when charges.model not in ('pass_through', 'percentage') then charges.unit_price
        end as listed_price,
        case
            when charges.model in ('per_operation', 'surcharge', 'pass_through', 'percentage')
                then sign(coalesce(counted.quantity, 1))
            when charges.model = 'first_unit'
                then case when counted.units_before = 0 then least(counted.quantity, 1) else 0 end
            when charges.model = 'additional_unit'
                then
                    counted.quantity
                    - case
                        when counted.units_before = 0 then least(counted.quantity, 1) else 0
                    end
            else counted.quantity
        end as billed_quantity
    from counted
    inner join {{ source('reference', 'rate_cards') }} as cards
        on
            cards.tenant_id = counted.tenant_id
            and cards.card_version = counted.card_version
    inner join {{ source('reference', 'charges') }} as charges
        on
            charges.tenant_id = counted.tenant_id
            and charges.card_version = counted.card_version
            and charges.operation = counted.operation
            and (charges.code is null or charges.code = counted.operation_code)
            and (charges.flag is null or charges.flag = any(counted.flags))
),

priced as (
    select
        *,
        case
            when grain = 'month' then null
            when model = 'pass_through'
                then trim_scale(converted_amount * (1 + coalesce(markup_percent, 0) / 100))
            when model = 'percentage'
                then
                    trim_scale(
                        sign(converted_amount) * greatest(
                            least(abs(converted_amount) * percent / 100, most), least
                        )
                    )
            else billed_quantity * listed_price
        end as unrounded_amount
    from charged
)

select
    priced.tenant_id,
    priced.operation_key,
    priced.charge_code,
    priced.order_id,
    priced.operation,
    priced.operation_code,
    priced.site,
    priced.occurred_at,
    priced.billing_period,
    priced.currency,
    priced.card_version,
    priced.tax_code,
    priced.is_service_fee,
    priced.grain,
    priced.billed_quantity,
    case when priced.grain <> 'month' then priced.listed_price end as unit_price,
    priced.unrounded_amount,
    -- What the order's flags multiply by; factors are exact, so that their order changes nothing.
    case
        when priced.grain = 'order' and priced.flags = '{}' then 1
        when priced.grain = 'order'
            then (
                select reference.product(multipliers.factor)
                from {{ source('reference', 'multipliers') }} as multipliers
                where
                    multipliers.tenant_id = priced.tenant_id
                    and multipliers.card_version = priced.card_version
                    and multipliers.flag = any(priced.flags)
            )
    end as factor,
    -- The minimum is due once an order: where its first work lies.
    priced.grain = 'order'
    and (priced.billing_period, priced.card_version) = (
        first_value(priced.billing_period) over first_work,
        first_value(priced.card_version) over first_work
    ) as minimum_applies
from priced
where
    priced.billed_quantity <> 0
    or priced.grain = 'month'
window first_work as (
    partition by priced.order_no, priced.grain
    order by priced.occurred_at, priced.operation_key
)
