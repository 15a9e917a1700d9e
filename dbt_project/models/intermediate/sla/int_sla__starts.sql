{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=8,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- The calendar window in or before which a clock started, and, where a duration is promised, when
-- it is due and at risk if nothing pauses it: one row per promise and start. The versions of a
-- clock, and the clocks that start together, share it: each is looked up once.
with starts as (
    select distinct
        policy_no,
        started_at
    from {{ ref('int_sla__clock_facts') }}
    where started_at is not null
),

placed as materialized (
    select
        starts.policy_no,
        starts.started_at,
        policies.tenant_id,
        policies.calendar_version,
        policies.at_risk_levels,
        policies.target_seconds * 1000000 as running_target,
        near.window_start,
        near.window_end,
        near.cum0,
        near.cum1,
        near.position as start_position
    from starts
    inner join {{ source('reference', 'sla_policies') }} as policies using (policy_no)
    cross join lateral {{ window_at('starts.started_at', 'policies') }} as near
)

select
    policy_no,
    started_at,
    window_start,
    window_end,
    cum0,
    cum1,
    start_position,
    case
        when running_target is not null
            then {{ instant_of(
                '(placed.start_position + placed.running_target)', 'placed', 'placed'
            ) }}
    end as due_at,
    case when running_target is not null then {{ risk_levels('placed') }} end as risk_levels
from placed
