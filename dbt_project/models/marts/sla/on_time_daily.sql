{{ config(materialized='view') }}

with states as (
    select
        states.*,
        (states.due_at at time zone coalesce(sites.zone, tenants.billing_zone))::date as due_date
    from {{ ref('clock_states') }} as states
    inner join {{ source('reference', 'tenants') }} as tenants
        on tenants.tenant_id = states.tenant_id
    left join {{ source('reference', 'sites') }} as sites
        on
            sites.tenant_id = states.tenant_id
            and sites.site = states.site
)

select
    tenant_id,
    stage,
    coalesce(site, '-') as site,
    due_date,
    {{ on_time_counts() }}
from states
where state in ('met', 'breached') and due_date is not null
group by tenant_id, stage, coalesce(site, '-'), due_date
