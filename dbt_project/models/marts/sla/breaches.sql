{{ config(materialized='view') }}

select
    tenant_id,
    order_id,
    stage,
    instance,
    version,
    known_from,
    site,
    service_level,
    channel,
    owner,
    party,
    started_at,
    due_at,
    due_at as breached_at,
    case when completed_at <= as_of then completed_at end as completed_at,
    extract(epoch from least(completed_at, as_of) - due_at)::numeric(38, 12) as late_seconds,
    completed_at is null or completed_at > as_of as is_open,
    inferred and completed_at > due_at as is_provisional,
    excused,
    as_of
from {{ ref('clock_states') }}
where state = 'breached'
