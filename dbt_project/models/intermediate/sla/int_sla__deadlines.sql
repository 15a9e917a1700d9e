-- One row per clock and set of facts that decide its deadline. A duration's `due_at` is the
-- earliest instant at which running time reaches the target (C4), extended by the held running time
-- of holds placed before the deadline in force; a day target is re-anchored at the latest release
-- (C8). An unreleased pausing hold leaves the deadline open: null, and the clock is paused (C7).
-- At risk is a share of the target, or of the running time from start to deadline (C14).
with promises as (
    select
        held.order_no,
        held.stage,
        held.instance,
        held.deadline_no,
        held.started_at,
        held.deadline,
        held.destination_zone,
        held.held,
        policies.tenant_id,
        policies.calendar_version,
        policies.carrier_calendar_version,
        policies.zone,
        policies.target_kind,
        policies.target_seconds * 1000000 as target,
        policies.target_days,
        policies.cut_off,
        policies.at_risk_levels,
        {{ position_of('held.started_at', 'held.tenant_id', 'policies.calendar_version') }}
            as start_position
    from {{ ref('int_sla__held') }} as held
    inner join {{ source('reference', 'sla_policies') }} as policies
        on
            policies.tenant_id = held.tenant_id
            and policies.policy_version = held.policy_version
            and policies.stage = held.stage
            and policies.site = held.promise_site
    where held.is_new_deadline and held.started_at is not null
),

-- Pauses in order of placement, with the deadline in force when each was placed. Positions are
-- running time; earlier pauses do not run.
pauses as (
    select
        promises.order_no,
        promises.stage,
        promises.instance,
        promises.deadline_no,
        pause.ordinal,
        upper(pause.held) as released_at,
        upper_inf(pause.held) as is_open,
        placed.position as placed_position,
        coalesce(
            {{ position_of('upper(pause.held)', 'promises.tenant_id', 'promises.calendar_version') }},
            placed.position
        ) - placed.position as running,
        lower(pause.held) as placed_at,
        coalesce(
            lag(upper(pause.held)) over pauses_of_clock, promises.started_at
        ) as anchor
    from promises
    cross join lateral unnest(promises.held) with ordinality as pause (held, ordinal)
    cross join lateral (
        select {{ position_of('lower(pause.held)', 'promises.tenant_id', 'promises.calendar_version') }}
            as position
    ) as placed
    window pauses_of_clock as (
        partition by
            promises.order_no, promises.stage, promises.instance, promises.deadline_no
        order by pause.ordinal
    )
),

weighed_pauses as (
    select
        pauses.*,
        pauses.placed_position - coalesce(
            sum(pauses.running) over (
                partition by pauses.order_no, pauses.stage, pauses.instance, pauses.deadline_no
                order by pauses.ordinal
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as elapsed_position,
        case
            when promises.target_kind <> 'duration' then {{ by_day('pauses.anchor', 'promises') }}
        end as due_before
    from pauses
    inner join promises using (order_no, stage, instance, deadline_no)
),

counted_pauses as (
    select
        weighed_pauses.*,
        bool_and(
            case
                when promises.target_kind = 'duration'
                    then
                        weighed_pauses.elapsed_position
                        < promises.start_position + promises.target
                else weighed_pauses.placed_at < weighed_pauses.due_before
            end
        ) over (
            partition by
                weighed_pauses.order_no, weighed_pauses.stage, weighed_pauses.instance,
                weighed_pauses.deadline_no
            order by weighed_pauses.ordinal
        ) as is_counted
    from weighed_pauses
    inner join promises using (order_no, stage, instance, deadline_no)
),

extensions as (
    select
        order_no,
        stage,
        instance,
        deadline_no,
        bool_or(is_open) as is_paused,
        max(released_at) as anchor,
        (array_agg(due_before order by ordinal desc))[1] as due_before,
        sum(running) as running,
        array_agg(elapsed_position order by ordinal) as elapsed_positions,
        array_agg(running order by ordinal) as runnings,
        array_agg(is_open order by ordinal) as opens
    from counted_pauses
    where is_counted
    group by order_no, stage, instance, deadline_no
),

due as (
    select
        promises.*,
        extensions.elapsed_positions,
        extensions.runnings,
        extensions.opens,
        extensions.due_before,
        coalesce(extensions.is_paused, false) as is_paused,
        coalesce(extensions.running, 0) as held_running,
        case
            when extensions.is_paused then null
            when promises.target_kind = 'duration'
                then {{ instant_of(
                    '(promises.start_position + promises.target + coalesce(extensions.running, 0))',
                    'promises.tenant_id', 'promises.calendar_version'
                ) }}
            else
                {{ by_day('coalesce(extensions.anchor, promises.started_at)', 'promises') }}
        end as due_at
    from promises
    left join extensions using (order_no, stage, instance, deadline_no)
),

targets as (
    select
        due.*,
        case
            when due.target_kind = 'duration' then due.target
            else
                {{ position_of(
                    'coalesce(due.due_at, due.due_before)', 'due.tenant_id', 'due.calendar_version'
                ) }}
                - due.start_position - due.held_running
        end as running_target
    from due
)

select
    targets.order_no,
    targets.stage,
    targets.instance,
    targets.deadline_no,
    targets.due_at,
    targets.is_paused,
    targets.start_position,
    targets.running_target,
    risks.risk_levels
from targets
cross join lateral (
    select
        array_agg(
            case
                when not coalesce(reached.is_open, false)
                    then {{ instant_of(
                        '(targets.start_position + ceil(targets.running_target * level.level)::bigint'
                        ~ ' + coalesce(reached.running, 0))',
                        'targets.tenant_id', 'targets.calendar_version'
                    ) }}
            end
            order by level.level
        ) as risk_levels
    from unnest(targets.at_risk_levels) as level (level)
    left join lateral (
        select
            sum(pause.running) as running,
            bool_or(pause.is_open) as is_open
        from unnest(targets.elapsed_positions, targets.runnings, targets.opens)
            as pause (elapsed_position, running, is_open)
        where
            pause.elapsed_position
            < targets.start_position + ceil(targets.running_target * level.level)
    ) as reached on targets.elapsed_positions is not null
) as risks
