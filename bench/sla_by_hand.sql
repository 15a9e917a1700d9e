-- What the models of the orders and of the promises make of tenant `bench`, written by hand: one
-- script over the whole history, plain tables, no scope, no functions. It knows what the data of
-- sla_history.sql is like, as whoever writes for one warehouse does: an order has one name, one
-- instance and at most one hold; only parcels share an order; its first record creates it; the one
-- calendar that closes has durations only, the other never closes.
drop schema if exists by_hand cascade;
create schema by_hand;

-- Orders get a number, which joins and sorts faster than their name.
create unlogged table by_hand.orders as
select
    row_number() over ()::integer as order_no,
    order_name as order_id,
    site,
    units,
    promised_at,
    occurred_at as received_at,
    recorded_at as first_known_at
from landing.order_events
where tenant_id = 'bench' and event_type = 'order_created';
analyze by_hand.orders;

-- The windows of the calendar that closes.
create unlogged table by_hand.windows as
select
    starts_at,
    ends_at,
    cum0,
    cum1
from reference.business_intervals
where
    tenant_id = 'bench'
    and calendar_version = (
        select calendar_version from reference.sla_policies
        where tenant_id = 'bench' and stage = 'pick'
    );
create unique index on by_hand.windows (ends_at);
create unique index on by_hand.windows (cum1);
analyze by_hand.windows;

-- Every event with its order, and with the range of recorded time over which it counts.
create unlogged table by_hand.facts as
with voids as (
    select
        source,
        recorded_at as voided_at,
        unnest(corrects) as source_event_id
    from landing.order_events
    where tenant_id = 'bench' and event_type = 'event_voided'
),

parcels as (
    select distinct on (shipment_name)
        shipment_name,
        (
            select sum(line.quantity)
            from jsonb_to_recordset(lines) as line (quantity integer)
        ) as units
    from landing.order_events
    where tenant_id = 'bench' and event_type = 'shipped'
    order by shipment_name, recorded_at
)

select
    orders.order_no,
    case events.event_type
        when 'order_created' then 'received'
        when 'order_paid' then 'paid'
        when 'pick_completed' then 'picked'
        when 'pack_completed' then 'packed'
        when 'shipped' then 'shipped'
        when 'carrier_scan' then 'scanned'
        when 'delivered' then 'delivered'
        when 'order_cancelled' then 'cancelled'
        when 'hold_placed' then 'held'
        when 'hold_released' then 'freed'
    end as milestone,
    case when events.event_type in ('shipped', 'delivered') then events.shipment_name end as parcel,
    coalesce(parcels.units, orders.units) as units,
    events.reason,
    events.occurred_at,
    greatest(events.recorded_at, shipments.known_from) as known_from,
    coalesce(voids.voided_at, 'infinity') as known_until
from landing.order_events as events
left join orders.shipments as shipments
    on
        shipments.tenant_id = 'bench'
        and shipments.shipment_name = events.shipment_name
        and events.order_name is null
inner join by_hand.orders as orders
    on orders.order_id = coalesce(events.order_name, shipments.order_name)
left join parcels
    on
        parcels.shipment_name = events.shipment_name
        and events.event_type in ('shipped', 'delivered')
left join voids
    on
        voids.source = events.source
        and voids.source_event_id = events.source_event_id
where events.tenant_id = 'bench' and events.event_type <> 'event_voided';
analyze by_hand.facts;

create unlogged table by_hand.holds as
select
    placed.order_no,
    placed.reason,
    placed.occurred_at as placed_at,
    placed.known_from,
    freed.occurred_at as released_at,
    freed.known_from as release_known_from
from by_hand.facts as placed
inner join by_hand.facts as freed
    on freed.order_no = placed.order_no and freed.milestone = 'freed'
where placed.milestone = 'held';
analyze by_hand.holds;

-- Orders whose milestones are not simply the earliest records: something was voided, or they left
-- in several parcels.
create unlogged table by_hand.special as
select distinct order_no from by_hand.facts where known_until < 'infinity'
union
select order_no from by_hand.facts where milestone = 'shipped' group by order_no
having count(distinct parcel) > 1;
analyze by_hand.special;

