{{ config(materialized='view') }}

with states as (
    select
        states.*,
        coalesce(timeline.seller, '-') as seller,
        date_trunc(
            'month', states.due_at at time zone coalesce(sites.zone, tenants.billing_zone)
        )::date as due_month
    from {{ ref('clock_states') }} as states
    inner join {{ source('reference', 'tenants') }} as tenants
        on tenants.tenant_id = states.tenant_id
    inner join {{ ref('timeline') }} as timeline
        on
            timeline.tenant_id = states.tenant_id
            and timeline.order_id = states.order_id
    left join {{ source('reference', 'sites') }} as sites
        on
            sites.tenant_id = states.tenant_id
            and sites.site = states.site
    where states.state in ('met', 'breached') and states.due_at is not null
)

select
    tenant_id,
    stage,
    coalesce(site, '-') as site,
    seller,
    due_month,
    {{ on_time_counts() }}
from states
group by tenant_id, stage, coalesce(site, '-'), seller, due_month
