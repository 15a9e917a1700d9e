{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=2,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off'}
) }}

-- Events that a correction of the same source declares false, with the ranges of recorded time over
-- which it does: until that correction is itself declared false (C9, C10); corrections of
-- corrections are followed four deep. Corrections are few, and found by an index of their own.
with statements as (
    select
        order_no,
        source,
        source_event_id,
        corrects,
        known_at
    from {{ ref('int_orders__events') }}
    where event_type = 'event_voided'
    union all
    select
        order_no,
        source,
        source_event_id,
        corrects,
        known_at
    from {{ ref('int_orders__corrections') }}
),

corrections as (
    select
        statements.order_no,
        statements.source,
        statements.source_event_id as correction_id,
        named.source_event_id,
        statements.known_at
    from statements
    cross join lateral unnest(statements.corrects) as named (source_event_id)
),

counting_0 as (
    select
        *,
        tstzmultirange(tstzrange(known_at, null)) as counts
    from corrections
),
{% for depth in range(1, 5) %}
    counting_{{ depth }} as (
        select
            corrections.order_no,
            corrections.source,
            corrections.correction_id,
            corrections.source_event_id,
            tstzmultirange(tstzrange(min(corrections.known_at), null))
            - coalesce(range_agg(withdrawn.counts), '{}') as counts
        from corrections
        left join counting_{{ depth - 1 }} as withdrawn
            on
                withdrawn.order_no = corrections.order_no
                and withdrawn.source = corrections.source
                and withdrawn.source_event_id = corrections.correction_id
        group by
            corrections.order_no, corrections.source, corrections.correction_id,
            corrections.source_event_id
    ){{ ',' if not loop.last }}
{% endfor %}

select
    order_no,
    source,
    source_event_id,
    range_agg(counts) as void
from counting_4
group by order_no, source, source_event_id
