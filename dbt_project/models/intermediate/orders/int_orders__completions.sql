{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=3,
    planner={'enable_nestloop': 'off'}
) }}

-- When each milestone was reached, per instance and source, as known over each range of recorded
-- time (C10): the first instant at which one source's work covers the units that were not cancelled
-- by then. Work without quantities covers everything; where the order's own quantities are unknown,
-- the first work does. Lines are compared one by one; where a source names lines that the order
-- does not have, by their totals. Sources are counted apart, so that two records of one work do not
-- add up (C21).
with work as (
    select * from {{ ref('int_orders__work') }}
),

counted_lanes as (
    select
        order_no,
        milestone,
        source
    from work
    where kind = 'work'
    group by order_no, milestone, source
    having bool_or(line is not null)
),

instants as (
    select
        news.order_no,
        news.milestone,
        news.source,
        news.known_from as said_from,
        lead(news.known_from, 1, 'infinity') over (
            partition by news.order_no, news.milestone, news.source
            order by news.known_from
        ) as said_until
    from (
        select order_no, milestone, source, known_from
        from work inner join counted_lanes using (order_no, milestone, source)
        union
        select order_no, milestone, source, known_until
        from work inner join counted_lanes using (order_no, milestone, source)
        where known_until < 'infinity'
    ) as news
),

said as (
    select
        work.*,
        instants.said_from,
        instants.said_until
    from instants
    inner join work
        on
            work.order_no = instants.order_no
            and work.milestone = instants.milestone
            and work.source = instants.source
            and {{ known_at('work', 'instants.said_from') }}
),

lines as (
    select
        *,
        coalesce(sum(quantity) filter (where kind = 'need') over of_span, 0)
        - coalesce(sum(quantity) filter (where kind = 'work') over of_line, 0) as missing,
        kind = 'work' and line is not null
        and count(*) filter (where kind = 'need') over of_order = 0 as is_unknown_line
    from said
    window
        of_order as (partition by order_no, milestone, source, said_from, instance, line),
        of_line as (
            partition by order_no, milestone, source, said_from, instance, line
            order by occurred_at
        ),
        of_span as (
            partition by order_no, milestone, source, said_from, instance, line, epoch
            order by occurred_at
        )
),

changes as (
    select
        *,
        greatest(missing, 0)
        - coalesce(greatest(lag(missing) over of_line, 0), 0) as change,
        missing - coalesce(lag(missing) over of_line, 0) as change_in_total
    from lines
    window of_line as (
        partition by order_no, milestone, source, said_from, instance, line
        order by occurred_at, epoch
    )
),

progress as (
    select
        order_no,
        milestone,
        source,
        said_from,
        said_until,
        instance,
        occurred_at,
        bool_or(kind = 'work') over so_far as has_begun,
        bool_or(kind = 'work' and line is null) over so_far as is_everything,
        bool_or(kind = 'need') over whole as is_sized,
        case
            when bool_or(is_unknown_line) over whole
                then sum(change_in_total) over so_far
            else sum(change) over so_far
        end as missing
    from changes
    window
        whole as (partition by order_no, milestone, source, said_from, instance),
        so_far as (
            partition by order_no, milestone, source, said_from, instance
            order by occurred_at
        )
),

counted as (
    select
        order_no,
        milestone,
        source,
        instance,
        said_from as known_from,
        said_until as known_until,
        min(occurred_at) as completed_at
    from progress
    where
        has_begun
        and (
            is_everything
            or (is_sized and missing <= 0)
            or (not is_sized and milestone <> 'cancelled')
        )
    group by order_no, milestone, source, instance, said_from, said_until
),

-- Where nothing is counted, the earliest record that stands is the completion.
reached as (
    select
        work.order_no,
        work.milestone,
        work.source,
        work.instance,
        work.known_from,
        work.known_until,
        work.occurred_at as completed_at
    from work
    where
        work.kind = 'work'
        and not exists (
            select from counted_lanes
            where
                counted_lanes.order_no = work.order_no
                and counted_lanes.milestone = work.milestone
                and counted_lanes.source = work.source
        )
    union all
    select * from counted
),

reopenings as (
    select * from {{ ref('int_orders__spans') }} where kind = 'reopened'
)

select * from reached
union all
-- A later instance is received when it is asked for, and released no earlier (C13).
select
    reached.order_no,
    reached.milestone,
    reached.source,
    reopenings.instance,
    greatest(reached.known_from, reopenings.known_from) as known_from,
    least(reached.known_until, reopenings.known_until) as known_until,
    greatest(reached.completed_at, reopenings.starts_at) as completed_at
from reached
inner join reopenings
    on
        reopenings.order_no = reached.order_no
        and {{ known_together('reached', 'reopenings') }}
where reached.milestone in ('received', 'paid', 'order_released', 'arrived')
