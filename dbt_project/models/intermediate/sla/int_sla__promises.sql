-- Clock facts with what their pinned policy says, and the calendar window in or before which the
-- clock started.
select
    held.*,
    policies.tenant_id,
    policies.policy_version,
    policies.site as promise_site,
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
    policies.is_watch,
    starts.window_start,
    starts.window_end,
    starts.cum0,
    starts.cum1,
    starts.start_position,
    starts.due_at as unpaused_due_at,
    starts.risk_levels as unpaused_risk_levels
from {{ ref('int_sla__held') }} as held
inner join {{ source('reference', 'sla_policies') }} as policies
    on policies.policy_no = held.policy_no
left join {{ ref('int_sla__starts') }} as starts
    on
        starts.policy_no = held.policy_no
        and starts.started_at = held.started_at
