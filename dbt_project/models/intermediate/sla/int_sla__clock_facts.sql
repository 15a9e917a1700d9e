-- One row per order, stage and instant of news: the facts of the clock as known then, before any
-- deadline is computed, and only where a fact changed. The policy in force at the start, among
-- those loaded before the order's first record, is pinned (C11, C18). A clock opens only on a valid
-- start; an end that is missing but implied by a later stage is inferred (C10).
with milestones as (
    select * from {{ ref('int_orders__milestones') }}
),

released as (
    select
        milestones.*,
        policies.policy_version,
        policies.stage,
        policies.start_milestone,
        policies.end_milestone,
        policies.target_seconds,
        policies.deadline_field,
        policies.calendar_version,
        policies.at_risk_level,
        policies.pause_reasons,
        policies.owner,
        policies.valid_from,
        policies.loaded_at,
        policies.site is not null as names_site,
        policies.service_level is not null as names_service_level,
        policies.channel is not null as names_channel,
        case
            when policies.released_by @> array['order_paid', 'order_released']
                then
                    case
                        when
                            milestones.paid_at is not null
                            and milestones.order_released_at is not null
                            then greatest(milestones.paid_at, milestones.order_released_at)
                    end
            when 'order_released' = any(policies.released_by) then milestones.order_released_at
            else milestones.paid_at
        end as released_at
    from milestones
    inner join {{ source('reference', 'sla_policies') }} as policies
        on
            policies.tenant_id = milestones.tenant_id
            and (policies.site is null or policies.site = milestones.site)
            and (
                policies.service_level is null
                or policies.service_level = milestones.service_level
            )
            and (policies.channel is null or policies.channel = milestones.channel)
            and (
                policies.loaded_at = '-infinity' or policies.loaded_at < milestones.first_known_at
            )
),

started as (
    select
        released.*,
        case released.start_milestone
            when 'received' then released.received_at
            when 'released' then released.released_at
            when 'picked' then released.picked_at
            when 'packed' then released.packed_at
            when 'shipped' then released.shipped_at
        end as started_at,
        case released.end_milestone
            when 'released' then released.released_at
            when 'picked' then released.picked_at
            when 'packed' then released.packed_at
            when 'shipped' then released.shipped_at
            when 'delivered' then released.delivered_at
        end as observed_at,
        case released.end_milestone
            when 'picked'
                then least(released.packed_at, released.shipped_at, released.delivered_at)
            when 'packed' then least(released.shipped_at, released.delivered_at)
            when 'shipped' then released.delivered_at
        end as implied_at,
        case released.deadline_field
            when 'promised_at' then released.promised_at
            when 'ship_by' then released.ship_by
        end as deadline
    from released
),

pinned as (
    select distinct on (tenant_id, order_id, stage, known_from) *
    from started
    where
        started_at is not null
        and valid_from <= started_at
        and (target_seconds is not null or deadline is not null)
    order by
        tenant_id asc, order_id asc, stage asc, known_from asc,
        names_site desc, names_service_level desc, names_channel desc,
        valid_from desc, loaded_at desc, policy_version desc
),

holds as (
    select
        pinned.tenant_id,
        pinned.order_id,
        pinned.stage,
        pinned.known_from,
        range_agg(
            tstzrange(greatest(holds.placed_at, pinned.started_at), holds.released_at)
        ) as held
    from pinned
    inner join {{ ref('int_orders__holds') }} as holds
        on
            holds.tenant_id = pinned.tenant_id
            and holds.order_id = pinned.order_id
            and holds.known_from = pinned.known_from
            and holds.reason = any(pinned.pause_reasons)
            and (holds.released_at is null or holds.released_at > pinned.started_at)
            and (pinned.observed_at is null or holds.placed_at < pinned.observed_at)
    where pinned.target_seconds is not null
    group by pinned.tenant_id, pinned.order_id, pinned.stage, pinned.known_from
),

facts as (
    select
        pinned.tenant_id,
        pinned.order_id,
        pinned.stage,
        1 as instance,
        pinned.known_from,
        pinned.site,
        pinned.service_level,
        pinned.channel,
        pinned.policy_version,
        pinned.calendar_version,
        pinned.target_seconds,
        pinned.deadline,
        pinned.at_risk_level,
        pinned.owner,
        pinned.started_at,
        coalesce(pinned.observed_at, pinned.implied_at) as completed_at,
        pinned.observed_at is null and pinned.implied_at is not null as inferred,
        pinned.cancelled_at,
        pinned.stage = any(pinned.excused_stages) as excused,
        holds.held
    from pinned
    left join holds
        on
            holds.tenant_id = pinned.tenant_id
            and holds.order_id = pinned.order_id
            and holds.stage = pinned.stage
            and holds.known_from = pinned.known_from
),

weighed as (
    select
        facts.*,
        row(
            started_at, completed_at, inferred, cancelled_at, excused, deadline, held,
            policy_version
        ) as weight
    from facts
),

compared as (
    select
        *,
        lag(weight) over (
            partition by tenant_id, order_id, stage, instance
            order by known_from
        ) as weight_before
    from weighed
)

select
    tenant_id,
    order_id,
    stage,
    instance,
    known_from,
    site,
    service_level,
    channel,
    policy_version,
    calendar_version,
    target_seconds,
    deadline,
    at_risk_level,
    owner,
    started_at,
    completed_at,
    inferred,
    cancelled_at,
    excused,
    held
from compared
where weight is distinct from weight_before
