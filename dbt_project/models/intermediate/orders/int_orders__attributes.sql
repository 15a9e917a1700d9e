{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=4,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- What the order says of itself, as known over ranges of recorded time: by what its promises are
-- selected (as first said) and what it carries as deadline (as last said). An order that names no
-- site, or none of the tenant's, belongs to the tenant's first.
with events as (
    select * from {{ ref('int_orders__valid_events') }}
),

first_known as (
    select
        order_no,
        min(known_from) as first_known_at
    from events
    group by order_no
),

orders as (
    select * from events
    where event_type in ('order_created', 'receipt_arrived', 'order_edited', 'order_released')
),

-- The first event with a site speaks for orders whose own events name none.
statements as (
    select * from orders
    union all
    select events.* from events
    where
        events.site is not null
        and events.event_type not in (
            'order_created', 'receipt_arrived', 'order_edited', 'order_released'
        )
        and not exists (
            select from orders
            where
                orders.order_no = events.order_no
                and orders.site is not null
                and orders.known_from <= events.known_from
                and orders.known_until = 'infinity'
        )
),

instants as (
    select
        news.order_no,
        news.known_from,
        lead(news.known_from, 1, 'infinity') over (
            partition by news.order_no
            order by news.known_from
        ) as known_until
    from (
        select
            order_no,
            known_from
        from statements
        union
        select
            order_no,
            known_until
        from statements
        where known_until < 'infinity'
        union
        select
            order_no,
            first_known_at
        from first_known
    ) as news
),

said as (
    select
        instants.order_no,
        instants.known_from,
        instants.known_until,
        {{ first_said('site') }} as site,
        {{ first_said('service_level') }} as service_level,
        {{ first_said('channel') }} as channel,
        {{ first_said('destination_country') }} as destination_country,
        {{ first_said('destination_zone') }} as destination_zone,
        {{ first_said("attributes ->> 'seller'") }} as seller,
        {{ last_said('promised_at') }} as promised_at,
        {{ last_said('ship_by') }} as ship_by
    from instants
    left join statements
        on
            statements.order_no = instants.order_no
            and {{ known_at('statements', 'instants.known_from') }}
    group by instants.order_no, instants.known_from, instants.known_until
),

default_sites as (
    select distinct on (tenant_id)
        tenant_id,
        site
    from {{ source('reference', 'sites') }}
    order by tenant_id, ordinal, site
)

select
    said.order_no,
    said.known_from,
    said.known_until,
    batch.tenant_id,
    said.site,
    coalesce(sites.site, default_sites.site) as promise_site,
    said.service_level,
    said.channel,
    said.destination_country,
    zones.zone as destination_zone,
    said.seller,
    said.promised_at,
    said.ship_by,
    first_known.first_known_at
from said
inner join {{ source('ops', 'batch_orders') }} as batch on batch.order_no = said.order_no
inner join first_known on first_known.order_no = said.order_no
left join {{ source('reference', 'sites') }} as sites
    on
        sites.tenant_id = batch.tenant_id
        and sites.site = said.site
left join {{ source('reference', 'zones') }} as zones on zones.zone = said.destination_zone
left join default_sites on default_sites.tenant_id = batch.tenant_id
