{{ config(materialized='view') }}

with operations as not materialized (
    select * from {{ ref('priced_operations') }}
    where occurred_at <= {{ as_of() }}
),

promises as (
    select
        states.tenant_id,
        states.order_id,
        states.stage,
        states.instance,
        date_trunc('month', states.due_at at time zone tenants.billing_zone)::date
            as billing_period,
        states.state,
        states.excused,
        states.version,
        states.known_from
    from {{ ref('clock_states') }} as states
    inner join {{ source('reference', 'tenants') }} as tenants
        on tenants.tenant_id = states.tenant_id
    where states.state in ('met', 'breached') and states.due_at is not null
),

{{ line_ctes('operations', 'operations', 'promises') }}

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
