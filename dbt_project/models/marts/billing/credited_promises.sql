{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'order_id', 'stage', 'instance'],
    scope='orders',
    step=70,
    touches_periods=true,
    hot_indexes=['(tenant_id, billing_period)']
) }}

select
    tenant_id,
    order_id,
    stage,
    instance,
    billing_period,
    state,
    excused,
    version,
    known_from
from {{ ref('int_billing__promises') }}
