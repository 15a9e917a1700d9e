{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=5,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- When each milestone was reached, per instance and source, as known over each range of recorded
-- time (C10): the first instant at which one source's work covers the units that were not cancelled
-- by then. Work without quantities covers everything; where the order's own quantities are unknown,
-- the first work does. Lines are compared one by one; where a source names lines that the order
-- does not have, by their totals. Sources are counted apart, so that two records of one work do not
-- add up (C21).
with work as not materialized (
    select * from {{ ref('int_orders__work') }}
    where is_counted
),

instants as (
    select
        news.order_no,
        news.milestone,
        news.source,
        news.known_from,
        lead(news.known_from, 1, 'infinity') over (
            partition by news.order_no, news.milestone, news.source
            order by news.known_from
        ) as known_until
    from (
        select
            order_no,
            milestone,
            source,
            known_from
        from work
        union
        select
            order_no,
            milestone,
            source,
            known_until
        from work
        where known_until < 'infinity'
    ) as news
),

-- Instants of occurrence at which the count may change, as known at each instant of news.
moments as (
    select distinct
        work.order_no,
        work.milestone,
        work.source,
        instants.known_from,
        instants.known_until,
        work.instance,
        work.epoch,
        work.occurred_at
    from instants
    inner join work
        on
            work.order_no = instants.order_no
            and work.milestone = instants.milestone
            and work.source = instants.source
            and {{ known_at('work', 'instants.known_from') }}
    where work.occurred_at > '-infinity'
),

-- What was still missing then, line by line: what the span asks for less what was done so far.
lines as (
    select
        moments.order_no,
        moments.milestone,
        moments.source,
        moments.known_from,
        moments.known_until,
        moments.instance,
        moments.occurred_at,
        work.line,
        sum(case work.kind when 'need' then work.quantity else -work.quantity end) as missing,
        bool_or(work.kind = 'work') as has_begun,
        bool_or(work.kind = 'need') as is_asked
    from moments
    inner join work
        on
            work.order_no = moments.order_no
            and work.milestone = moments.milestone
            and work.source = moments.source
            and work.instance = moments.instance
            and work.occurred_at <= moments.occurred_at
            and (work.kind = 'work' or work.epoch = moments.epoch)
            and {{ known_at('work', 'moments.known_from') }}
    group by
        moments.order_no, moments.milestone, moments.source, moments.known_from,
        moments.known_until, moments.instance, moments.occurred_at, work.line
),

covered as (
    select
        order_no,
        milestone,
        source,
        instance,
        known_from,
        known_until,
        occurred_at
    from lines
    group by
        order_no, milestone, source, instance, known_from, known_until, occurred_at
    having
        bool_or(has_begun)
        and case
            when bool_or(has_begun and line is null) then true
            when not bool_or(is_asked) then milestone <> 'cancelled'
            when bool_or(not is_asked) then sum(missing) <= 0
            else bool_and(missing <= 0)
        end
),

-- Where nothing is counted, the earliest record that stands is the completion.
reached as (
    select
        order_no,
        milestone,
        source,
        instance,
        known_from,
        known_until,
        occurred_at as completed_at
    from {{ ref('int_orders__work') }}
    where not is_counted and kind = 'work'
    union all
    select
        order_no,
        milestone,
        source,
        instance,
        known_from,
        known_until,
        min(occurred_at) as completed_at
    from covered
    group by order_no, milestone, source, instance, known_from, known_until
),

reopenings as (
    select * from {{ ref('int_orders__spans') }}
    where kind = 'reopened'
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
