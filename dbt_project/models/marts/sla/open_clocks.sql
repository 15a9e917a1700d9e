{{ config(materialized='view') }}

select
    tenant_id,
    order_id,
    stage,
    instance,
    site,
    service_level,
    channel,
    owner,
    started_at,
    due_at,
    at_risk_at,
    state,
    extract(epoch from due_at - as_of)::numeric(38, 12) as remaining_seconds,
    as_of
from {{ ref('clock_states') }}
where
    started_at is not null
    and (completed_at is null or completed_at > as_of)
    and (cancelled_at is null or cancelled_at > as_of)
