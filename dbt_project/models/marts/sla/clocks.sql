{{ config(
    materialized='hot',
    unique_key=['tenant_id', 'order_id', 'stage', 'instance'],
    scope='orders',
    step=30,
    hot_indexes=['(due_at) where completed_at is null', '(tenant_id, stage, due_at)']
) }}

select
    verdicts.tenant_id,
    verdicts.order_id,
    verdicts.stage,
    verdicts.instance,
    verdicts.known_from,
    verdicts.version,
    verdicts.site,
    verdicts.service_level,
    verdicts.channel,
    verdicts.policy_version,
    verdicts.owner,
    verdicts.started_at,
    verdicts.due_at,
    verdicts.at_risk_at,
    verdicts.completed_at,
    verdicts.inferred,
    verdicts.cancelled_at,
    verdicts.excused,
    verdicts.held
from {{ ref('verdicts') }} as verdicts
inner join {{ source('ops', 'batch_orders') }} as scope
    on
        scope.tenant_id = verdicts.tenant_id
        and scope.order_id = verdicts.order_id
where verdicts.known_until is null
