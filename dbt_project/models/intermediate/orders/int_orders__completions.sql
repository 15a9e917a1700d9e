-- When each stage was complete, as known at each instant (C10): the first event at which one
-- source's quantities cover the units that were not cancelled by then. An event without quantities
-- covers everything; where the order's own quantity is unknown, the first event does. Sources are
-- counted apart, so that two records of one work do not add up, and the earliest decides (C21).
with known as (
    select * from {{ ref('int_orders__known_events') }}
),

ordered as (
    select distinct on (tenant_id, order_id, known_from)
        tenant_id,
        order_id,
        known_from,
        units as ordered_units
    from known
    where event_type in ('order_created', 'order_edited') and units is not null
    order by tenant_id asc, order_id asc, known_from asc, occurred_at desc, source_event_id desc
),

parcels as (
    select
        tenant_id,
        order_id,
        known_from,
        shipment_name,
        max(units) as parcel_units
    from known
    where event_type = 'shipped' and shipment_name is not null
    group by tenant_id, order_id, known_from, shipment_name
),

work as (
    select
        known.tenant_id,
        known.order_id,
        known.known_from,
        known.source,
        known.occurred_at,
        known.source_event_id,
        case known.event_type
            when 'pick_completed' then 'picked'
            when 'pack_completed' then 'packed'
            when 'shipped' then 'shipped'
            when 'delivered' then 'delivered'
        end as milestone,
        coalesce(known.units, parcels.parcel_units, 1000000000) as done,
        0 as cancelled
    from known
    left join parcels
        on
            known.event_type = 'delivered'
            and parcels.tenant_id = known.tenant_id
            and parcels.order_id = known.order_id
            and parcels.known_from = known.known_from
            and parcels.shipment_name = known.shipment_name
    where known.event_type in ('pick_completed', 'pack_completed', 'shipped', 'delivered')
),

line_cancellations as (
    select
        known.tenant_id,
        known.order_id,
        known.known_from,
        lanes.source,
        known.occurred_at,
        known.source_event_id,
        lanes.milestone,
        0 as done,
        known.units as cancelled
    from known
    inner join (
        select distinct
            tenant_id,
            order_id,
            known_from,
            source,
            milestone
        from work
    ) as lanes
        on
            lanes.tenant_id = known.tenant_id
            and lanes.order_id = known.order_id
            and lanes.known_from = known.known_from
    where known.event_type = 'order_cancelled' and known.units is not null
),

progress as (
    select
        stream.tenant_id,
        stream.order_id,
        stream.known_from,
        stream.milestone,
        stream.occurred_at,
        sum(stream.done) over so_far as done,
        sum(stream.cancelled) over so_far as cancelled
    from (
        select * from work
        union all
        select * from line_cancellations
    ) as stream
    window so_far as (
        partition by
            stream.tenant_id, stream.order_id, stream.known_from, stream.milestone, stream.source
        order by stream.occurred_at, stream.source_event_id
    )
)

select
    progress.tenant_id,
    progress.order_id,
    progress.known_from,
    min(progress.occurred_at) filter (where progress.milestone = 'picked') as picked_at,
    min(progress.occurred_at) filter (where progress.milestone = 'packed') as packed_at,
    min(progress.occurred_at) filter (where progress.milestone = 'shipped') as shipped_at,
    min(progress.occurred_at) filter (where progress.milestone = 'delivered') as delivered_at
from progress
left join ordered
    on
        ordered.tenant_id = progress.tenant_id
        and ordered.order_id = progress.order_id
        and ordered.known_from = progress.known_from
where
    progress.done > 0
    and progress.done >= coalesce(ordered.ordered_units, 0) - progress.cancelled
group by progress.tenant_id, progress.order_id, progress.known_from
