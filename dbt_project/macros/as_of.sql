{#
  The instant about which a question is asked: `SET LOCAL e2a.as_of`, else now.
  The only reader of the clock in all models. Written out in full, so that the planner inlines it
  and can use an index on due_at.
#}
{% macro as_of() -%}
    coalesce(nullif(current_setting('e2a.as_of', true), '')::timestamptz, now())
{%- endmacro %}