-- The order as known at each instant of news.
create unlogged table by_hand.known as
with plain as (
    select distinct on (order_no, known_from)
        order_no,
        known_from,
        min(occurred_at) filter (where milestone = 'received') over news as received_at,
        min(occurred_at) filter (where milestone = 'paid') over news as paid_at,
        min(occurred_at) filter (where milestone = 'picked') over news as picked_at,
        min(occurred_at) filter (where milestone = 'packed') over news as packed_at,
        min(occurred_at) filter (where milestone = 'shipped') over news as shipped_at,
        min(occurred_at) filter (where milestone = 'scanned') over news as scanned_at,
        min(occurred_at) filter (where milestone = 'delivered') over news as delivered_at,
        min(occurred_at) filter (where milestone = 'cancelled') over news as cancelled_at
    from by_hand.facts
    where
        milestone is not null
        and not exists (
            select from by_hand.special where special.order_no = facts.order_no
        )
    window news as (partition by order_no order by known_from)
    order by order_no, known_from
),

instants as (
    select
        order_no,
        known_from
    from by_hand.facts inner join by_hand.special using (order_no)
    where milestone is not null
    union
    select
        order_no,
        known_until
    from by_hand.facts
    where known_until < 'infinity'
),

parcels as (
    select
        instants.order_no,
        instants.known_from,
        facts.milestone,
        facts.parcel,
        max(facts.units) as units,
        min(facts.occurred_at) as occurred_at
    from instants
    inner join by_hand.facts
        on
            facts.order_no = instants.order_no
            and facts.known_from <= instants.known_from
            and facts.known_until > instants.known_from
    group by instants.order_no, instants.known_from, facts.milestone, facts.parcel
),

covered as (
    select
        parcels.order_no,
        parcels.known_from,
        parcels.milestone,
        max(parcels.occurred_at) as reached_at
    from parcels
    inner join by_hand.orders using (order_no)
    group by parcels.order_no, parcels.known_from, parcels.milestone, orders.units
    having sum(parcels.units) >= orders.units
),

reached as (
    select * from plain
    union all
    select
        order_no,
        known_from,
        min(reached_at) filter (where milestone = 'received'),
        min(reached_at) filter (where milestone = 'paid'),
        min(reached_at) filter (where milestone = 'picked'),
        min(reached_at) filter (where milestone = 'packed'),
        min(reached_at) filter (where milestone = 'shipped'),
        min(reached_at) filter (where milestone = 'scanned'),
        min(reached_at) filter (where milestone = 'delivered'),
        min(reached_at) filter (where milestone = 'cancelled')
    from covered
    group by order_no, known_from
)

-- `*_by`: when the milestone must have been reached, by what followed it.
select
    *,
    least(picked_at, packed_at, shipped_at, scanned_at, delivered_at) as paid_by,
    least(packed_at, shipped_at, scanned_at, delivered_at) as picked_by,
    least(shipped_at, scanned_at, delivered_at) as packed_by,
    least(scanned_at, delivered_at) as shipped_by
from reached;
analyze by_hand.known;

-- Clocks at the instants at which their facts changed, and all instants of orders with a hold.
create unlogged table by_hand.changes as
with compared as (
    select
        known.*,
        lag(known) over (partition by known.order_no order by known.known_from) as before
    from by_hand.known
),

clocks as (
    select
        compared.order_no,
        clock.*,
        compared.known_from,
        compared.cancelled_at
    from compared
    left join by_hand.holds using (order_no)
    cross join lateral (
        values
        (
            'pick', paid_at, paid_by, picked_at, picked_by,
            (before).paid_at, (before).paid_by, (before).picked_at, (before).picked_by
        ),
        (
            'pack', picked_at, picked_by, packed_at, packed_by,
            (before).picked_at, (before).picked_by, (before).packed_at, (before).packed_by
        ),
        (
            'ship', packed_at, packed_by, shipped_at, shipped_by,
            (before).packed_at, (before).packed_by, (before).shipped_at, (before).shipped_by
        ),
        (
            'deliver', received_at, null, delivered_at, null,
            (before).received_at, null, (before).delivered_at, null
        )
    ) as clock (
        stage, started_at, started_by, ended_at, ended_by,
        was_started_at, was_started_by, was_ended_at, was_ended_by
    )
    where
        coalesce(started_at, started_by, was_started_at, was_started_by) is not null
        and (
            holds.order_no is not null
            or started_at is distinct from was_started_at
            or (started_at is null and (started_by is null) <> (was_started_by is null))
            or ended_at is distinct from was_ended_at
            or (ended_at is null and ended_by is distinct from was_ended_by)
            or cancelled_at is distinct from (before).cancelled_at
        )
),

