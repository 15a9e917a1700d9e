{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'billing_period', 'line_key'],
    scope='periods'
) }}

select
    tenant_id,
    billing_period,
    line_key,
    charge_code,
    card_version,
    unit_price,
    currency,
    quantity,
    unrounded_amount,
    amount,
    operation_count
from {{ ref('int_billing__invoice_lines') }}
