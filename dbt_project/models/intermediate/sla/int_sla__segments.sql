{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=10,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
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
        {{ slot("'released'", 'policies') }} as released_slot,
        {{ slot("'shipped'", 'policies') }} as shipped_slot,
        bool_or(policies.stage = 'pick') over of_version as has_pick,
        bool_or(policies.stage = 'pack') over of_version as has_pack,
        bool_or(policies.stage = 'ship') over of_version as has_ship,
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
    select
        order_no,
        instance,
        trust_no,
        {{ observed_slots() }} as observed,
        {{ implied_slots() }} as implied
    from (
        select distinct on (order_no, instance, trust_no) *
        from {{ ref('int_orders__milestones') }}
        order by order_no asc, instance asc, trust_no asc, known_from desc
    ) as latest
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
        clocks.due_position,
        clocks.held,
        clocks.calendar_version,
        clocks.policy_no,
        least(clocks.completed_at, clocks.cancelled_at) as ended_at,
        case
            when milestones.observed[policies.released_slot] is not null
                then milestones.observed[policies.released_slot]
            when policies.awaits_release
                then coalesce(milestones.implied[policies.released_slot], 'infinity')
            else '-infinity'
        end as released_at,
        coalesce(milestones.observed[5], milestones.implied[5], 'infinity') as picked_at,
        coalesce(milestones.observed[6], milestones.implied[6], 'infinity') as packed_at,
        coalesce(
            milestones.observed[policies.shipped_slot],
            milestones.implied[policies.shipped_slot], 'infinity'
        ) as shipped_at
    from clocks
    inner join policies
        on
            policies.policy_no = clocks.policy_no
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

-- The instants at which a segment begins: the start, and what ends a stage or edges a hold within.
edged as materialized (
    select
        reached.*,
        held_orders.edges is not null as has_holds,
        case
            when
                held_orders.edges is null
                and not (released_at > started_at and released_at < coalesce(ended_at, 'infinity'))
                and not (picked_at > started_at and picked_at < coalesce(ended_at, 'infinity'))
                and not (packed_at > started_at and packed_at < coalesce(ended_at, 'infinity'))
                and not (shipped_at > started_at and shipped_at < coalesce(ended_at, 'infinity'))
                then array[started_at]
            else array(
                select distinct edge.at
                from
                    unnest(
                        array[started_at, released_at, picked_at, packed_at, shipped_at]
                        || coalesce(held_orders.edges, '{}')
                    ) as edge (at)
                where
                    edge.at >= started_at
                    and (edge.at = started_at or edge.at < coalesce(ended_at, 'infinity'))
                order by edge.at
            )
        end as edges
    from reached
    left join held_orders using (order_no)
    where ended_at is null or ended_at > started_at
),

cuts as (
    select
        cut.*,
        cut.edges[cut.ordinal] as starts_at,
        cut.ordinal = cardinality(cut.edges) as is_last,
        case
            when cut.ordinal = cardinality(cut.edges) then cut.ended_at
            else cut.edges[cut.ordinal + 1]
        end as ends_at,
        coalesce(cut.held @> cut.edges[cut.ordinal], false) as is_paused
    from (
        select
            *,
            generate_subscripts(edges, 1) as ordinal
        from edged
    ) as cut
),

-- Of several holds that stand, the one placed first decides whose the time is.
standing as (
    select distinct on (cuts.order_no, cuts.stage, cuts.instance, cuts.starts_at)
        cuts.order_no,
        cuts.stage,
        cuts.instance,
        cuts.starts_at,
        holds.reason,
        policies.hold_parties ->> holds.reason as party
    from cuts
    inner join holds
        on
            holds.order_no = cuts.order_no
            and holds.placed_at <= cuts.starts_at
            and coalesce(holds.released_at, 'infinity') > cuts.starts_at
    inner join policies
        on
            policies.policy_no = cuts.policy_no
            and policies.hold_parties ? holds.reason
    where cuts.has_holds
    order by
        cuts.order_no, cuts.stage, cuts.instance, cuts.starts_at, holds.placed_at, holds.hold_id,
        holds.reason
),

staged as (
    select
        cuts.*,
        standing.reason as hold_reason,
        standing.party as hold_party,
        case
            when cuts.stage = 'receive' then 'receive'
            when cuts.released_at > cuts.starts_at then 'release'
            when cuts.picked_at > cuts.starts_at then 'pick'
            when cuts.packed_at > cuts.starts_at then 'pack'
            when cuts.shipped_at > cuts.starts_at then 'ship'
            when cuts.stage in ('pick', 'pack', 'ship') then cuts.stage
            when cuts.stage = 'missing_scan' then 'pack'
            else 'deliver'
        end as open_stage
    from cuts
    left join standing using (order_no, stage, instance, starts_at)
),

-- Running time before each beginning: that of the clock's start is known, and a segment ends where
-- the next begins.
begun as materialized (
    select
        staged.*,
        case
            when staged.starts_at = staged.started_at then starts.start_position
            else {{ position_of('staged.starts_at', 'staged', 'starts') }}
        end as start_position,
        case
            when staged.is_last and staged.ends_at is not null
                then {{ position_of('staged.ends_at', 'staged', 'starts') }}
        end as last_position
    from staged
    inner join {{ ref('int_sla__starts') }} as starts
        on
            starts.policy_no = staged.policy_no
            and starts.started_at = staged.started_at
),

-- Where the next begins, and the last that runs before the deadline.
positioned as (
    select
        *,
        coalesce(last_position, lead(start_position) over clock) as end_position,
        max(starts_at) filter (where not is_paused and start_position < due_position) over clock
            as charged_from
    from begun
    window clock as (
        partition by order_no, stage, instance
        order by starts_at
        rows between unbounded preceding and unbounded following
    )
)

select
    positioned.order_no,
    positioned.tenant_id,
    positioned.order_id,
    positioned.stage,
    positioned.instance,
    positioned.starts_at,
    positioned.ends_at,
    positioned.open_stage,
    positioned.hold_reason,
    case
        when positioned.hold_reason is not null then positioned.hold_party
        when positioned.open_stage = 'release' then 'merchant'
        when positioned.open_stage = positioned.stage then policies.owner
        else {{ owner_of('positioned.open_stage', 'policies') }}
    end as party,
    positioned.is_paused,
    case
        when positioned.is_paused then 0
        else (positioned.end_position - positioned.start_position) / 1000000.0
    end::numeric(38, 12) as running_seconds,
    coalesce(positioned.starts_at = positioned.charged_from, false) as is_charged
from positioned
inner join policies
    on
        policies.policy_no = positioned.policy_no
