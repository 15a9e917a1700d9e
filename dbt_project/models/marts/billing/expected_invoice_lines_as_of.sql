{{ config(materialized='view') }}

with operations as (
    select * from {{ ref('priced_operations') }}
    where occurred_at <= {{ as_of() }}
),

lines as (
    {{ invoice_lines('operations') }}
)

select
    tenant_id,
    billing_period,
    line_key,
    charge_code,
    card_version,
    unit_price,
    currency,
    quantity::numeric(38, 12) as quantity,
    unrounded_amount::numeric(38, 12) as unrounded_amount,
    amount::numeric(38, 12) as amount,
    operation_count
from lines
