{{ config(
    materialized='hot',
    unique_key=[],
    scope='scratch',
    step=6,
    planner={'enable_nestloop': 'off', 'enable_mergejoin': 'off', 'enable_sort': 'off'}
) }}

-- The order as known at each instant of news: one row per order, instance, list of trusted sources
-- (C21: the earliest of those that a policy trusts decides) and instant. `is_news_beside` marks
-- instants at which something else than a milestone changed: a hold, an excusal, an attribute, an
-- approved restatement. Grouped by hash, or four rows are sorted for each that comes out.
with completions as (
    select * from {{ ref('int_orders__completions') }}
),

attributes as (
    select * from {{ ref('int_orders__attributes') }}
),

trusted as (
    select
        lists.tenant_id,
        lists.trust_no,
        named.source
    from {{ ref('int_sla__trust_lists') }} as lists
    cross join lateral unnest(lists.trusts || array['-']) as named (source)
),

news as (
    select
        order_no,
        known_from,
        false as is_beside
    from completions
    union
    select
        order_no,
        known_until,
        false
    from completions
    where known_until < 'infinity'
    union
    select
        order_no,
        known_from,
        true
    from attributes
    union
    select
        order_no,
        known_from,
        true
    from {{ ref('int_orders__holds') }}
    union
    select
        order_no,
        known_until,
        true
    from {{ ref('int_orders__holds') }}
    where known_until < 'infinity'
    union
    select
        order_no,
        known_from,
        true
    from {{ ref('int_orders__excusals') }}
    union
    select
        order_no,
        known_until,
        true
    from {{ ref('int_orders__excusals') }}
    where known_until < 'infinity'
    union
    select
        attributes.order_no,
        restated.approved_at,
        true
    from attributes
    inner join {{ source('reference', 'restatements') }} as restated
        on
            restated.tenant_id = attributes.tenant_id
            and restated.approved_at > attributes.first_known_at
),

instants as (
    select
        news.order_no,
        news.known_from,
        bool_or(news.is_beside) as is_news_beside
    from news
    inner join attributes on attributes.order_no = news.order_no
    group by news.order_no, news.known_from
    having news.known_from >= min(attributes.first_known_at)
),

trusted_completions as (
    select
        completions.*,
        trusted.trust_no
    from completions
    inner join {{ source('ops', 'batch_orders') }} as batch on batch.order_no = completions.order_no
    inner join trusted
        on
            trusted.tenant_id = batch.tenant_id
            and trusted.source = completions.source
),

-- An instance whose last record was voided is still seen, with nothing in it.
seen as (
    select * from trusted_completions
    union all
    select
        order_no,
        null,
        null,
        instance,
        known_until,
        'infinity',
        null,
        trust_no
    from trusted_completions
    where known_until < 'infinity'
)

select
    instants.order_no,
    seen.instance,
    seen.trust_no,
    instants.known_from,
    bool_or(instants.is_news_beside) as is_news_beside,
    {{ reached_columns('seen') }}
from instants
inner join seen
    on
        seen.order_no = instants.order_no
        and {{ known_at('seen', 'instants.known_from') }}
group by instants.order_no, seen.instance, seen.trust_no, instants.known_from
