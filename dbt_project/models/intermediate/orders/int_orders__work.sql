{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=4,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- What was done, and what was to be done, per milestone and source: the rows from which
-- completions are counted (C10). `work` covers one line's quantity, or everything where it names
-- none (line is null); `need` is what the order asks for, less what was cancelled. Of repeated
-- records of one work, which name the same parcel, the earliest counts. `cancelled` is a milestone
-- like the others: the order is cancelled when its cancellations cover it.
with events as (
    select
        order_no,
        source,
        event_type,
        source_event_id,
        occurred_at,
        known_from,
        known_until,
        shipment_name,
        attributes,
        lines,
        case event_type
            when 'order_created' then 'received'
            when 'order_paid' then 'paid'
            when 'order_released' then 'order_released'
            when 'receipt_arrived' then 'arrived'
            when 'pick_completed' then 'picked'
            when 'pack_completed' then 'packed'
            when 'manifested' then 'manifested'
            when 'shipped' then 'shipped'
            when 'carrier_scan' then 'scanned'
            when 'delivered' then 'delivered'
            when 'receipt_completed' then 'stocked'
            when 'order_cancelled' then 'cancelled'
        end as milestone
    from {{ ref('int_orders__valid_events') }}
    where event_type <> 'carrier_scan' or scan_status <> 'exception'
),

spans as not materialized (
    select * from {{ ref('int_orders__spans') }}
),

-- The first statement of what a parcel holds; a carrier names only the parcel.
contents as (
    select
        stood.order_no,
        stood.shipment_name,
        stood.occurred_at,
        stood.lines,
        lower(stood.known) as known_from,
        upper(stood.known) as known_until
    from (
        select
            order_no,
            shipment_name,
            occurred_at,
            lines,
            unnest(
                {{ standing('events', 'order_no, shipment_name', 'known_from, source_event_id') }}
            ) as known
        from events
        where event_type = 'shipped' and shipment_name is not null
    ) as stood
),

described as (
    select
        order_no,
        shipment_name,
        range_agg({{ known('contents') }}) as known
    from contents
    group by order_no, shipment_name
),

-- Parcels' own events take the lines of their parcel, and the instance in which it left.
parcels as (
    select
        events.order_no,
        events.milestone,
        events.source,
        events.source_event_id,
        events.shipment_name,
        events.occurred_at,
        contents.occurred_at as belongs_at,
        contents.lines,
        greatest(events.known_from, contents.known_from) as known_from,
        least(events.known_until, contents.known_until) as known_until
    from events
    inner join contents
        on
            contents.order_no = events.order_no
            and contents.shipment_name = events.shipment_name
            and {{ known_together('contents', 'events') }}
    where events.milestone in ('scanned', 'delivered') and events.lines = '[]'
    union all
    select
        events.order_no,
        events.milestone,
        events.source,
        events.source_event_id,
        events.shipment_name,
        events.occurred_at,
        events.occurred_at as belongs_at,
        '[]' as lines,
        lower(span.known),
        upper(span.known)
    from events
    left join described
        on
            described.order_no = events.order_no
            and described.shipment_name = events.shipment_name
    cross join
        lateral unnest(
            tstzmultirange({{ known('events') }}) - coalesce(described.known, '{}')
        ) as span (known)
    where events.milestone in ('scanned', 'delivered') and events.lines = '[]'
),

-- What happens to an order as a whole happens once, before any of its spans.
recorded as (
    select * from parcels
    union all
    select
        order_no,
        milestone,
        source,
        source_event_id,
        shipment_name,
        occurred_at,
        occurred_at as belongs_at,
        lines,
        known_from,
        known_until
    from events
    where
        milestone in ('picked', 'packed', 'manifested', 'shipped', 'stocked', 'cancelled')
        or (milestone in ('scanned', 'delivered') and lines <> '[]')
    union all
    select
        order_no,
        milestone,
        source,
        source_event_id,
        null,
        occurred_at,
        '-infinity',
        '[]',
        known_from,
        known_until
    from events
    where milestone in ('received', 'paid', 'order_released', 'arrived')
),

-- Work belongs to the instance and the span in which it happened. A record of exactly what the span
-- asks for covers everything, and need not be taken apart (line is null, quantity its units). A
-- cancellation of lines takes from what is asked for; as a work of its own it only says that
-- cancelling has begun.
met as (
    select
        recorded.order_no,
        recorded.milestone,
        case when recorded.milestone = 'cancelled' then '-' else recorded.source end as source,
        spans.instance,
        spans.epoch,
        recorded.source_event_id,
        recorded.shipment_name,
        recorded.lines,
        case
            when recorded.milestone = 'cancelled' then 0
            when recorded.lines = spans.lines then spans.units
        end as units,
        (recorded.lines <> '[]' and recorded.lines is distinct from spans.lines) is true
            as is_by_line,
        recorded.occurred_at,
        greatest(recorded.known_from, spans.known_from) as known_from,
        least(recorded.known_until, spans.known_until) as known_until
    from recorded
    inner join spans
        on
            spans.order_no = recorded.order_no
            and spans.starts_at <= recorded.belongs_at
            and spans.ends_at > recorded.belongs_at
            and {{ known_together('spans', 'recorded') }}
),

placed as (
    select
        order_no,
        milestone,
        source,
        instance,
        epoch,
        source_event_id,
        shipment_name,
        null as line,
        units as quantity,
        occurred_at,
        known_from,
        known_until
    from met
    where not is_by_line
    union all
    select
        met.order_no,
        met.milestone,
        met.source,
        met.instance,
        met.epoch,
        met.source_event_id,
        met.shipment_name,
        line.line,
        coalesce(met.units, line.quantity),
        met.occurred_at,
        met.known_from,
        met.known_until
    from met
    cross join lateral jsonb_to_recordset(met.lines) as line (line text, quantity bigint)
    where met.is_by_line
),

-- What covers everything and what names a parcel counts once, the earliest; the rest adds up.
done as (
    select
        stood.order_no,
        stood.milestone,
        stood.source,
        stood.instance,
        stood.epoch,
        'work' as kind,
        stood.shipment_name,
        stood.line,
        stood.quantity,
        stood.occurred_at,
        lower(stood.known) as known_from,
        upper(stood.known) as known_until
    from (
        select
            *,
            unnest(
                {{ standing(
                    'placed', 'order_no, milestone, source, instance, shipment_name, line',
                    'occurred_at, source_event_id, known_from'
                ) }}
            ) as known
        from placed
        where shipment_name is not null or line is null
    ) as stood
    union all
    select
        order_no,
        milestone,
        source,
        instance,
        epoch,
        'work',
        shipment_name,
        line,
        quantity,
        occurred_at,
        known_from,
        known_until
    from placed
    where shipment_name is null and line is not null
),

-- Lanes that count quantities, from when they have something to count.
lanes as (
    select
        done.order_no,
        done.milestone,
        done.source,
        min(done.known_from) as known_from
    from done
    inner join (
        select distinct
            order_no,
            milestone,
            source
        from met
        where is_by_line
    ) as counting using (order_no, milestone, source)
    group by done.order_no, done.milestone, done.source
),

-- What a span asks for; a line that an edit left out is asked for no more.
asked as (
    select
        spans.order_no,
        spans.instance,
        spans.epoch,
        spans.starts_at,
        spans.known_from,
        spans.known_until,
        line.line,
        line.quantity
    from spans
    cross join lateral jsonb_to_recordset(spans.lines) as line (line text, quantity bigint)
    union all
    select distinct
        spans.order_no,
        spans.instance,
        spans.epoch,
        spans.starts_at,
        greatest(spans.known_from, other.known_from) as known_from,
        least(spans.known_until, other.known_until) as known_until,
        line.line,
        0::bigint
    from spans
    inner join spans as other
        on
            other.order_no = spans.order_no
            and {{ known_together('spans', 'other') }}
    cross join lateral jsonb_to_recordset(other.lines) as line (line text, quantity bigint)
    where spans.kind in ('edited', 'reopened')
),

-- Units taken away by a cancellation of lines, or moved by an edit that states differences.
taken as (
    select
        changes.order_no,
        changes.line,
        changes.quantity,
        changes.occurred_at,
        spans.instance,
        spans.epoch,
        greatest(changes.known_from, spans.known_from) as known_from,
        least(changes.known_until, spans.known_until) as known_until
    from (
        select
            events.order_no,
            line.line,
            -line.quantity as quantity,
            events.occurred_at,
            events.known_from,
            events.known_until
        from events
        cross join lateral jsonb_to_recordset(events.lines) as line (line text, quantity bigint)
        where events.event_type = 'order_cancelled'
        union all
        select
            events.order_no,
            change.line,
            side.sign * abs(change.delta) as quantity,
            events.occurred_at,
            events.known_from,
            events.known_until
        from events
        cross join (values ('additions', 1), ('removals', -1)) as side (name, sign)
        cross join
            lateral jsonb_to_recordset(
                coalesce(events.attributes -> side.name, '[]')
            ) as change (line text, delta bigint)
        where events.event_type = 'order_edited' and events.lines = '[]'
    ) as changes
    inner join spans
        on
            spans.order_no = changes.order_no
            and spans.starts_at <= changes.occurred_at
            and spans.ends_at > changes.occurred_at
            and {{ known_together('spans', 'changes') }}
),

needs as (
    select
        order_no,
        instance,
        epoch,
        starts_at as occurred_at,
        known_from,
        known_until,
        line,
        quantity
    from asked
    union all
    select
        order_no,
        instance,
        epoch,
        occurred_at,
        known_from,
        known_until,
        line,
        quantity
    from taken
)

select
    done.order_no,
    done.milestone,
    done.source,
    done.instance,
    done.epoch,
    done.kind,
    done.shipment_name,
    done.line,
    done.quantity,
    done.occurred_at,
    done.known_from,
    done.known_until,
    lanes.order_no is not null as is_counted
from done
left join lanes
    on
        lanes.order_no = done.order_no
        and lanes.milestone = done.milestone
        and lanes.source = done.source
union all
select
    order_no,
    'asked' as milestone,
    '-' as source,
    instance,
    epoch,
    'need' as kind,
    null as shipment_name,
    line,
    quantity,
    occurred_at,
    known_from,
    known_until,
    false as is_counted
from needs
union all
select
    lanes.order_no,
    lanes.milestone,
    lanes.source,
    needs.instance,
    needs.epoch,
    'need' as kind,
    null as shipment_name,
    needs.line,
    needs.quantity,
    needs.occurred_at,
    greatest(needs.known_from, lanes.known_from) as known_from,
    needs.known_until,
    true as is_counted
from lanes
inner join needs
    on
        needs.order_no = lanes.order_no
        and needs.known_until > lanes.known_from
