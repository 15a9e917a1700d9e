-- One row per order, instant at which news arrived, and event known by then and not voided by
-- then: the history of what we knew. Everything that is judged "as known at" starts here, so that
-- versions are a function of the events alone and not of the batches in which they came.
with events as (
    select * from {{ ref('int_orders__events') }}
    where
        event_type in (
            'order_created', 'order_paid', 'order_released', 'order_edited', 'order_cancelled',
            'hold_placed', 'hold_released', 'pick_completed', 'pack_completed', 'shipped',
            'delivered', 'sla_excused', 'event_voided'
        )
),

instants as (
    select distinct
        tenant_id,
        order_id,
        known_at as known_from
    from events
),

voids as (
    select
        tenant_id,
        order_id,
        unnest(corrects) as source_event_id,
        min(known_at) as voided_from
    from events
    where event_type = 'event_voided'
    group by 1, 2, 3
)

select
    instants.known_from,
    events.*
from instants
inner join events
    on
        events.tenant_id = instants.tenant_id
        and events.order_id = instants.order_id
        and events.known_at <= instants.known_from
left join voids
    on
        voids.tenant_id = events.tenant_id
        and voids.order_id = events.order_id
        and voids.source_event_id = events.source_event_id
        and voids.voided_from <= instants.known_from
where voids.source_event_id is null and events.event_type <> 'event_voided'
