{{ config(materialized='view') }}

select
    clocks.tenant_id,
    clocks.order_id,
    clocks.stage,
    clocks.instance,
    clocks.version,
    clocks.known_from,
    clocks.site,
    clocks.service_level,
    clocks.channel,
    clocks.owner,
    clocks.started_at,
    clocks.due_at,
    clocks.at_risk_at,
    clocks.completed_at,
    clocks.inferred,
    clocks.cancelled_at,
    clocks.excused,
    {{ clock_state('clocks') }} as state,
    {{ as_of() }} as as_of
from {{ ref('clocks') }} as clocks
where clocks.started_at <= {{ as_of() }}
