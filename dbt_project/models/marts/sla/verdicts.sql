{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'order_id', 'stage', 'instance', 'known_from'],
    scope='orders',
    step=20
) }}

select
    tenant_id,
    order_id,
    stage,
    instance,
    known_from,
    known_until,
    version,
    policy_version,
    site,
    service_level,
    channel,
    owner,
    started_at,
    due_at,
    due_history,
    at_risk_at,
    completed_at,
    inferred,
    cancelled_at,
    excused,
    held
from {{ ref('int_sla__verdicts') }}
