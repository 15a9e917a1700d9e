-- Clock facts with what their pinned policy says, and the calendar window in or before which the
-- clock started.
with promises as (
    select
        held.*,
        policies.calendar_version,
        policies.carrier_calendar_version,
        policies.zone,
        policies.target_kind,
        policies.target_seconds * 1000000 as target,
        policies.target_days,
        policies.cut_off,
        policies.at_risk_levels,
        policies.owner,
        policies.end_milestone,
        policies.is_watch
    from {{ ref('int_sla__held') }} as held
    inner join {{ source('reference', 'sla_policies') }} as policies
        on
            policies.tenant_id = held.tenant_id
            and policies.policy_version = held.policy_version
            and policies.stage = held.stage
            and policies.site = held.promise_site
),

-- The versions of a clock share its start: each start is looked up once.
starts as (
    select distinct
        tenant_id,
        calendar_version,
        started_at
    from promises
    where started_at is not null
),

windows as materialized (
    select
        starts.*,
        first_window.window_start,
        first_window.window_end,
        first_window.cum0,
        first_window.cum1,
        first_window.position as start_position
    from starts
    left join lateral {{ window_at('starts.started_at', 'starts') }} as first_window on true
)

select
    promises.*,
    windows.window_start,
    windows.window_end,
    windows.cum0,
    windows.cum1,
    windows.start_position
from promises
left join windows
    on
        windows.tenant_id = promises.tenant_id
        and windows.calendar_version = promises.calendar_version
        and windows.started_at = promises.started_at
