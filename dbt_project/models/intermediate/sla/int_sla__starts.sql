{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=7,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- The calendar window in or before which a clock started: one row per promise and start. The
-- versions of a clock, and the clocks that start together, share it: each is looked up once.
with starts as (
    select distinct
        policy_no,
        started_at
    from {{ ref('int_sla__clock_facts') }}
    where started_at is not null
),

placed as (
    select
        starts.policy_no,
        starts.started_at,
        policies.tenant_id,
        policies.calendar_version
    from starts
    inner join {{ source('reference', 'sla_policies') }} as policies using (policy_no)
)

select
    placed.policy_no,
    placed.started_at,
    near.window_start,
    near.window_end,
    near.cum0,
    near.cum1,
    near.position as start_position
from placed
cross join lateral {{ window_at('placed.started_at', 'placed') }} as near
