{{ config(materialized='view') }}

with operations as (
    select * from {{ ref('priced_operations') }}
    where occurred_at <= {{ as_of() }}
),

{{ line_ctes('operations', 'operations') }}

select
    tenant_id,
    billing_period,
    line_key,
    kind,
    charge_code,
    card_version,
    tier,
    unit_price::numeric(38, 12) as unit_price,
    currency,
    quantity::numeric(38, 12) as quantity,
    unrounded_amount::numeric(38, 12) as unrounded_amount,
    amount::numeric(38, 12) as amount,
    tax_code,
    is_service_fee,
    operation_count,
    evidence
from lines
