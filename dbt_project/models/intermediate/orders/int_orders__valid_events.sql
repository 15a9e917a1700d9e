-- Events with the range of recorded time over which they count: from the record on, until a
-- correction voids them (C9, C10), and again while that correction is itself declared false.
with events as not materialized (
    select * from {{ ref('int_orders__events') }}
    where event_type <> 'event_voided'
),

voided as not materialized (
    select * from {{ ref('int_orders__voided') }}
)

select
    events.*,
    events.known_at as known_from,
    'infinity'::timestamptz as known_until
from events
where
    not exists (
        select from voided
        where
            voided.order_no = events.order_no
            and voided.source = events.source
            and voided.source_event_id = events.source_event_id
    )
union all
select
    events.*,
    lower(span.known) as known_from,
    coalesce(upper(span.known), 'infinity') as known_until
from events
inner join voided
    on
        voided.order_no = events.order_no
        and voided.source = events.source
        and voided.source_event_id = events.source_event_id
cross join
    lateral unnest(
        tstzmultirange(tstzrange(events.known_at, null)) - voided.void
    ) as span (known)
