{#
  The instant about which a question is asked: `SET LOCAL e2a.as_of`, else now.
  The only reader of the clock in all models. Written out in full, so that the planner inlines it
  and can use an index on due_at.
#}
{% macro as_of() -%}
    coalesce(nullif(current_setting('e2a.as_of', true), '')::timestamptz, now())
{%- endmacro %}

{#
  The instant of knowledge: `SET LOCAL e2a.known_at`, else null, which means all that is known now.
  "As known at T about T2" is both settings together.
#}
{% macro as_known() -%}
    nullif(current_setting('e2a.known_at', true), '')::timestamptz
{%- endmacro %}