judged as (
    select
        order_no,
        stage,
        known_from,
        started_at,
        started_at is null and started_by is null as is_gone,
        case
            when cancelled_at is null or coalesce(ended_at, ended_by) < cancelled_at
                then coalesce(ended_at, ended_by)
        end as completed_at,
        ended_at is null and ended_by is not null
        and (cancelled_at is null or ended_by < cancelled_at) as inferred,
        cancelled_at
    from clocks
)

select
    judged.*,
    case
        when
            holds.released_at > judged.started_at
            or holds.release_known_from > judged.known_from
            then
                tstzmultirange(
                    tstzrange(
                        greatest(holds.placed_at, judged.started_at),
                        case
                            when holds.release_known_from <= judged.known_from
                                then holds.released_at
                        end
                    )
                )
    end as held
from judged
left join by_hand.holds
    on
        holds.order_no = judged.order_no
        and holds.reason = 'incorrect_address'
        and holds.known_from <= judged.known_from
        and judged.started_at is not null
        and (
            judged.completed_at is null or judged.inferred
            or holds.placed_at < judged.completed_at
        );
analyze by_hand.changes;

-- Deadlines by running time, once a start.
create unlogged table by_hand.starts as
with starts as (
    select distinct
        stage,
        started_at
    from by_hand.changes
    where stage <> 'deliver' and started_at is not null
),

positioned as materialized (
    select
        starts.*,
        policies.target_seconds * 1000000 as target,
        near.starts_at as window_start,
        near.cum0,
        near.cum1,
        near.cum0
        + greatest(0, (extract(epoch from starts.started_at - near.starts_at) * 1000000)::bigint)
            as position
    from starts
    inner join reference.sla_policies as policies
        on policies.tenant_id = 'bench' and policies.stage = starts.stage
    cross join lateral (
        select * from by_hand.windows
        where windows.ends_at > starts.started_at
        order by windows.ends_at limit 1
    ) as near
)

select
    stage,
    started_at,
    target,
    position,
    case
        when position + target <= cum1
            then window_start + (position + target - cum0) * interval '1 microsecond'
        else (
            select windows.starts_at + (position + target - windows.cum0) * interval '1 microsecond'
            from by_hand.windows
            where windows.cum1 >= position + target
            order by windows.cum1 limit 1
        )
    end as due_at,
    case
        when position + target * 8 / 10 <= cum1
            then window_start + (position + target * 8 / 10 - cum0) * interval '1 microsecond'
        else (
            select
                windows.starts_at
                + (position + target * 8 / 10 - windows.cum0) * interval '1 microsecond'
            from by_hand.windows
            where windows.cum1 >= position + target * 8 / 10
            order by windows.cum1 limit 1
        )
    end as at_risk_at
from positioned;
analyze by_hand.starts;

-- Paused clocks: only running time of the calendar counts, and only of a hold placed in time.
create unlogged table by_hand.paused as
with pauses as (
    select
        changes.order_no,
        changes.stage,
        changes.known_from,
        changes.started_at,
        lower(changes.held) as placed_at,
        upper(changes.held) as released_at,
        orders.promised_at,
        starts.target,
        starts.position,
        starts.due_at
    from by_hand.changes
    inner join by_hand.orders using (order_no)
    left join by_hand.starts using (stage, started_at)
    where changes.held is not null
),

running as (
    select
        pauses.*,
        placed.position as placed_position,
        released.position - placed.position as running
    from pauses
    cross join lateral (
        select
            windows.cum0 + greatest(
                0, (extract(epoch from pauses.placed_at - windows.starts_at) * 1000000)::bigint
            ) as position
        from by_hand.windows
        where windows.ends_at > pauses.placed_at
        order by windows.ends_at limit 1
    ) as placed
    left join lateral (
        select
            windows.cum0 + greatest(
                0, (extract(epoch from pauses.released_at - windows.starts_at) * 1000000)::bigint
            ) as position
        from by_hand.windows
        where windows.ends_at > pauses.released_at
        order by windows.ends_at limit 1
    ) as released on true
    where pauses.stage <> 'deliver'
),

