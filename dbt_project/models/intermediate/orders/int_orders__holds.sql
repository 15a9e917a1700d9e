-- Holds as known at each instant: one row per hold with the interval in which it stood. A release
-- names its hold, or releases every hold of the order that stood before it.
with known as (
    select * from {{ ref('int_orders__known_events') }}
    where event_type in ('hold_placed', 'hold_released')
),

placed as (
    select
        tenant_id,
        order_id,
        known_from,
        hold_id,
        min(occurred_at) as placed_at,
        min(reason) as reason
    from known
    where event_type = 'hold_placed'
    group by tenant_id, order_id, known_from, hold_id
)

select
    placed.tenant_id,
    placed.order_id,
    placed.known_from,
    placed.hold_id,
    placed.reason,
    placed.placed_at,
    min(released.occurred_at) as released_at
from placed
left join known as released
    on
        released.tenant_id = placed.tenant_id
        and released.order_id = placed.order_id
        and released.known_from = placed.known_from
        and released.event_type = 'hold_released'
        and (released.hold_id = placed.hold_id or released.hold_id is null)
        and released.occurred_at >= placed.placed_at
group by 1, 2, 3, 4, 5, 6
