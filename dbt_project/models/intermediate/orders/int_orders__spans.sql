{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=3,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- What an order consists of, over time: one row per span of occurrence and range of knowledge.
-- The first statement of the order holds from the beginning; an edit replaces quantities from its
-- time on; a reopening or a reship starts the next instance (C13), with its own lines or those that
-- stood. Before anything is stated, the quantities are unknown (lines is null). Units are the sum
-- over the lines.
with statements as (
    select
        order_no,
        case
            when event_type in ('order_created', 'receipt_arrived') then 'created'
            when event_type = 'order_edited' then 'edited'
            else 'reopened'
        end as kind,
        case
            when event_type in ('order_created', 'receipt_arrived') then '-infinity'::timestamptz
            else occurred_at
        end as starts_at,
        source || ' ' || source_event_id as tie,
        nullif(lines, '[]') as lines,
        known_from,
        known_until
    from {{ ref('int_orders__valid_events') }}
    where
        event_type in ('order_reopened', 'reship_requested')
        or (
            event_type in ('order_created', 'receipt_arrived', 'order_edited')
            and lines <> '[]'
        )
    union all
    select
        order_no,
        'unknown',
        '-infinity',
        '',
        null,
        '-infinity',
        'infinity'
    from {{ source('ops', 'batch_orders') }}
),

instants as (
    select
        news.order_no,
        news.known_from,
        lead(news.known_from, 1, 'infinity') over (
            partition by news.order_no
            order by news.known_from
        ) as known_until
    from (
        select
            order_no,
            known_from
        from statements
        union
        select
            order_no,
            known_until
        from statements
        where known_until < 'infinity'
    ) as news
),

-- As known at an instant; of several first statements the one known first holds.
said as (
    select
        statements.*,
        instants.known_from as said_from,
        instants.known_until as said_until,
        row_number() over (
            partition by instants.order_no, instants.known_from, statements.kind
            order by statements.known_from, statements.tie
        ) as place
    from instants
    inner join statements
        on
            statements.order_no = instants.order_no
            and {{ known_at('statements', 'instants.known_from') }}
),

sequence as (
    select
        order_no,
        said_from as known_from,
        said_until as known_until,
        1 + count(*) filter (where kind = 'reopened') over so_far as instance,
        row_number() over so_far as epoch,
        starts_at,
        lead(starts_at, 1, 'infinity') over so_far as ends_at,
        (array_agg(lines) filter (where lines is not null) over so_far) as lines_so_far,
        kind
    from said
    where kind <> 'created' or place = 1
    window so_far as (
        partition by order_no, said_from
        order by starts_at asc, kind = 'unknown' desc, tie asc
        rows between unbounded preceding and current row
    )
)

select
    sequence.order_no,
    sequence.known_from,
    sequence.known_until,
    sequence.instance::integer as instance,
    sequence.epoch::integer as epoch,
    sequence.starts_at,
    sequence.ends_at,
    stated.lines,
    (
        select sum(line.quantity)
        from jsonb_to_recordset(stated.lines) as line (quantity bigint)
    )::bigint as units,
    sequence.kind
from sequence
cross join
    lateral (
        select sequence.lines_so_far[cardinality(sequence.lines_so_far)] as lines
    ) as stated
where sequence.starts_at < sequence.ends_at
