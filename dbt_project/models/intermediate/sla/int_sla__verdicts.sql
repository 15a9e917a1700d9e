{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=9,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- Versions: one row per clock and change of what is known of it. Changes of what is judged are
-- steps of the version: it is 0 until the clock first closes, the first closing verdict is 1 (C10);
-- a hold that changes nothing, or a selector that becomes known, is no step. Time passing writes
-- nothing here.
with weighed as (
    select
        *,
        completed_at is not null or cancelled_at is not null as is_closed,
        row(started_at, due_at, completed_at, inferred, cancelled_at, excused, is_gone) as judged,
        row(held, due_history, policy_version, promise_site, service_level, channel) as beside
    from {{ ref('int_sla__deadlines') }}
),

compared as (
    select
        *,
        lag(judged) over clock as judged_before,
        lag(beside) over clock as beside_before,
        bool_or(is_closed and not is_gone) over clock as has_closed
    from weighed
    window clock as (partition by order_no, stage, instance order by known_from)
),

changed as (
    select
        *,
        (judged is distinct from judged_before) and has_closed and not is_gone as is_version
    from compared
    where (judged is distinct from judged_before) or (beside is distinct from beside_before)
),

numbered as (
    select
        *,
        lead(known_from) over clock as known_until,
        (count(*) filter (where is_version) over clock)::integer as version
    from changed
    window clock as (partition by order_no, stage, instance order by known_from)
)

select
    numbered.order_no,
    batch.tenant_id,
    batch.order_id,
    numbered.policy_no,
    numbered.stage,
    numbered.instance,
    numbered.known_from,
    numbered.known_until,
    numbered.version,
    numbered.policy_version,
    numbered.promise_site as site,
    numbered.service_level,
    numbered.channel,
    numbered.owner,
    numbered.calendar_version,
    numbered.end_milestone,
    numbered.is_watch,
    numbered.started_at,
    numbered.due_at,
    numbered.due_position,
    numbered.due_history,
    numbered.risk_levels[1] as at_risk_at,
    numbered.risk_levels,
    numbered.completed_at,
    numbered.inferred,
    numbered.cancelled_at,
    numbered.excused,
    numbered.held
from numbered
inner join {{ source('ops', 'batch_orders') }} as batch on batch.order_no = numbered.order_no
where not numbered.is_gone
