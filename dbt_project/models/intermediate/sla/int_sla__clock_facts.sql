{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=7,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- One row per clock and instant at which its facts changed: before any deadline is computed. The
-- policy in force at the start, among those loaded before the clock's first record or restated by
-- approval, is pinned (C11, C18). A clock opens only on a valid start; where later stages only
-- imply it, the promise is unassessable (started_at is null). An end that is missing but implied is
-- inferred (C10). What is done after a cancellation does not complete the clock (C12).
with moments as (
    select
        milestones.order_no,
        milestones.instance,
        milestones.trust_no,
        milestones.known_from,
        milestones.is_news_beside,
        milestones.cancelled_at,
        lag(milestones.cancelled_at) over news as before_cancelled_at,
        reached.observed,
        reached.implied,
        lag(reached.observed) over news as before_observed,
        lag(reached.implied) over news as before_implied,
        attributes.tenant_id,
        attributes.promise_site,
        attributes.service_level,
        attributes.channel,
        attributes.destination_zone,
        attributes.promised_at,
        attributes.ship_by,
        attributes.known_from = milestones.known_from
        and attributes.known_from > attributes.first_known_at as is_told_anew
    from {{ ref('int_orders__milestones') }} as milestones
    inner join {{ ref('int_orders__attributes') }} as attributes
        on
            attributes.order_no = milestones.order_no
            and {{ known_at('attributes', 'milestones.known_from') }}
    cross join
        lateral (
            select
                {{ observed_slots('milestones.') }} as observed,
                {{ implied_slots('milestones.') }} as implied
            limit 1
        ) as reached
    window news as (
        partition by milestones.order_no, milestones.instance, milestones.trust_no
        order by milestones.known_from
    )
),

-- Policies as they came into force, and once more for each approved restatement.
entries as (
    select
        *,
        null::timestamptz as restated_at,
        null::timestamptz as started_from,
        null::timestamptz as started_until
    from {{ source('reference', 'sla_policies') }}
    union all
    select
        policies.*,
        restated.approved_at,
        restated.started_from,
        restated.started_until
    from {{ source('reference', 'sla_policies') }} as policies
    inner join {{ source('reference', 'restatements') }} as restated
        on
            restated.tenant_id = policies.tenant_id
            and restated.policy_version = policies.policy_version
),

-- `standing`: which of several that select an order decides, the highest first.
policies as (
    select
        policies.*,
        lists.trust_no,
        row_number() over (
            partition by policies.tenant_id
            order by
                policies.restated_at is null desc, policies.restated_at asc,
                policies.precedence asc,
                policies.selects_site asc,
                policies.service_level is not null asc,
                policies.channel is not null asc,
                policies.valid_from asc, policies.loaded_at asc, policies.policy_version asc
        ) as standing,
        {{ slot('policies.start_milestone', 'policies') }} as start_slot,
        {{ slot('policies.end_milestone', 'policies') }} as end_slot,
        count(*) over of_stage > 1 as has_rivals,
        bool_or(policies.loaded_at > '-infinity') over of_stage as may_be_late
    from entries as policies
    inner join {{ ref('int_sla__trust_lists') }} as lists
        on
            lists.tenant_id = policies.tenant_id
            and lists.trusts = policies.trusts
    window of_stage as (partition by policies.tenant_id, policies.stage, policies.site)
),

candidates as (
    select
        moments.order_no,
        moments.instance,
        moments.known_from,
        moments.service_level,
        moments.channel,
        moments.destination_zone,
        moments.cancelled_at,
        moments.is_news_beside or policies.has_rivals as is_kept,
        policies.policy_no,
        policies.stage,
        policies.standing,
        policies.restated_at,
        policies.started_from,
        policies.started_until,
        policies.valid_from,
        policies.loaded_at,
        policies.may_be_late,
        case policies.deadline_field
            when 'promised_at' then moments.promised_at
            when 'ship_by' then moments.ship_by
        end as deadline,
        policies.target_kind,
        moments.observed[policies.start_slot] as started_at,
        moments.before_observed[policies.start_slot] as before_started_at,
        moments.implied[policies.start_slot] is not null as is_implied_start,
        moments.before_implied[policies.start_slot] is not null as before_is_implied_start,
        moments.observed[policies.end_slot] as observed_at,
        moments.before_observed[policies.end_slot] as before_observed_at,
        moments.implied[policies.end_slot] as implied_at,
        moments.before_implied[policies.end_slot] as before_implied_at,
        moments.before_cancelled_at
    from moments
    inner join policies
        on
            policies.tenant_id = moments.tenant_id
            and policies.trust_no = moments.trust_no
            and policies.site = moments.promise_site
            and (
                policies.service_level is null or policies.service_level = moments.service_level
            )
            and (policies.channel is null or policies.channel = moments.channel)
),

-- Instants at which nothing changed for the clock are left out here already: they are most. A clock
-- whose start was voided is gone.
changed as (
    select
        *,
        started_at is null and not is_implied_start as is_gone
    from candidates
    where
        (
            started_at is not null or is_implied_start or before_started_at is not null
            or before_is_implied_start
        )
        and (target_kind <> 'carried' or deadline is not null)
        and (
            is_kept
            or started_at is distinct from before_started_at
            or is_implied_start is distinct from before_is_implied_start
            or observed_at is distinct from before_observed_at
            or (observed_at is null and implied_at is distinct from before_implied_at)
            or cancelled_at is distinct from before_cancelled_at
        )
),

-- When each clock was first known: a version loaded later touches nothing (C18).
first_known as (
    select
        order_no,
        stage,
        instance,
        min(known_from) as first_known_at
    from changed
    where may_be_late
    group by order_no, stage, instance
),

in_force as (
    select changed.*
    from changed
    left join first_known using (order_no, stage, instance)
    where
        case
            when changed.restated_at is null
                then
                    (changed.valid_from <= changed.started_at or changed.started_at is null)
                    and (
                        changed.loaded_at = '-infinity'
                        or changed.loaded_at < first_known.first_known_at
                    )
            else
                changed.restated_at <= changed.known_from
                and changed.started_from <= changed.started_at
                and changed.started_until > changed.started_at
        end
),

-- A policy by whose list the clock has no start gives way to one by whose list it has.
pinned as (
    select distinct on (order_no, stage, instance, known_from) *
    from in_force
    order by
        order_no asc, stage asc, instance asc, known_from asc,
        started_at is null asc, is_gone asc, standing desc
),

-- What the order says of itself was voided, or came to be known otherwise: where no policy promises
-- the stage any more, or the deadline is carried no more, the clock is gone.
unpromised as (
    select distinct on (pinned.order_no, pinned.stage, pinned.instance, moments.known_from)
        pinned.*,
        moments.known_from as gone_from
    from moments
    inner join pinned
        on
            pinned.order_no = moments.order_no
            and pinned.instance = moments.instance
            and pinned.known_from < moments.known_from
    where
        moments.is_told_anew
        and not exists (
            select from pinned as still
            where
                still.order_no = pinned.order_no
                and still.stage = pinned.stage
                and still.instance = pinned.instance
                and still.known_from = moments.known_from
        )
    order by
        pinned.order_no asc, pinned.stage asc, pinned.instance asc, moments.known_from asc,
        pinned.known_from desc
),

-- An excusal counts if the policy knows its reason, or names none (C15).
excused as (
    select distinct
        pinned.order_no,
        pinned.stage,
        pinned.instance,
        pinned.known_from
    from {{ ref('int_orders__excusals') }} as excusals
    inner join pinned
        on
            pinned.order_no = excusals.order_no
            and pinned.stage = excusals.stage
            and pinned.instance = excusals.instance
            and {{ known_at('excusals', 'pinned.known_from') }}
    inner join {{ source('reference', 'sla_policies') }} as policies
        on
            policies.policy_no = pinned.policy_no
            and (policies.excusals = '{}' or excusals.reason = any(policies.excusals))
)

select
    pinned.order_no,
    pinned.policy_no,
    pinned.stage,
    pinned.instance,
    pinned.known_from,
    pinned.service_level,
    pinned.channel,
    pinned.destination_zone,
    pinned.deadline,
    pinned.started_at,
    case
        when
            pinned.cancelled_at is null
            or coalesce(pinned.observed_at, pinned.implied_at) < pinned.cancelled_at
            then coalesce(pinned.observed_at, pinned.implied_at)
    end as completed_at,
    pinned.observed_at is null
    and pinned.implied_at is not null
    and (pinned.cancelled_at is null or pinned.implied_at < pinned.cancelled_at) as inferred,
    pinned.cancelled_at,
    pinned.is_gone,
    excused.order_no is not null as excused
from pinned
left join excused using (order_no, stage, instance, known_from)
union all
select
    order_no,
    policy_no,
    stage,
    instance,
    gone_from,
    service_level,
    channel,
    destination_zone,
    deadline,
    started_at,
    null,
    false,
    null,
    true,
    false
from unpromised
