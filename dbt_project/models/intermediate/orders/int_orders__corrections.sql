{{ config(materialized='hot', unique_key=[], scope='scratch', step=1) }}

-- Corrections that name neither order nor parcel: they concern the orders of what they correct,
-- also through other corrections, from the instant at which the link was known. Found from the
-- events of the pass, so that their number in history costs nothing.
with recursive links as (
    select
        events.order_no,
        events.tenant_id,
        events.source,
        corrections.correction_id,
        case when events.known_at > events.recorded_at then events.known_at end as link_known_at
    from {{ ref('int_orders__events') }} as events
    inner join {{ source('orders', 'corrections') }} as corrections
        on
            corrections.tenant_id = events.tenant_id
            and corrections.source = events.source
            and corrections.corrected_id = events.source_event_id
    union
    select
        links.order_no,
        links.tenant_id,
        links.source,
        corrections.correction_id,
        links.link_known_at
    from links
    inner join {{ source('orders', 'corrections') }} as corrections
        on
            corrections.tenant_id = links.tenant_id
            and corrections.source = links.source
            and corrections.corrected_id = links.correction_id
),

landed as not materialized (
    {{ landed_events() }}
)

select
    links.order_no,
    links.source,
    landed.source_event_id,
    landed.corrects,
    min(greatest(landed.recorded_at, links.link_known_at)) as known_at
from links
inner join landed
    on
        landed.tenant_id = links.tenant_id
        and landed.source = links.source
        and landed.source_event_id = links.correction_id
where
    landed.event_type = 'event_voided'
    and landed.order_name is null
    and landed.shipment_name is null
group by links.order_no, links.source, landed.source_event_id, landed.corrects