durations as (
    select
        running.order_no,
        running.stage,
        running.known_from,
        running.due_at as due_before,
        due.at as due_at,
        risk.at as at_risk_at
    from running
    left join lateral (
        select
            windows.starts_at
            + (running.position + running.target + running.running - windows.cum0)
            * interval '1 microsecond' as at
        from by_hand.windows
        where windows.cum1 >= running.position + running.target + running.running
        order by windows.cum1 limit 1
    ) as due on true
    cross join lateral (
        select
            running.position + running.target * 8 / 10 + case
                when running.placed_position < running.position + running.target * 8 / 10
                    then running.running
                else 0
            end as position
    ) as eighty
    left join lateral (
        select
            windows.starts_at
            + (eighty.position - windows.cum0) * interval '1 microsecond' as at
        from by_hand.windows
        where windows.cum1 >= eighty.position
        order by windows.cum1 limit 1
    ) as risk on true
    where running.placed_position < running.position + running.target
),

carried as (
    select
        *,
        extract(epoch from released_at - placed_at) as held_seconds,
        0.8 * (
            extract(epoch from promised_at - started_at)
            - coalesce(extract(epoch from released_at - placed_at), 0)
        ) as risk_seconds
    from pauses
    where stage = 'deliver' and placed_at < promised_at
)

select * from durations
union all
select
    order_no,
    stage,
    known_from,
    promised_at,
    case when released_at is not null then promised_at end,
    started_at + (
        ceil(risk_seconds * 1000000) + case
            when extract(epoch from placed_at - started_at) < risk_seconds
                then held_seconds * 1000000
            else 0
        end
    )::bigint * interval '1 microsecond'
from carried;
analyze by_hand.paused;

-- Versions: where what is judged, or what is said beside it, changed.
create unlogged table by_hand.versions as
with dated as (
    select
        changes.*,
        case
            when paused.order_no is not null then paused.due_at
            when changes.started_at is null then null
            when changes.stage = 'deliver' then orders.promised_at
            else starts.due_at
        end as due_at,
        case
            when paused.order_no is not null then array[paused.due_before, paused.due_at]
        end as due_history,
        case
            when paused.order_no is not null then paused.at_risk_at
            when changes.started_at is null then null
            when changes.stage = 'deliver'
                then
                    changes.started_at
                    + ceil(
                        extract(epoch from orders.promised_at - changes.started_at) * 800000
                    )::bigint * interval '1 microsecond'
            else starts.at_risk_at
        end as at_risk_at
    from by_hand.changes
    inner join by_hand.orders using (order_no)
    left join by_hand.starts using (stage, started_at)
    left join by_hand.paused using (order_no, stage, known_from)
),

compared as (
    select
        *,
        row(started_at, due_at, completed_at, inferred, cancelled_at, is_gone) is distinct from lag(
            row(started_at, due_at, completed_at, inferred, cancelled_at, is_gone)
        ) over clock as is_step,
        row(held, due_history) is distinct from lag(row(held, due_history)) over clock
            as is_news_beside
    from dated
    window clock as (partition by order_no, stage order by known_from)
),

steps as (
    select
        *,
        lead(known_from) over clock as known_until,
        bool_or(coalesce(completed_at, cancelled_at) is not null and not is_gone) over clock
            as has_closed
    from compared
    where is_step or is_news_beside
    window clock as (partition by order_no, stage order by known_from)
),

numbered as (
    select
        *,
        count(*) filter (where has_closed and is_step and not is_gone) over (
            partition by order_no, stage
            order by known_from
        )::integer as version
    from steps
)

select * from numbered
where not is_gone;
analyze by_hand.versions;

create table by_hand.verdicts as
select
    'bench' as tenant_id,
    orders.order_id,
    versions.stage,
    1 as instance,
    versions.known_from,
    versions.known_until,
    versions.version,
    policies.policy_version,
    orders.site,
    null::text as service_level,
    null::text as channel,
    policies.owner,
    versions.started_at,
    versions.due_at,
    versions.due_history,
    versions.at_risk_at,
    versions.completed_at,
    versions.inferred,
    versions.cancelled_at,
    false as excused,
    versions.held
from by_hand.versions
inner join by_hand.orders using (order_no)
inner join reference.sla_policies as policies
    on policies.tenant_id = 'bench' and policies.stage = versions.stage;
alter table by_hand.verdicts add primary key (tenant_id, order_id, stage, instance, known_from);
analyze by_hand.verdicts;

-- The order as it is known last.
create unlogged table by_hand.latest as
select distinct on (order_no) * from by_hand.known
order by order_no asc, known_from desc;
analyze by_hand.latest;

