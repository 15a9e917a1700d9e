-- Events with the range of recorded time over which they count: from the record on, until a
-- correction of the same source voids them (C9, C10), and again while that correction is itself
-- declared false; corrections of corrections are followed four deep.
-- Corrections are few, and found by an index of their own.
with events as not materialized (
    select * from {{ ref('int_orders__events') }}
),

corrections as (
    select
        events.order_no,
        events.source,
        events.source_event_id as correction_id,
        named.source_event_id,
        events.known_at
    from events
    cross join lateral unnest(events.corrects) as named (source_event_id)
    where events.event_type = 'event_voided'
),

counting_0 as (
    select
        *,
        tstzmultirange(tstzrange(known_at, null)) as counts
    from corrections
),
{% for depth in range(1, 5) %}
    counting_{{ depth }} as (
        select
            corrections.order_no,
            corrections.source,
            corrections.correction_id,
            corrections.source_event_id,
            tstzmultirange(tstzrange(min(corrections.known_at), null))
            - coalesce(range_agg(withdrawn.counts), '{}') as counts
        from corrections
        left join counting_{{ depth - 1 }} as withdrawn
            on
                withdrawn.order_no = corrections.order_no
                and withdrawn.source = corrections.source
                and withdrawn.source_event_id = corrections.correction_id
        group by
            corrections.order_no, corrections.source, corrections.correction_id,
            corrections.source_event_id
    ),
{% endfor %}
voided as (
    select
        order_no,
        source,
        source_event_id,
        range_agg(counts) as void
    from counting_4
    group by order_no, source, source_event_id
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
where events.event_type <> 'event_voided'
