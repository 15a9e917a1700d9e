{#
  Running time of a calendar (rules C4, C7, C8) over reference.business_intervals.

  position_of(t): running microseconds before t: cum0 + max(0, t - start) of the first window that
  ends after t. instant_of(p): the earliest instant at which p microseconds have run. Seconds are
  added as microseconds, never as an interval that a subtraction gave: that is an hour off on DST
  nights.
#}
{% macro position_of(at, tenant_id, calendar_version) -%}
    (
        select
            w.cum0
            + greatest(0, (extract(epoch from {{ at }} - w.starts_at) * 1000000)::bigint)
        from {{ source('reference', 'business_intervals') }} as w
        where
            w.tenant_id = {{ tenant_id }}
            and w.calendar_version = {{ calendar_version }}
            and w.ends_at > {{ at }}
        order by w.ends_at
        limit 1
    )
{%- endmacro %}

{% macro instant_of(position, tenant_id, calendar_version) -%}
    (
        select w.starts_at + ({{ position }} - w.cum0) * interval '1 microsecond'
        from {{ source('reference', 'business_intervals') }} as w
        where
            w.tenant_id = {{ tenant_id }}
            and w.calendar_version = {{ calendar_version }}
            and w.cum1 >= {{ position }}
        order by w.cum1
        limit 1
    )
{%- endmacro %}
