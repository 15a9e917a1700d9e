{# Of several statements about one order, in order of occurrence: what was said first, or last. #}
{% macro first_said(what) -%}
    (array_agg(statements.{{ what }} order by statements.occurred_at, statements.source_event_id)
        filter (where statements.{{ what }} is not null))[1]
{%- endmacro %}

{% macro last_said(what) -%}
    (array_agg(
        statements.{{ what }}
        order by statements.occurred_at desc, statements.source_event_id desc
    ) filter (where statements.{{ what }} is not null))[1]
{%- endmacro %}
