"""Which of several statements of one fact stands: the SQL of C9, over `staged` rows.

    new        the first of its identity
    own        what this row already stands for, perhaps read anew
    displaces  beats the one that stands: other words, recorded earlier
    duplicate  the words that stand, again
    conflict   other words than those that stand

The incumbent is what is stored, or, where its own row is read again, what that row says now; it
keeps its `recorded_at`. A statement that says the same as the incumbent never takes its place.
"""

# Whether nothing that these rows state is known, nor anything that they stated before: each is new.
IS_FIRST = """
select
    not exists (
        select from staged as s inner join landing.order_events as e
            on
                e.tenant_id = s.tenant_id and e.source = s.source
                and e.source_event_id = s.source_event_id
    )
    and not exists (
        select from decided as d inner join landing.order_events as e
            on e.inbox_seq = d.inbox_seq and e.tenant_id = d.tenant_id
    )
"""

# Events that these rows had produced and, read again, no longer produce.
FORGET = """
with gone as (
    delete from landing.order_events as e using decided as d
    where
        e.inbox_seq = d.inbox_seq and e.tenant_id = d.tenant_id
        and not exists (
            select from staged as s
            where
                s.inbox_seq = e.inbox_seq
                and (s.tenant_id, s.source, s.source_event_id)
                = (e.tenant_id, e.source, e.source_event_id)
        )
    returning e.tenant_id, e.order_name
)
insert into ops.touched_orders (tenant_id, order_id)
select distinct i.tenant_id, i.order_id from gone as g
inner join orders.identifiers as i on i.tenant_id = g.tenant_id and i.name = g.order_name
on conflict (tenant_id, order_id) do update set touch = nextval('ops.touches')
"""

RANK = """
with met as (
    select
        s.tenant_id, s.source, s.source_event_id, s.inbox_seq, s.ordinal, s.payload_hash,
        e.inbox_seq as stored_seq, e.payload_hash as stored_hash, e.recorded_at as stored_at,
        e.inbox_seq = s.inbox_seq and row_number() over (
            partition by s.tenant_id, s.source, s.source_event_id, s.inbox_seq order by s.ordinal
        ) = 1 as is_own,
        case when e.inbox_seq = s.inbox_seq then e.recorded_at else s.recorded_at end as known_at
    from staged as s
    left join landing.order_events as e
        on
            e.tenant_id = s.tenant_id and e.source = s.source
            and e.source_event_id = s.source_event_id
),
placed as (
    select
        *,
        row_number() over by_arrival as place,
        first_value(payload_hash) over by_arrival as first_hash,
        first_value(known_at) over by_arrival as first_at,
        first_value(inbox_seq) over by_arrival as first_seq,
        coalesce(
            (array_agg(payload_hash) filter (where is_own) over by_fact)[1], stored_hash
        ) as incumbent_hash,
        bool_or(is_own) over by_fact as own_is_staged
    from met
    window
        by_fact as (partition by tenant_id, source, source_event_id),
        by_arrival as (
            partition by tenant_id, source, source_event_id order by known_at, inbox_seq, ordinal
        )
),
judged as (
    select
        *,
        stored_seq is not null
        and first_hash <> incumbent_hash
        and (
            own_is_staged or (first_at, first_seq) < (stored_at, stored_seq)
        ) as is_displaced
    from placed
)
insert into ranked
select
    tenant_id, inbox_seq, ordinal,
    case
        when stored_seq is null and place = 1 then 'new'
        when is_own and not is_displaced then 'own'
        when is_displaced and place = 1 then 'displaces'
        when
            payload_hash
            = case when stored_seq is null or is_displaced then first_hash else incumbent_hash end
            then 'duplicate'
        else 'conflict'
    end
from judged
"""

CONFLICTS = """
insert into landing.quarantine
select
    s.tenant_id, s.inbox_seq, s.ordinal, s.source, s.source_event_id, 'conflict',
    'event ' || s.source_event_id || ' came before with another payload; the first stands until '
    'an event_voided names it (C9)', s.fragment, d.received_at
from staged as s
inner join ranked as r using (tenant_id, inbox_seq, ordinal)
inner join decided as d using (tenant_id, inbox_seq)
where r.standing = 'conflict'
on conflict do nothing
"""

# What stood is quarantined exactly as if it had come second, and its row's outcome says so.
DISPLACE = """
with displaced as (
    delete from landing.order_events as e using staged as s
    inner join ranked as r using (tenant_id, inbox_seq, ordinal)
    where
        r.standing = 'displaces'
        and (e.tenant_id, e.source, e.source_event_id) = (s.tenant_id, s.source, s.source_event_id)
    returning e.*
),
demoted as (
    update landing.outcomes as o
    set outcome = 'quarantined', reason = 'conflict', events = o.events - 1
    from displaced as d
    where o.tenant_id = d.tenant_id and o.inbox_seq = d.inbox_seq
    returning o.tenant_id, o.inbox_seq, o.received_at
)
insert into landing.quarantine
select
    d.tenant_id, d.inbox_seq, d.ordinal, d.source, d.source_event_id, 'conflict',
    'event ' || d.source_event_id || ' came before with another payload; the first stands until '
    'an event_voided names it (C9)', d.fragment, o.received_at
from displaced as d inner join demoted as o using (tenant_id, inbox_seq)
on conflict do nothing
"""

# A statement that does not stand teaches nothing about names either.
DROP_CONFLICTS = """
delete from staged as s using ranked as r
where
    (r.tenant_id, r.inbox_seq, r.ordinal) = (s.tenant_id, s.inbox_seq, s.ordinal)
    and r.standing = 'conflict'
"""
