{{ config(
    materialized='hot', unique_key=['tenant_id', 'order_id'], scope='orders', step=11,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

select
    tenant_id,
    order_id,
    site,
    service_level,
    channel,
    seller,
    destination_country,
    destination_zone,
    units,
    instances,
    promised_at,
    ship_by,
    received_at,
    paid_at,
    order_released_at,
    picked_at,
    packed_at,
    shipped_at,
    delivered_at,
    arrived_at,
    stocked_at,
    cancelled_at,
    first_known_at,
    last_known_at
from {{ ref('int_orders__timeline') }}
