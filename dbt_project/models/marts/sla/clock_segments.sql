{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'order_id', 'stage', 'instance', 'starts_at'],
    scope='orders',
    step=30,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

select
    tenant_id,
    order_id,
    stage,
    instance,
    starts_at,
    ends_at,
    open_stage,
    hold_reason,
    party,
    is_paused,
    is_charged,
    running_seconds
from {{ ref('int_sla__segments') }}
