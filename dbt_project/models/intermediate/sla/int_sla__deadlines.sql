-- Deadlines: one row per clock and change of its facts. A duration's `due_at` is the earliest
-- instant at which running time reaches the target (C4), extended by the held running time; a day
-- target is re-anchored at the latest release (C8). An unreleased pausing hold leaves the deadline
-- open: null, and the clock is paused (C7). At risk is a share of the target, or of the running
-- time from start to deadline (C14). Each step is computed once: inlined, the look-ups of a
-- deadline would stand dozens of times in one plan.
with due as materialized (
    select
        promises.*,
        pauses.elapsed_positions,
        pauses.runnings,
        pauses.opens,
        pauses.due_history as due_before,
        coalesce(pauses.running, 0) as held_running,
        case
            when pauses.is_paused then null
            when coalesce(pauses.running, 0) = 0 and promises.target_kind = 'duration'
                then promises.unpaused_due_at
            when promises.target_kind = 'duration'
                then {{ instant_of(
                    '(promises.start_position + promises.target + pauses.running)',
                    'promises', 'promises'
                ) }}
            else {{ by_day('coalesce(pauses.released_at, promises.started_at)', 'promises') }}
        end as due_at
    from {{ ref('int_sla__promises') }} as promises
    left join {{ ref('int_sla__pauses') }} as pauses
        using (order_no, stage, instance, known_from)
),

targets as materialized (
    select
        due.*,
        case
            when due.target_kind = 'duration' then due.target
            else
                {{ position_of(
                    'coalesce(due.due_at, due.due_before[cardinality(due.due_before)])',
                    'due', 'due'
                ) }}
                - due.start_position - due.held_running
        end as running_target
    from due
)

select
    targets.*,
    case
        when targets.due_at is not null
            then targets.start_position + targets.running_target + targets.held_running
    end as due_position,
    -- The deadline before each pause that counts, and after the last.
    case
        when targets.due_before is not null then targets.due_before || targets.due_at
    end as due_history,
    case
        when targets.started_at is null then null
        when targets.elapsed_positions is null and targets.target_kind = 'duration'
            then targets.unpaused_risk_levels
        when targets.elapsed_positions is null then {{ risk_levels('targets') }}
        else (
            select
                array_agg(
                    case
                        when not coalesce(stops.is_open, false)
                            then
                                {{ reached_at(
                                    'level.level', 'targets', 'coalesce(stops.running, 0)'
                                ) }}
                    end
                    order by level.level
                )
            from unnest(targets.at_risk_levels) as level (level)
            cross join lateral (
                select
                    sum(stop.running)::bigint as running,
                    bool_or(stop.is_open) as is_open
                from
                    unnest(targets.elapsed_positions, targets.runnings, targets.opens)
                        as stop (elapsed_position, running, is_open)
                where
                    stop.elapsed_position
                    < targets.start_position + ceil(targets.running_target * level.level)
            ) as stops
        )
    end as risk_levels
from targets
