{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=0,
    hot_indexes=["(order_no) where event_type = 'event_voided'"]
) }}

-- THE SCOPE AT THE BOTTOM: the model that decides which orders a pass sees, and, with
-- int_orders__corrections, the only one that reads landed events. It holds the events of the
-- current pass and is analysed each time: the planner, blind behind views, otherwise joins a
-- history of itself by nested loops (DECISIONS.md). An event reaches its order by a name of the
-- order, or, where it names only a parcel, by every order in that parcel. It concerns the order
-- from the instant at which both the event and the link were known.
with scope as (
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
    {{ landed_events() }}
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
