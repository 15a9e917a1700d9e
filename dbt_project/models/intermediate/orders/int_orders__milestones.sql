-- One row per order and instant at which news arrived: the order as known then.
with facts as (
    select
        tenant_id,
        order_id,
        known_from,
        min(occurred_at) filter (where event_type = 'order_created') as received_at,
        min(occurred_at) filter (where event_type = 'order_paid') as paid_at,
        min(occurred_at) filter (where event_type = 'order_released') as order_released_at,
        min(occurred_at) filter (
            where event_type = 'order_cancelled' and units is null
        ) as cancelled_at,
        max(promised_at) filter (where event_type in ('order_created', 'order_edited'))
            as promised_at,
        max(ship_by) filter (where event_type in ('order_created', 'order_edited')) as ship_by,
        min(site) filter (where site is not null) as site,
        min(service_level) filter (where event_type = 'order_created') as service_level,
        min(channel) filter (where event_type = 'order_created') as channel,
        min(destination_country) filter (where event_type = 'order_created')
            as destination_country,
        max(units) filter (where event_type = 'order_created') as units,
        coalesce(
            array_agg(distinct attributes ->> 'promise') filter (
                where event_type = 'sla_excused' and attributes ->> 'promise' is not null
            ),
            '{}'
        ) as excused_stages,
        min(known_at) as first_known_at,
        count(*) as events
    from {{ ref('int_orders__known_events') }}
    group by tenant_id, order_id, known_from
)

select
    facts.*,
    completions.picked_at,
    completions.packed_at,
    completions.shipped_at,
    completions.delivered_at,
    lead(facts.known_from) over (
        partition by facts.tenant_id, facts.order_id
        order by facts.known_from
    ) as known_until
from facts
left join {{ ref('int_orders__completions') }} as completions
    on
        completions.tenant_id = facts.tenant_id
        and completions.order_id = facts.order_id
        and completions.known_from = facts.known_from