-- Segments. The clocks of one stage are one segment unless a hold cuts them; the way to delivery is
-- cut where the order passes from hand to hand.
create unlogged table by_hand.segments as
with clocks as (
    select
        *,
        least(completed_at, cancelled_at) as ended_at
    from by_hand.versions
    where
        known_until is null and started_at is not null
        and coalesce(least(completed_at, cancelled_at) > started_at, true)
),

edges as (
    select
        clocks.order_no,
        clocks.stage,
        clocks.started_at as starts_at
    from clocks
    union
    select
        clocks.order_no,
        clocks.stage,
        edge.at
    from clocks
    inner join by_hand.latest using (order_no)
    cross join lateral (
        values (latest.paid_at), (latest.picked_at), (latest.packed_at), (latest.shipped_at)
    ) as edge (at)
    where
        clocks.stage = 'deliver'
        and edge.at > clocks.started_at
        and edge.at < coalesce(clocks.ended_at, 'infinity')
    union
    select
        clocks.order_no,
        clocks.stage,
        edge.at
    from clocks
    inner join by_hand.holds using (order_no)
    cross join lateral (values (holds.placed_at), (holds.released_at)) as edge (at)
    where edge.at > clocks.started_at and edge.at < coalesce(clocks.ended_at, 'infinity')
),

cuts as (
    select
        edges.*,
        lead(edges.starts_at) over (
            partition by edges.order_no, edges.stage
            order by edges.starts_at
        ) as next_at
    from edges
),

staged as (
    select
        cuts.order_no,
        cuts.stage,
        cuts.starts_at,
        coalesce(cuts.next_at, clocks.ended_at) as ends_at,
        clocks.started_at,
        clocks.due_at,
        coalesce(clocks.held @> cuts.starts_at, false) as is_paused,
        holds.reason as hold_reason,
        case
            when cuts.stage <> 'deliver' then cuts.stage
            when coalesce(latest.paid_at, 'infinity') > cuts.starts_at then 'release'
            when coalesce(latest.picked_at, 'infinity') > cuts.starts_at then 'pick'
            when coalesce(latest.packed_at, 'infinity') > cuts.starts_at then 'pack'
            when coalesce(latest.shipped_at, 'infinity') > cuts.starts_at then 'ship'
            else 'deliver'
        end as open_stage
    from cuts
    inner join clocks using (order_no, stage)
    inner join by_hand.latest using (order_no)
    left join by_hand.holds
        on
            holds.order_no = cuts.order_no
            and holds.placed_at <= cuts.starts_at
            and holds.released_at > cuts.starts_at
),

-- Running time before an instant; of the calendar that never closes it is the time itself.
positioned as (
    select
        staged.*,
        case
            when staged.stage = 'deliver' then extract(epoch from staged.starts_at) * 1000000
            when staged.starts_at = staged.started_at then starts.position
            else (
                select
                    windows.cum0 + greatest(
                        0,
                        (extract(epoch from staged.starts_at - windows.starts_at) * 1000000)::bigint
                    )
                from by_hand.windows
                where windows.ends_at > staged.starts_at
                order by windows.ends_at limit 1
            )
        end as start_position,
        case
            when staged.stage = 'deliver' then extract(epoch from staged.ends_at) * 1000000
            when staged.ends_at is not null
                then (
                    select
                        windows.cum0 + greatest(
                            0,
                            (extract(epoch from staged.ends_at - windows.starts_at) * 1000000)
                            ::bigint
                        )
                    from by_hand.windows
                    where windows.ends_at > staged.ends_at
                    order by windows.ends_at limit 1
                )
        end as end_position,
        case
            when staged.stage = 'deliver' then extract(epoch from staged.due_at) * 1000000
            when staged.hold_reason is null and staged.starts_at = staged.started_at
                then starts.position + starts.target
            else (
                select
                    windows.cum0 + greatest(
                        0, (extract(epoch from staged.due_at - windows.starts_at) * 1000000)::bigint
                    )
                from by_hand.windows
                where windows.ends_at > staged.due_at
                order by windows.ends_at limit 1
            )
        end as due_position
    from staged
    left join by_hand.starts using (stage, started_at)
)

select
    order_no,
    stage,
    starts_at,
    ends_at,
    open_stage,
    hold_reason,
    case
        when hold_reason = 'weather' then 'carrier'
        when hold_reason is not null or open_stage = 'release' then 'merchant'
        when open_stage = 'deliver' then 'carrier'
        else 'warehouse'
    end as party,
    is_paused,
    coalesce(
        not is_paused and start_position < due_position
        and starts_at = max(starts_at) filter (
            where not is_paused and start_position < due_position
        ) over (partition by order_no, stage),
        false
    ) as is_charged,
    case when is_paused then 0 else (end_position - start_position) / 1000000.0 end::numeric(38, 12)
        as running_seconds
