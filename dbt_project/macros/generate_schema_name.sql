{# A folder is a Postgres schema: no prefix, so that `sla.breaches` is called that everywhere. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
