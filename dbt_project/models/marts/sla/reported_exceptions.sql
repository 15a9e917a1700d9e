{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'order_id', 'reason_code'],
    scope='orders',
    step=40,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

select
    tenant_id,
    order_id,
    reason_code,
    first_occurred_at,
    last_occurred_at,
    first_recorded_at,
    reports
from {{ ref('int_sla__reported_exceptions') }}
