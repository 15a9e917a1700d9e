-- Units and shipments of each clock (C12), by the trusted source that came furthest: how many were
-- asked for at the deadline and how many of them were done by then. Units cancelled by the deadline
-- are not asked for; units cancelled later were late.
with clocks as not materialized (
    select
        verdicts.order_no,
        verdicts.stage,
        verdicts.instance,
        verdicts.end_milestone as milestone,
        coalesce(verdicts.due_at, 'infinity') as due_at,
        policies.trusts
    from {{ ref('int_sla__verdicts') }} as verdicts
    inner join {{ source('reference', 'sla_policies') }} as policies
        on policies.policy_no = verdicts.policy_no
    where verdicts.known_until is null and verdicts.started_at is not null
),

work as not materialized (
    select * from {{ ref('int_orders__work') }}
    where known_until = 'infinity'
),

asked as (
    select
        clocks.order_no,
        clocks.stage,
        clocks.instance,
        work.line,
        work.epoch,
        max(work.epoch) over (
            partition by clocks.order_no, clocks.stage, clocks.instance
        ) as last_epoch,
        sum(work.quantity) as quantity
    from clocks
    inner join work
        on
            work.order_no = clocks.order_no
            and work.instance = clocks.instance
            and work.milestone = 'asked'
            and work.occurred_at <= clocks.due_at
    group by
        clocks.order_no, clocks.stage, clocks.instance, work.line, work.epoch
),

units as (
    select
        order_no,
        stage,
        instance,
        sum(greatest(quantity, 0)) as units
    from asked
    where epoch = last_epoch
    group by order_no, stage, instance
),

done as (
    select
        clocks.order_no,
        clocks.stage,
        clocks.instance,
        work.source,
        array_position(clocks.trusts, work.source) as trust,
        sum(work.quantity) filter (where work.occurred_at <= clocks.due_at) as units,
        coalesce(
            bool_or(
                work.line is null and work.quantity is null and work.occurred_at <= clocks.due_at
            ),
            false
        ) as is_everything,
        count(distinct work.shipment_name) as shipments,
        count(distinct work.shipment_name) filter (where work.occurred_at <= clocks.due_at)
            as shipments_on_time
    from clocks
    inner join work
        on
            work.order_no = clocks.order_no
            and work.instance = clocks.instance
            and work.milestone = clocks.milestone
            and work.kind = 'work'
            and work.source = any(clocks.trusts)
    group by clocks.order_no, clocks.stage, clocks.instance, work.source, clocks.trusts
),

furthest as (
    select distinct on (order_no, stage, instance) *
    from done
    order by
        order_no asc, stage asc, instance asc,
        is_everything desc, units desc nulls last, trust asc
)

select
    clocks.order_no,
    clocks.stage,
    clocks.instance,
    units.units::bigint as units,
    case
        when units.units is null then null
        when furthest.is_everything then units.units
        else least(coalesce(furthest.units, 0), units.units)
    end::bigint as units_on_time,
    nullif(furthest.shipments, 0)::bigint as shipments,
    case when furthest.shipments > 0 then furthest.shipments_on_time end::bigint
        as shipments_on_time
from clocks
left join units using (order_no, stage, instance)
left join furthest using (order_no, stage, instance)
