{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=6,
    planner={'enable_nestloop': 'off'}
) }}

-- Clock facts with their united pausing holds, clipped to the clock's start (C7, C8). Holds that
-- were placed after the completion concern nothing.
with facts as (
    select * from {{ ref('int_sla__clock_facts') }}
),

policies as (
    select * from {{ source('reference', 'sla_policies') }}
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
    inner join policies
        on
            policies.tenant_id = facts.tenant_id
            and policies.policy_version = facts.policy_version
            and policies.stage = facts.stage
            and policies.site = facts.promise_site
            and holds.reason = any(policies.pause_reasons)
    where facts.started_at is not null
    group by facts.order_no, facts.stage, facts.instance, facts.known_from
),

compared as (
    select
        facts.*,
        held.held,
        row(
            facts.started_at, facts.policy_version, facts.promise_site, facts.deadline,
            facts.destination_zone, held.held
        ) is distinct from lag(row(
            facts.started_at, facts.policy_version, facts.promise_site, facts.deadline,
            facts.destination_zone, held.held
        )) over clock as is_new_deadline
    from facts
    left join held using (order_no, stage, instance, known_from)
    window clock as (
        partition by facts.order_no, facts.stage, facts.instance
        order by facts.known_from
    )
)

select
    compared.*,
    count(*) filter (where is_new_deadline) over (
        partition by order_no, stage, instance
        order by known_from
    ) as deadline_no
from compared