from positioned;
analyze by_hand.segments;

create table by_hand.clock_segments as
select
    'bench' as tenant_id,
    orders.order_id,
    segments.stage,
    1 as instance,
    segments.starts_at,
    segments.ends_at,
    segments.open_stage,
    segments.hold_reason,
    segments.party,
    segments.is_paused,
    segments.is_charged,
    segments.running_seconds
from by_hand.segments
inner join by_hand.orders using (order_no);
alter table by_hand.clock_segments
add primary key (tenant_id, order_id, stage, instance, starts_at);
analyze by_hand.clock_segments;

-- The clocks as known last, with whom they charge and what was done in time.
create table by_hand.clocks as
with done as (
    select
        order_no,
        milestone,
        parcel,
        max(units) as units,
        min(occurred_at) as occurred_at
    from by_hand.facts
    where known_until = 'infinity' and milestone in ('picked', 'packed', 'shipped', 'delivered')
    group by order_no, milestone, parcel
),

measures as (
    select
        versions.order_no,
        versions.stage,
        sum(done.units) filter (where done.occurred_at <= versions.due_at) as units_on_time,
        count(done.parcel) as shipments,
        count(done.parcel) filter (where done.occurred_at <= versions.due_at) as shipments_on_time
    from by_hand.versions
    inner join done
        on
            done.order_no = versions.order_no
            and done.milestone = case versions.stage
                when 'pick' then 'picked'
                when 'pack' then 'packed'
                when 'ship' then 'shipped'
                else 'delivered'
            end
    where versions.known_until is null and versions.started_at is not null
    group by versions.order_no, versions.stage
)

select
    'bench' as tenant_id,
    orders.order_id,
    versions.stage,
    1 as instance,
    versions.known_from,
    versions.version,
    policies.policy_version,
    policies.calendar_version,
    false as is_watch,
    orders.site,
    null::text as service_level,
    null::text as channel,
    policies.owner,
    segments.party,
    versions.started_at,
    versions.due_at,
    versions.due_history,
    versions.at_risk_at,
    case when versions.started_at is not null then array[versions.at_risk_at] end as risk_levels,
    versions.completed_at,
    versions.inferred,
    versions.cancelled_at,
    false as excused,
    versions.held,
    case when versions.started_at is not null then orders.units end as units,
    case when versions.started_at is not null then coalesce(measures.units_on_time, 0) end::bigint
        as units_on_time,
    nullif(measures.shipments, 0) as shipments,
    case when measures.shipments > 0 then measures.shipments_on_time end as shipments_on_time
from by_hand.versions
inner join by_hand.orders using (order_no)
inner join reference.sla_policies as policies
    on policies.tenant_id = 'bench' and policies.stage = versions.stage
left join by_hand.segments
    on
        segments.order_no = versions.order_no
        and segments.stage = versions.stage
        and segments.is_charged
left join measures
    on measures.order_no = versions.order_no and measures.stage = versions.stage
where versions.known_until is null;
alter table by_hand.clocks add primary key (tenant_id, order_id, stage, instance);
create index on by_hand.clocks (due_at) where completed_at is null;
analyze by_hand.clocks;

create table by_hand.timeline as
select
    'bench' as tenant_id,
    orders.order_id,
    orders.site,
    null::text as service_level,
    null::text as channel,
    null::text as seller,
    null::text as destination_country,
    null::text as destination_zone,
    orders.units,
    1 as instances,
    orders.promised_at,
    null::timestamptz as ship_by,
    latest.received_at,
    latest.paid_at,
    null::timestamptz as order_released_at,
    latest.picked_at,
    latest.packed_at,
    latest.shipped_at,
    latest.delivered_at,
    null::timestamptz as arrived_at,
    null::timestamptz as stocked_at,
    latest.cancelled_at,
    news.first_known_at,
    news.last_known_at
from by_hand.orders
inner join by_hand.latest using (order_no)
inner join (
    select
        order_no,
        min(known_from) as first_known_at,
        max(greatest(known_from, nullif(known_until, 'infinity'))) as last_known_at
    from by_hand.facts
    group by order_no
) as news using (order_no);
alter table by_hand.timeline add primary key (tenant_id, order_id);
analyze by_hand.timeline;
