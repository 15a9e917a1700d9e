-- One row per billed operation and charge that prices it: exact, nothing rounded yet (B4). First
-- and additional units count over the order in (event time, operation key) order: the first unit
-- picked for an order is its first unit, whichever operation picked it.
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
        ) as units_before
    from operations
),

priced as (
    select
        counted.*,
        charges.charge_code,
        charges.model,
        charges.unit_price as listed_price,
        charges.markup_percent,
        case charges.model
            when 'per_operation' then 1
            when 'per_unit' then counted.quantity
            when 'first_unit'
                then case when counted.units_before = 0 then least(counted.quantity, 1) else 0 end
            when 'additional_unit'
                then
                    counted.quantity
                    - case
                        when counted.units_before = 0 then least(counted.quantity, 1) else 0
                    end
            when 'pass_through' then 1
        end as billed_quantity
    from counted
    inner join {{ source('reference', 'charges') }} as charges
        on
            charges.tenant_id = counted.tenant_id
            and charges.card_version = counted.card_version
            and charges.operation = counted.operation
            and (charges.code is null or charges.code = counted.operation_code)
)

select
    tenant_id,
    operation_key,
    charge_code,
    order_id,
    operation,
    occurred_at,
    billing_period,
    currency,
    card_version,
    billed_quantity,
    case when model <> 'pass_through' then listed_price end as unit_price,
    case
        when model = 'pass_through'
            then trim_scale(charge_amount * (1 + coalesce(markup_percent, 0) / 100))
        else billed_quantity * listed_price
    end as unrounded_amount
from priced
where billed_quantity <> 0 or model = 'pass_through'
