{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=8,
    planner={'enable_nestloop': 'off'}
) }}

-- Who held the order while a clock ran (C16): each running second of a clock belongs to one party,
-- by the open stage and the hold that stands. Segments change with stage, hold or party, not with
-- every window of the calendar. The segment of the last running second before the deadline is
-- charged if the promise breaks.
with clocks as (
    select * from {{ ref('int_sla__verdicts') }}
    where known_until is null and started_at is not null
),

policies as (
    select
        policies.*,
        lists.trust_no,
        array_agg(policies.stage) over of_version as stages,
        bool_or(policies.start_milestone = 'released') over of_version as awaits_release
    from {{ source('reference', 'sla_policies') }} as policies
    inner join {{ ref('int_sla__trust_lists') }} as lists
        on
            lists.tenant_id = policies.tenant_id
            and lists.trusts = policies.trusts
    window of_version as (
        partition by policies.tenant_id, policies.policy_version, policies.site
    )
),

milestones as (
    select distinct on (order_no, instance, trust_no) *
    from {{ ref('int_orders__milestones') }}
    order by order_no asc, instance asc, trust_no asc, known_from desc
),

-- When each stage was over, by its own record or by what implies it; 'infinity' while it is open.
reached as (
    select
        clocks.order_no,
        clocks.tenant_id,
        clocks.order_id,
        clocks.stage,
        clocks.instance,
        clocks.started_at,
        clocks.due_at,
        clocks.held,
        clocks.calendar_version,
        clocks.owner,
        least(clocks.completed_at, clocks.cancelled_at) as ended_at,
        policies.stages,
        policies.owners,
        policies.hold_parties,
        case
            when {{ released('policies', 'milestones.') }} is not null
                then {{ released('policies', 'milestones.') }}
            when policies.awaits_release
                then coalesce({{ implied("'released'", 'milestones.') }}, 'infinity')
            else '-infinity'
        end as released_at,
        coalesce(milestones.picked_at, {{ implied("'picked'", 'milestones.') }}, 'infinity')
            as picked_at,
        coalesce(milestones.packed_at, {{ implied("'packed'", 'milestones.') }}, 'infinity')
            as packed_at,
        coalesce(
            {{ handed_over('policies', 'milestones.') }},
            {{ implied("'shipped'", 'milestones.') }}, 'infinity'
        ) as shipped_at
    from clocks
    inner join policies
        on
            policies.tenant_id = clocks.tenant_id
            and policies.policy_version = clocks.policy_version
            and policies.stage = clocks.stage
            and policies.site = clocks.site
    inner join milestones
        on
            milestones.order_no = clocks.order_no
            and milestones.instance = clocks.instance
            and milestones.trust_no = policies.trust_no
),

holds as (
    select * from {{ ref('int_orders__holds') }}
    where known_until = 'infinity'
),

held_orders as (
    select
        order_no,
        array_agg(placed_at) || array_agg(released_at) as edges
    from holds
    group by order_no
),

cuts as (
    select
        reached.*,
        cut.starts_at,
        lead(cut.starts_at, 1, reached.ended_at) over (
            partition by reached.order_no, reached.stage, reached.instance
            order by cut.starts_at
        ) as ends_at
    from reached
    left join held_orders on held_orders.order_no = reached.order_no
    cross join lateral (
        select reached.started_at as starts_at
        union
        select edge.at
        from unnest(
            array[reached.released_at, reached.picked_at, reached.packed_at, reached.shipped_at]
            || coalesce(held_orders.edges, '{}')
        ) as edge (at)
        where
            edge.at > reached.started_at
            and edge.at < coalesce(reached.ended_at, 'infinity')
    ) as cut
),

staged as (
    select
        cuts.*,
        case
            when cuts.stage = 'receive' then 'receive'
            when cuts.released_at > cuts.starts_at then 'release'
            when cuts.picked_at > cuts.starts_at and 'pick' = any(cuts.stages) then 'pick'
            when cuts.packed_at > cuts.starts_at and 'pack' = any(cuts.stages) then 'pack'
            when cuts.shipped_at > cuts.starts_at and 'ship' = any(cuts.stages) then 'ship'
            when cuts.stage = 'missing_scan' then 'pack'
            when 'deliver' = any(cuts.stages) and cuts.stage <> 'ship' then 'deliver'
            else cuts.stage
        end as open_stage,
        coalesce(cuts.held @> cuts.starts_at, false) as is_paused
    from cuts
),

blamed as (
    select
        staged.*,
        standing.reason as hold_reason,
        case
            when standing.reason is not null then staged.hold_parties ->> standing.reason
            when staged.open_stage = 'release' then 'merchant'
            when staged.open_stage = staged.stage then staged.owner
            else coalesce(staged.owners ->> staged.open_stage, staged.owner)
        end as party
    from staged
    left join lateral (
        select holds.reason
        from holds
        where
            holds.order_no = staged.order_no
            and holds.placed_at <= staged.starts_at
            and coalesce(holds.released_at, 'infinity') > staged.starts_at
            and staged.hold_parties ? holds.reason
        order by holds.placed_at, holds.hold_id
        limit 1
    ) as standing on true
),

-- Neighbours that say the same are one segment.
marked as (
    select
        *,
        (open_stage, coalesce(hold_reason, ''), party, is_paused) is distinct from lag(
            (open_stage, coalesce(hold_reason, ''), party, is_paused)
        ) over clock as is_new
    from blamed
    window clock as (partition by order_no, stage, instance order by starts_at)
),

positioned as (
    select
        marked.*,
        case
            when marked.ends_at is null then null
            when marked.is_paused or marked.ends_at = marked.starts_at then 0
            else
                {{ position_of('marked.ends_at', 'marked.tenant_id', 'marked.calendar_version') }}
                - {{ position_of('marked.starts_at', 'marked.tenant_id', 'marked.calendar_version') }}
        end as running,
        case
            when marked.is_paused or marked.starts_at >= marked.due_at then false
            when marked.ends_at is null or marked.ends_at >= marked.due_at
                then coalesce(
                    {{ position_of('marked.starts_at', 'marked.tenant_id', 'marked.calendar_version') }}
                    < {{ position_of('marked.due_at', 'marked.tenant_id', 'marked.calendar_version') }},
                    false
                )
            else true
        end as may_be_charged,
        count(*) filter (where is_new) over (
            partition by order_no, stage, instance
            order by starts_at
        ) as segment_no
    from marked
),

segments as (
    select
        order_no,
        tenant_id,
        order_id,
        stage,
        instance,
        segment_no,
        min(starts_at) as starts_at,
        case when bool_or(ends_at is null) then null else max(ends_at) end as ends_at,
        min(open_stage) as open_stage,
        min(hold_reason) as hold_reason,
        min(party) as party,
        bool_or(is_paused) as is_paused,
        bool_or(may_be_charged) as may_be_charged,
        case when bool_or(ends_at is null) then null else sum(running) end as running
    from positioned
    group by order_no, tenant_id, order_id, stage, instance, segment_no
)

select
    order_no,
    tenant_id,
    order_id,
    stage,
    instance,
    starts_at,
    ends_at,
    open_stage,
    hold_reason,
    party,
    is_paused,
    (running / 1000000.0)::numeric(38, 12) as running_seconds,
    may_be_charged and starts_at = max(starts_at) filter (where may_be_charged) over (
        partition by order_no, stage, instance
    ) as is_charged
from segments
