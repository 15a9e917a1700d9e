-- One row per billed operation and charge that prices it: exact, nothing rounded yet (B4). First
-- and additional units count over the order in (event time, operation key) order: the first unit
-- picked for an order is its first unit, whichever operation picked it. `grain` says what is still
-- to be done over the month: nothing ('line'); tiers, packages and storage count units over all of
-- it ('month'); a card with order rules makes one line of an order's service fees ('order').
with operations as (
    select operations.*
    from {{ ref('billable_operations') }} as operations
    inner join {{ source('ops', 'batch_orders') }} as scope
        on
            scope.tenant_id = operations.tenant_id
            and scope.order_id = operations.order_id
    where operations.standing = 'billed'
),

counted as (
    select
        operations.*,
        coalesce(
            sum(quantity) over (
                partition by tenant_id, order_id, operation
                order by occurred_at, operation_key
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as units_before,
        sum(quantity) over (partition by tenant_id, order_id, operation) as units_of_order
    from operations
),

factors as (
    select
        sets.tenant_id,
        sets.card_version,
        sets.flags,
        reference.product(multipliers.factor) as factor
    from (
        select distinct
            tenant_id,
            card_version,
            flags
        from operations
        where flags <> '{}'
    ) as sets
    inner join {{ source('reference', 'multipliers') }} as multipliers
        on
            multipliers.tenant_id = sets.tenant_id
            and multipliers.card_version = sets.card_version
            and multipliers.flag = any(sets.flags)
    group by sets.tenant_id, sets.card_version, sets.flags
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
                and counted.order_id !~ '^(receipt|stock):'
                then 'order'
            else 'line'
        end as grain,
        case
            when charges.model = 'order_volume' then tiers.unit_price
            when
                charges.measure = 'half_month'
                and extract(day from counted.occurred_at at time zone cards.billing_zone) > 15
                then charges.unit_price / 2
            when charges.model not in ('pass_through', 'percentage') then charges.unit_price
        end as listed_price,
        case
            when charges.model in ('per_operation', 'surcharge') then sign(counted.quantity)
            when charges.model = 'first_unit'
                then case when counted.units_before = 0 then least(counted.quantity, 1) else 0 end
            when charges.model = 'additional_unit'
                then
                    counted.quantity
                    - case
                        when counted.units_before = 0 then least(counted.quantity, 1) else 0
                    end
            when charges.model in ('pass_through', 'percentage') then sign(counted.quantity)
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
    left join {{ source('reference', 'tiers') }} as tiers
        on
            tiers.tenant_id = charges.tenant_id
            and tiers.card_version = charges.card_version
            and tiers.charge_code = charges.charge_code
            and charges.model = 'order_volume'
            and tiers.above < counted.units_of_order
            and (tiers.up_to is null or tiers.up_to >= counted.units_of_order)
)

select
    charged.tenant_id,
    charged.operation_key,
    charged.charge_code,
    charged.order_id,
    charged.operation,
    charged.operation_code,
    charged.site,
    charged.occurred_at,
    charged.billing_period,
    charged.currency,
    charged.card_version,
    charged.tax_code,
    charged.is_service_fee,
    charged.grain,
    charged.billed_quantity,
    case when charged.grain <> 'month' then charged.listed_price end as unit_price,
    case
        when charged.grain = 'month' then null
        when charged.model = 'pass_through'
            then
                trim_scale(
                    charged.converted_amount * (1 + coalesce(charged.markup_percent, 0) / 100)
                )
        when charged.model = 'percentage'
            then
                trim_scale(
                    greatest(
                        least(charged.converted_amount * charged.percent / 100, charged.most),
                        charged.least
                    )
                )
        else charged.billed_quantity * charged.listed_price
    end as unrounded_amount,
    case when charged.grain = 'order' then coalesce(factors.factor, 1) end as factor,
    -- The minimum is due once an order: where its first work lies.
    charged.grain = 'order'
    and (charged.billing_period, charged.card_version) = (
        first_value(charged.billing_period) over first_work,
        first_value(charged.card_version) over first_work
    ) as minimum_applies
from charged
left join factors
    on
        factors.tenant_id = charged.tenant_id
        and factors.card_version = charged.card_version
        and factors.flags = charged.flags
where
    charged.billed_quantity <> 0
    or charged.model in ('pass_through', 'percentage')
    or charged.grain = 'month'
window first_work as (
    partition by charged.tenant_id, charged.order_id, charged.grain
    order by charged.occurred_at, charged.operation_key
)
