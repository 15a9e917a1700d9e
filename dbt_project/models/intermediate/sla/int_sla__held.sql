-- Clock facts with their united pausing holds, clipped to the clock's start (C7, C8). Holds that
-- were placed after the recorded completion concern nothing.
with facts as not materialized (
    select * from {{ ref('int_sla__clock_facts') }}
),

held as (
    select
        facts.order_no,
        facts.stage,
        facts.instance,
        facts.known_from,
        range_agg(
            tstzrange(greatest(holds.placed_at, facts.started_at), holds.released_at)
        ) as held
    from {{ ref('int_orders__holds') }} as holds
    inner join facts
        on
            facts.order_no = holds.order_no
            and {{ known_at('holds', 'facts.known_from') }}
            and (holds.released_at is null or holds.released_at > facts.started_at)
            and (
                facts.completed_at is null or facts.inferred
                or holds.placed_at < facts.completed_at
            )
    inner join {{ source('reference', 'sla_policies') }} as policies
        on
            policies.policy_no = facts.policy_no
            and holds.reason = any(policies.pause_reasons)
    where facts.started_at is not null
    group by facts.order_no, facts.stage, facts.instance, facts.known_from
)

select
    facts.*,
    held.held
from facts
left join held using (order_no, stage, instance, known_from)
