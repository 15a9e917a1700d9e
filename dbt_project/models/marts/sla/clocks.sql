{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'order_id', 'stage', 'instance'],
    scope='orders',
    step=40,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'},
    hot_indexes=[
        '(due_at) where completed_at is null',
        '(at_risk_at) where completed_at is null'
    ]
) }}

select
    verdicts.tenant_id,
    verdicts.order_id,
    verdicts.stage,
    verdicts.instance,
    verdicts.known_from,
    verdicts.version,
    verdicts.policy_version,
    verdicts.calendar_version,
    verdicts.is_watch,
    verdicts.site,
    verdicts.service_level,
    verdicts.channel,
    verdicts.owner,
    segments.party,
    verdicts.started_at,
    verdicts.due_at,
    verdicts.due_history,
    verdicts.at_risk_at,
    verdicts.risk_levels,
    verdicts.completed_at,
    verdicts.inferred,
    verdicts.cancelled_at,
    verdicts.excused,
    verdicts.held,
    measures.units,
    measures.units_on_time,
    measures.shipments,
    measures.shipments_on_time
from {{ ref('int_sla__verdicts') }} as verdicts
left join {{ ref('int_sla__segments') }} as segments
    on
        segments.order_no = verdicts.order_no
        and segments.stage = verdicts.stage
        and segments.instance = verdicts.instance
        and segments.is_charged
left join {{ ref('int_sla__measures') }} as measures
    on
        measures.order_no = verdicts.order_no
        and measures.stage = verdicts.stage
        and measures.instance = verdicts.instance
where verdicts.known_until is null
