-- Deadlines and versions: one row per clock and change of its facts (design 1.5). `due_at` is the
-- earliest instant at which the running time reaches the target (C4), extended by the held running
-- time of holds placed before the deadline in force (C8). An unreleased pausing hold leaves the
-- deadline open (C7): `due_at` is null and the clock is paused. Time passing writes nothing here.
with facts as (
    select * from {{ ref('int_sla__clock_facts') }}
),

placed as (
    select
        facts.*,
        {{ position_of('facts.started_at', 'facts.tenant_id', 'facts.calendar_version') }}
            as start_position
    from facts
),

targets as (
    select
        placed.*,
        case
            when placed.target_seconds is not null then placed.target_seconds * 1000000
            else
                {{ position_of('placed.deadline', 'placed.tenant_id', 'placed.calendar_version') }}
                - placed.start_position
        end as target
    from placed
),

-- Held running time before each threshold: a hold counts iff it was placed, in running time that
-- leaves out the earlier holds, before the threshold.
pauses as (
    select
        targets.tenant_id,
        targets.order_id,
        targets.stage,
        targets.instance,
        targets.known_from,
        spans.ordinal,
        spans.placed_position,
        spans.released_position,
        sum(coalesce(spans.released_position, 0) - spans.placed_position) over (
            partition by
                targets.tenant_id, targets.order_id, targets.stage, targets.instance,
                targets.known_from
            order by spans.ordinal
            rows between unbounded preceding and 1 preceding
        ) as earlier_held
    from targets
    -- noqa: disable=LT02
    cross join lateral (
        select
            span.ordinal,
            {{ position_of('lower(span.held)', 'targets.tenant_id', 'targets.calendar_version') }}
                as placed_position,
            case
                when not upper_inf(span.held)
                    then {{ position_of(
                        'upper(span.held)', 'targets.tenant_id', 'targets.calendar_version'
                    ) }}
            end as released_position
        from unnest(targets.held) with ordinality as span (held, ordinal)
    ) as spans
    -- noqa: enable=LT02
    where targets.held is not null
),

extensions as (
    select
        pauses.tenant_id,
        pauses.order_id,
        pauses.stage,
        pauses.instance,
        pauses.known_from,
        sum(pauses.released_position - pauses.placed_position) filter (
            where pauses.placed_position - coalesce(pauses.earlier_held, 0)
            < targets.start_position + targets.target
        ) as due_extension,
        sum(pauses.released_position - pauses.placed_position) filter (
            where pauses.placed_position - coalesce(pauses.earlier_held, 0)
            < targets.start_position + ceil(targets.target * targets.at_risk_level)
        ) as risk_extension,
        coalesce(bool_or(pauses.released_position is null) filter (
            where pauses.placed_position - coalesce(pauses.earlier_held, 0)
            < targets.start_position + targets.target
        ), false) as is_held,
        coalesce(bool_or(pauses.released_position is null) filter (
            where pauses.placed_position - coalesce(pauses.earlier_held, 0)
            < targets.start_position + ceil(targets.target * targets.at_risk_level)
        ), false) as is_held_before_risk
    from pauses
    inner join targets using (tenant_id, order_id, stage, instance, known_from)
    group by 1, 2, 3, 4, 5
),

deadlines as (
    select
        targets.*,
        case
            when targets.deadline is not null then targets.deadline
            when coalesce(extensions.is_held, false) then null
            else {{ instant_of(
                '(targets.start_position + targets.target + coalesce(extensions.due_extension, 0))',
                'targets.tenant_id', 'targets.calendar_version'
            ) }}
        end as due_at,
        case
            when coalesce(extensions.is_held_before_risk, false) then null
            else {{ instant_of(
                '(targets.start_position + ceil(targets.target * targets.at_risk_level)::bigint'
                ~ ' + coalesce(extensions.risk_extension, 0))',
                'targets.tenant_id', 'targets.calendar_version'
            ) }}
        end as at_risk_at
    from targets
    left join extensions using (tenant_id, order_id, stage, instance, known_from)
),

weighed as (
    select
        deadlines.*,
        completed_at is not null or cancelled_at is not null as is_closed,
        row(started_at, due_at, completed_at, inferred, cancelled_at, excused, held) as weight
    from deadlines
),

compared as (
    select
        *,
        lag(weight) over clock as weight_before
    from weighed
    window clock as (partition by tenant_id, order_id, stage, instance order by known_from)
),

changes as (
    select
        compared.*,
        bool_or(is_closed) over clock as has_closed
    from compared
    where weight is distinct from weight_before
    window clock as (partition by tenant_id, order_id, stage, instance order by known_from)
)

select
    tenant_id,
    order_id,
    stage,
    instance,
    known_from,
    lead(known_from) over clock as known_until,
    -- 0 until the clock first closes; the first closing verdict is version 1 (C10).
    (count(*) filter (where has_closed) over clock)::integer as version,
    site,
    service_level,
    channel,
    policy_version,
    owner,
    started_at,
    due_at,
    at_risk_at,
    completed_at,
    inferred,
    cancelled_at,
    excused,
    held
from changes
window clock as (partition by tenant_id, order_id, stage, instance order by known_from)
