{{ config(materialized='view') }}

-- Which operations stand on which expected line: from a line to its events.
with operations as not materialized (
    select * from {{ ref('priced_operations') }}
),

{{ line_ctes('operations', 'operations', ref('credited_promises')) }}

select
    details.tenant_id,
    details.billing_period,
    case details.grain
        when 'order' then 'order/' || details.order_id || '@' || details.card_version
        when 'line' then {{ line_key() }}
    end as line_key,
    details.operation_key,
    details.order_id,
    details.charge_code,
    details.quantity::numeric(38, 12) as quantity,
    (details.amount / details.days)::numeric(38, 12) as unrounded_amount
from details
