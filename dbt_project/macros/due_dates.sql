{#
  Deadlines of day targets (C6) over reference.calendar_days and reference.carrier_days.

  by_close_of_day: day 0 is the first working day whose cut-off is not before the anchor; without a
  cut-off, an instant that opens the next working day belongs to that one (C3). Due at the close of
  the working day N later. by_carrier_day: day 0 is the local date of the hand-over at the
  origin; due at 24:00 of carrier business day N in the destination's zone. Day 0 of a hand-over on a
  closed day is the next business day.
#}
{% macro by_close_of_day(anchor, promise) -%}
    (
        select target_day.closes_at
        from {{ source('reference', 'calendar_days') }} as day_zero
        inner join {{ source('reference', 'calendar_days') }} as target_day
            on
                target_day.tenant_id = day_zero.tenant_id
                and target_day.calendar_version = day_zero.calendar_version
                and target_day.cut_off = day_zero.cut_off
                and target_day.working_day = day_zero.working_day + {{ promise }}.target_days
        where
            day_zero.tenant_id = {{ promise }}.tenant_id
            and day_zero.calendar_version = {{ promise }}.calendar_version
            and day_zero.cut_off = {{ promise }}.cut_off
            and day_zero.cut_off_at >= {{ anchor }}
            and not (
                day_zero.cut_off = 'close'
                and day_zero.closes_at = {{ anchor }}
                and exists (
                    select from {{ source('reference', 'calendar_days') }} as next_day
                    where
                        next_day.tenant_id = day_zero.tenant_id
                        and next_day.calendar_version = day_zero.calendar_version
                        and next_day.cut_off = day_zero.cut_off
                        and next_day.working_day = day_zero.working_day + 1
                        and next_day.opens_at = {{ anchor }}
                )
            )
        order by day_zero.cut_off_at
        limit 1
    )
{%- endmacro %}

{% macro by_carrier_day(anchor, promise) -%}
    (
        select reference.end_of_day(
            target_day.local_date, coalesce({{ promise }}.destination_zone, {{ promise }}.zone)
        )
        from {{ source('reference', 'carrier_days') }} as ship_day
        inner join {{ source('reference', 'carrier_days') }} as target_day
            on
                target_day.tenant_id = ship_day.tenant_id
                and target_day.calendar_version = ship_day.calendar_version
                and target_day.is_business_day
                and target_day.business_day = ship_day.business_day + greatest(
                    {{ promise }}.target_days, case when ship_day.is_business_day then 0 else 1 end
                )
        where
            ship_day.tenant_id = {{ promise }}.tenant_id
            and ship_day.calendar_version = {{ promise }}.carrier_calendar_version
            and ship_day.local_date = ({{ anchor }} at time zone {{ promise }}.zone)::date
    )
{%- endmacro %}

{# The deadline of a target that is not a duration, from its anchor. #}
{% macro by_day(anchor, promise) -%}
    case {{ promise }}.target_kind
        when 'day' then {{ by_close_of_day(anchor, promise) }}
        when 'carrier_days' then {{ by_carrier_day(anchor, promise) }}
        when 'carried' then {{ promise }}.deadline
    end
{%- endmacro %}

{# When a share of the target has run, held running time before it added (C14). #}
{% macro reached_at(level, promise, held) -%}
    {{ instant_of(
        '(' ~ promise ~ '.start_position + ceil(' ~ promise ~ '.running_target * ' ~ level
        ~ ')::bigint + ' ~ held ~ ')',
        promise, promise
    ) }}
{%- endmacro %}

{# When each at-risk level is reached while nothing pauses. #}
{% macro risk_levels(promise) -%}
    case
        when cardinality({{ promise }}.at_risk_levels) = 1
            then array[{{ reached_at(promise ~ '.at_risk_levels[1]', promise, '0') }}]
        else (
            select array_agg({{ reached_at('level.level', promise, '0') }} order by level.level)
            from unnest({{ promise }}.at_risk_levels) as level (level)
        )
    end
{%- endmacro %}

{#
  The deadline in force at the as-of instant: pauses that begin later have not happened, and while
  one that counts lasts there is none (C7, C8). due_history holds the deadline before each pause
  that counts, and after the last.
#}
{% macro due_as_of(clock) -%}
    {%- set t = as_of() -%}
    case
        when {{ clock }}.due_history is null then {{ clock }}.due_at
        else (
            select case
                when
                    bool_or(pause.held @> {{ t }})
                    and count(*) < cardinality({{ clock }}.due_history)
                    then null
                else
                    {{ clock }}.due_history[
                        least(count(*)::integer + 1, cardinality({{ clock }}.due_history))
                    ]
            end
            from unnest({{ clock }}.held) as pause (held)
            where lower(pause.held) <= {{ t }}
        )
    end
{%- endmacro %}
