{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=1,
    hot_indexes=["(order_no) where event_type = 'event_voided'"]
) }}

-- THE SCOPE AT THE BOTTOM: the model that decides which orders a pass sees, and the only one that
-- reads landed events. It holds the events of the current pass and is analysed each time: the
-- planner, blind behind views, otherwise joins a history of itself by nested loops (DECISIONS.md).
-- An event reaches its order by a name of the order, or, where it names only a parcel, by every
-- order in that parcel, or, where it only voids another event, by that event. It concerns the order
-- from the instant at which both the event and the link were known.
with recursive scope as (
    select
        batch.tenant_id,
        batch.order_id,
        batch.order_no,
        identifiers.name,
        identifiers.known_from
    from {{ source('ops', 'batch_orders') }} as batch
    inner join {{ source('orders', 'identifiers') }} as identifiers
        on
            identifiers.tenant_id = batch.tenant_id
            and identifiers.order_id = batch.order_id
),

parcels as (
    select
        scope.tenant_id,
        scope.order_id,
        scope.order_no,
        shipments.shipment_name,
        min(greatest(shipments.known_from, scope.known_from)) as known_from
    from scope
    inner join {{ source('orders', 'shipments') }} as shipments
        on
            shipments.tenant_id = scope.tenant_id
            and shipments.order_name = scope.name
    group by scope.tenant_id, scope.order_id, scope.order_no, shipments.shipment_name
),

events as not materialized (
    select * from {{ ref('stg_wms__events') }}
    union all
    select * from {{ ref('stg_shopify__events') }}
    union all
    select * from {{ ref('stg_carrier__events') }}
    union all
    select * from {{ ref('stg_file__events') }}
),

by_order as (
    select
        scope.order_no,
        scope.order_id,
        greatest(events.recorded_at, scope.known_from) as known_at,
        events.*
    from scope
    inner join events
        on
            events.tenant_id = scope.tenant_id
            and events.order_name = scope.name
),

by_parcel as (
    select
        parcels.order_no,
        parcels.order_id,
        greatest(events.recorded_at, parcels.known_from) as known_at,
        events.*
    from parcels
    inner join events
        on
            events.tenant_id = parcels.tenant_id
            and events.shipment_name = parcels.shipment_name
            and events.order_name is null
),

-- Corrections that name only the event that they correct: few, found by an index of their own.
nameless as (
    select
        events.*,
        named.source_event_id as corrected_id
    from events
    cross join lateral unnest(events.corrects) as named (source_event_id)
    where
        events.event_type = 'event_voided'
        and events.order_name is null
        and events.shipment_name is null
),

-- A correction of a nameless correction concerns what that one corrects.
rooted as (
    select
        tenant_id,
        source,
        source_event_id,
        corrected_id
    from nameless
    union
    select
        rooted.tenant_id,
        rooted.source,
        rooted.source_event_id,
        nameless.corrected_id
    from rooted
    inner join nameless
        on
            nameless.tenant_id = rooted.tenant_id
            and nameless.source = rooted.source
            and nameless.source_event_id = rooted.corrected_id
),

corrected as (
    select
        nameless.*,
        events.order_name as corrected_order,
        events.shipment_name as corrected_parcel
    from nameless
    inner join rooted
        on
            rooted.tenant_id = nameless.tenant_id
            and rooted.source = nameless.source
            and rooted.source_event_id = nameless.source_event_id
    inner join events
        on
            events.tenant_id = rooted.tenant_id
            and events.source = rooted.source
            and events.source_event_id = rooted.corrected_id
),

by_correction as (
    select distinct on (met.order_no, met.source, met.source_event_id) met.*
    from (
        select
            scope.order_no,
            scope.order_id,
            greatest(corrected.recorded_at, scope.known_from) as known_at,
            corrected.*
        from corrected
        inner join scope
            on
                scope.tenant_id = corrected.tenant_id
                and scope.name = corrected.corrected_order
        union all
        select
            parcels.order_no,
            parcels.order_id,
            greatest(corrected.recorded_at, parcels.known_from) as known_at,
            corrected.*
        from corrected
        inner join parcels
            on
                parcels.tenant_id = corrected.tenant_id
                and parcels.shipment_name = corrected.corrected_parcel
        where corrected.corrected_order is null
    ) as met
    order by met.order_no, met.source, met.source_event_id, met.known_at
)

{% set columns %}
order_no, order_id, known_at, tenant_id, source, source_event_id, event_type, order_name,
shipment_name, site, service_level, channel, destination_country, destination_zone, units, lines,
promised_at, ship_by, hold_id, corrects, charge_code, charge_amount, charge_currency, code,
scan_status, reason, party, quantity, flags, attributes, occurred_at, recorded_at, inbox_seq
{% endset %}
select {{ columns }} from by_order
union all
select {{ columns }} from by_parcel
union all
select {{ columns }} from by_correction
