{#
  The state of a clock at the as-of instant, from its facts and the deadline in force then (rules C5,
  C7, C10, C12, C14).

  What happens after the as-of instant has not happened: a completion, a cancellation or a hold
  counts from its own instant on. "By" is inclusive (C5). A cancellation before the deadline takes
  the clock out of the count; a breach that happened earlier stays (C12). A pausing hold that was
  placed before the deadline in force stops the clock until its release (C7, C8).
#}
{% macro clock_state(clock) -%}
    {%- set t = as_of() -%}
    case
        when {{ clock }}.started_at is null then 'unassessable'
        when {{ clock }}.completed_at <= {{ t }}
            then case
                when {{ clock }}.due_at is null or {{ clock }}.completed_at <= {{ clock }}.due_at
                    then 'met'
                else 'breached'
            end
        when
            {{ clock }}.cancelled_at <= {{ t }}
            and ({{ clock }}.due_at is null or {{ clock }}.cancelled_at <= {{ clock }}.due_at)
            then 'cancelled'
        when {{ clock }}.due_at is null and {{ t }} <@ {{ clock }}.held then 'paused'
        when {{ t }} > {{ clock }}.due_at then 'breached'
        when {{ t }} >= {{ clock }}.at_risk_at then 'at_risk'
        else 'on_track'
    end
{%- endmacro %}
