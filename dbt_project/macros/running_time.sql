{#
  Running time of a calendar (rules C4, C7, C8) over reference.business_intervals.

  window_at(t): the first window that ends after t, and p(t) = cum0 + max(0, t - start) of it, the
  running time before t, in microseconds. instant_of(p): the earliest instant at which p
  microseconds have run. Seconds are added as microseconds, never as an interval that a subtraction
  gave: that is an hour off on DST nights.
#}
{% macro window_at(at, promise) -%}
    (
        select
            w.starts_at as window_start,
            w.ends_at as window_end,
            w.cum0,
            w.cum1,
            w.cum0
            + greatest(0, (extract(epoch from {{ at }} - w.starts_at) * 1000000)::bigint)
                as position
        from {{ source('reference', 'business_intervals') }} as w
        where
            w.tenant_id = {{ promise }}.tenant_id
            and w.calendar_version = {{ promise }}.calendar_version
            and w.ends_at > {{ at }}
        order by w.ends_at
        limit 1
    )
{%- endmacro %}

{% macro position_in(at, window) -%}
    {{ window }}.cum0
    + greatest(0, (extract(epoch from {{ at }} - {{ window }}.window_start) * 1000000)::bigint)
{%- endmacro %}

{# Positions and instants near a window that was looked up already cost no second look-up. #}
{% macro position_of(at, promise, near) -%}
    case
        when {{ at }} < {{ near }}.window_end and {{ at }} >= {{ near }}.window_start
            then {{ position_in(at, near) }}
        else (
            select found.position
            from {{ window_at(at, promise) }} as found
        )
    end
{%- endmacro %}

{% macro instant_of(position, promise, near) -%}
    case
        when {{ position }} > {{ near }}.cum0 and {{ position }} <= {{ near }}.cum1
            then {{ near }}.window_start
                + ({{ position }} - {{ near }}.cum0) * interval '1 microsecond'
        else (
            select w.starts_at + ({{ position }} - w.cum0) * interval '1 microsecond'
            from {{ source('reference', 'business_intervals') }} as w
            where
                w.tenant_id = {{ promise }}.tenant_id
                and w.calendar_version = {{ promise }}.calendar_version
                and w.cum1 >= {{ position }}
            order by w.cum1
            limit 1
        )
    end
{%- endmacro %}
