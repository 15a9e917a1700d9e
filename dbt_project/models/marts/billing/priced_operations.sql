{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'operation_key', 'charge_code'],
    scope='orders',
    step=60,
    touches_periods=true,
    hot_indexes=['(tenant_id, order_id)', '(tenant_id, billing_period)']
) }}

select
    tenant_id,
    operation_key,
    charge_code,
    order_id,
    operation,
    operation_code,
    site,
    occurred_at,
    billing_period,
    currency,
    card_version,
    tax_code,
    is_service_fee,
    grain,
    billed_quantity,
    unit_price,
    unrounded_amount,
    factor,
    minimum_applies
from {{ ref('int_billing__prices') }}
