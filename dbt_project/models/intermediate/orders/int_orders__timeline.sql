-- One row per order: its first instance's milestones as known now, by whichever source was first.
with milestones as (
    select
        completions.order_no,
        max(completions.instance) as instances,
        {{ reached_columns('completions', 'completions.instance = 1') }}
    from {{ ref('int_orders__completions') }} as completions
    where completions.known_until = 'infinity'
    group by completions.order_no
),

sizes as (
    select
        work.order_no,
        sum(work.quantity) as units
    from {{ ref('int_orders__work') }} as work
    where
        work.milestone = 'asked'
        and work.known_until = 'infinity'
        and work.occurred_at = '-infinity'
    group by work.order_no
),

events as (
    select
        order_no,
        max(known_at) as last_known_at
    from (
        select
            order_no,
            known_at
        from {{ ref('int_orders__events') }}
        union all
        select
            order_no,
            known_at
        from {{ ref('int_orders__corrections') }}
    ) as news
    group by order_no
)

select
    attributes.tenant_id,
    batch.order_id,
    attributes.site,
    attributes.service_level,
    attributes.channel,
    attributes.seller,
    attributes.destination_country,
    attributes.destination_zone,
    sizes.units::bigint as units,
    milestones.instances,
    attributes.promised_at,
    attributes.ship_by,
    milestones.received_at,
    milestones.paid_at,
    milestones.order_released_at,
    milestones.picked_at,
    milestones.packed_at,
    milestones.shipped_at,
    milestones.delivered_at,
    milestones.arrived_at,
    milestones.stocked_at,
    milestones.cancelled_at,
    attributes.first_known_at,
    events.last_known_at
from {{ ref('int_orders__attributes') }} as attributes
inner join {{ source('ops', 'batch_orders') }} as batch on batch.order_no = attributes.order_no
inner join events on events.order_no = attributes.order_no
left join milestones on milestones.order_no = attributes.order_no
left join sizes on sizes.order_no = attributes.order_no
where attributes.known_until = 'infinity'
