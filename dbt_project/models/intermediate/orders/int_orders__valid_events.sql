-- Events with the range of recorded time over which they count: from the record on, until a
-- correction voids them (C10), and again after that correction is itself declared false.
-- Corrections are few, and found by an index of their own.
with events as not materialized (
    select * from {{ ref('int_orders__events') }}
),

corrections as (
    select
        events.order_no,
        events.source_event_id as correction_id,
        named.source_event_id,
        events.known_at
    from events
    cross join lateral unnest(events.corrects) as named (source_event_id)
    where events.event_type = 'event_voided'
),

voided as (
    select
        corrections.order_no,
        corrections.source_event_id,
        range_agg(tstzrange(corrections.known_at, withdrawn.known_at)) as void
    from corrections
    left join corrections as withdrawn
        on
            withdrawn.order_no = corrections.order_no
            and withdrawn.source_event_id = corrections.correction_id
            and withdrawn.known_at > corrections.known_at
    group by corrections.order_no, corrections.source_event_id
)

select
    events.*,
    events.known_at as known_from,
    'infinity'::timestamptz as known_until
from events
where
    events.event_type <> 'event_voided'
    and not exists (
        select from voided
        where
            voided.order_no = events.order_no
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
        and voided.source_event_id = events.source_event_id
cross join lateral unnest(
    tstzmultirange(tstzrange(events.known_at, null)) - voided.void
) as span (known)
where events.event_type <> 'event_voided'
