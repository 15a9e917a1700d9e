{{ config(materialized='view') }}

-- As known now from the clocks; as known at `e2a.known_at` from the versions that stood then.
with clocks as (
    select
        tenant_id,
        order_id,
        stage,
        instance,
        version,
        known_from,
        policy_version,
        is_watch,
        site,
        service_level,
        channel,
        owner,
        party,
        started_at,
        {{ due_as_of('clocks') }} as due_at,
        at_risk_at,
        completed_at,
        inferred,
        cancelled_at,
        excused,
        held
    from {{ ref('clocks') }} as clocks
    where {{ as_known() }} is null
    union all
    select
        tenant_id,
        order_id,
        stage,
        instance,
        version,
        known_from,
        policy_version,
        stage = 'missing_scan',
        site,
        service_level,
        channel,
        owner,
        null,
        started_at,
        {{ due_as_of('verdicts') }} as due_at,
        at_risk_at,
        completed_at,
        inferred,
        cancelled_at,
        excused,
        held
    from {{ ref('verdicts') }} as verdicts
    where
        known_from <= {{ as_known() }}
        and (known_until is null or known_until > {{ as_known() }})
)

select
    clocks.tenant_id,
    clocks.order_id,
    clocks.stage,
    clocks.instance,
    clocks.version,
    clocks.known_from,
    clocks.policy_version,
    clocks.is_watch,
    clocks.site,
    clocks.service_level,
    clocks.channel,
    clocks.owner,
    case when not clocks.excused then clocks.party end as party,
    clocks.started_at,
    clocks.due_at,
    clocks.at_risk_at,
    clocks.completed_at,
    clocks.inferred,
    clocks.cancelled_at,
    clocks.excused,
    {{ clock_state('clocks') }} as state,
    {{ as_of() }} as as_of
from clocks
where coalesce(clocks.started_at, clocks.completed_at, clocks.known_from) <= {{ as_of() }}
