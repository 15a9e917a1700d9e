-- What the pauses of a clock do to its deadline: one row per clock and instant of news with pauses
-- that count. A pause counts iff it was placed before the deadline in force: for a duration, before
-- running time reached the target, earlier pauses not running; for a day target, before the
-- deadline that the previous release, or the start, gave (C8). A pause outside working hours moves
-- nothing (C7).
with promises as materialized (
    select * from {{ ref('int_sla__promises') }}
    where held is not null
),

pauses as materialized (
    select
        promises.order_no,
        promises.stage,
        promises.instance,
        promises.known_from,
        pause.ordinal,
        lower(pause.held) as placed_at,
        upper(pause.held) as released_at,
        upper_inf(pause.held) as is_open,
        {{ position_of('lower(pause.held)', 'promises', 'promises') }} as placed_position,
        case
            when not upper_inf(pause.held)
                then {{ position_of('upper(pause.held)', 'promises', 'promises') }}
        end as released_position
    from promises
    cross join lateral unnest(promises.held) with ordinality as pause (held, ordinal)
),

placed as (
    select
        pauses.*,
        coalesce(pauses.released_position - pauses.placed_position, 0) as running,
        coalesce(
            sum(pauses.released_position - pauses.placed_position) over earlier, 0
        )::bigint as held_before,
        max(pauses.released_at) filter (
            where pauses.released_position > pauses.placed_position
        ) over earlier as previous_release
    from pauses
    window
        earlier as (
            partition by pauses.order_no, pauses.stage, pauses.instance, pauses.known_from
            order by pauses.ordinal
            rows between unbounded preceding and 1 preceding
        )
),

dated as materialized (
    select
        placed.*,
        promises.target_kind,
        placed.placed_position - placed.held_before as elapsed_position,
        promises.start_position + promises.target as target_position,
        case
            when promises.target_kind = 'duration'
                then {{ instant_of(
                    '(promises.start_position + promises.target + placed.held_before)',
                    'promises', 'promises'
                ) }}
            else {{ by_day('coalesce(placed.previous_release, promises.started_at)', 'promises') }}
        end as due_before
    from placed
    inner join promises using (order_no, stage, instance, known_from)
),

counted as (
    select
        *,
        bool_and(
            case
                when target_kind = 'duration' then elapsed_position < target_position
                else placed_at < due_before
            end
        ) over (
            partition by order_no, stage, instance, known_from
            order by ordinal
        ) as is_counted
    from dated
)

select
    order_no,
    stage,
    instance,
    known_from,
    bool_or(is_open) as is_paused,
    max(released_at) filter (where running > 0) as released_at,
    array_agg(due_before order by ordinal) as due_history,
    sum(running)::bigint as running,
    array_agg(elapsed_position order by ordinal) as elapsed_positions,
    array_agg(running order by ordinal) as runnings,
    array_agg(is_open order by ordinal) as opens
from counted
where is_counted
group by order_no, stage, instance, known_from
