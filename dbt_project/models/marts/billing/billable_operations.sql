{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'operation_key'],
    scope='orders',
    step=50,
    planner={'enable_nestloop': 'off'},
    hot_indexes=['(tenant_id, order_id)', '(tenant_id, billing_period, recorded_at)']
) }}

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
    converted_amount,
    flags,
    currency,
    card_version,
    standing,
    standing_reason
from {{ ref('int_billing__operations') }}
