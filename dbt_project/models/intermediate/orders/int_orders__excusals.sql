{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=4,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- Approved excusals of promises, as known over ranges of recorded time; a promise is `stage` or
-- `stage#instance`, and without a number the instance in which it was excused is meant.
with events as (
    select * from {{ ref('int_orders__valid_events') }}
    where event_type = 'sla_excused' and attributes ->> 'promise' is not null
)

select
    events.order_no,
    split_part(events.attributes ->> 'promise', '#', 1) as stage,
    coalesce(
        substring(events.attributes ->> 'promise' from '#([0-9]{1,6})$')::integer, spans.instance
    ) as instance,
    events.reason,
    greatest(events.known_from, spans.known_from) as known_from,
    least(events.known_until, spans.known_until) as known_until
from events
inner join {{ ref('int_orders__spans') }} as spans
    on
        spans.order_no = events.order_no
        and spans.starts_at <= events.occurred_at
        and spans.ends_at > events.occurred_at
        and {{ known_together('spans', 'events') }}
