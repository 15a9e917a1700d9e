-- Promises for which some rate card credits the merchant, as they stand once their month is over:
-- in the billing month that contains the deadline (C17), and what is open past it is broken.
-- Cancelled before the deadline, never started, or without a deadline: out of the count (C12, C15).
select
    verdicts.tenant_id,
    verdicts.order_id,
    verdicts.stage,
    verdicts.instance,
    verdicts.excused,
    verdicts.version,
    verdicts.known_from,
    date_trunc('month', verdicts.due_at at time zone tenants.billing_zone)::date
        as billing_period,
    case when verdicts.completed_at <= verdicts.due_at then 'met' else 'breached' end as state
from {{ ref('int_sla__verdicts') }} as verdicts
inner join {{ source('reference', 'tenants') }} as tenants
    on tenants.tenant_id = verdicts.tenant_id
where
    verdicts.known_until is null
    and verdicts.started_at is not null
    and verdicts.due_at is not null
    and not coalesce(
        verdicts.completed_at is null and verdicts.cancelled_at <= verdicts.due_at, false
    )
    and exists (
        select from {{ source('reference', 'rate_cards') }} as cards
        where
            cards.tenant_id = verdicts.tenant_id
            and cards.credit_stage = verdicts.stage
    )
