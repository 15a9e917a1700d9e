{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=3,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- Holds as known over ranges of recorded time: one row per placing, with the interval in which it
-- stood. A release names its hold, or releases every hold of the order that stood before it.
with events as (
    select * from {{ ref('int_orders__valid_events') }}
    where event_type in ('hold_placed', 'hold_released')
),

instants as (
    select
        news.order_no,
        news.known_from,
        lead(news.known_from, 1, 'infinity') over (
            partition by news.order_no
            order by news.known_from
        ) as known_until
    from (
        select
            order_no,
            known_from
        from events
        union
        select
            order_no,
            known_until
        from events
        where known_until < 'infinity'
    ) as news
)

select
    instants.order_no,
    instants.known_from,
    instants.known_until,
    placed.hold_id,
    placed.reason,
    placed.occurred_at as placed_at,
    min(released.occurred_at) as released_at
from instants
inner join events as placed
    on
        placed.order_no = instants.order_no
        and placed.event_type = 'hold_placed'
        and {{ known_at('placed', 'instants.known_from') }}
left join events as released
    on
        released.order_no = placed.order_no
        and released.event_type = 'hold_released'
        and {{ known_at('released', 'instants.known_from') }}
        and (released.hold_id = placed.hold_id or released.hold_id is null)
        and released.occurred_at >= placed.occurred_at
group by
    instants.order_no, instants.known_from, instants.known_until, placed.hold_id, placed.reason,
    placed.occurred_at
