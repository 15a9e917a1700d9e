{#
  Columns with their full Postgres types. dbt reads information_schema, where every array is called
  "ARRAY", and cannot build the rows of a unit test from that.
#}
{% macro postgres__get_columns_in_relation(relation) -%}
    {% call statement('get_columns_in_relation', fetch_result=True) %}
        select
            a.attname as column_name,
            format_type(a.atttypid, null) as data_type,
            null::integer as character_maximum_length,
            null::integer as numeric_precision,
            null::integer as numeric_scale
        from pg_attribute as a
        where
            a.attrelid = to_regclass('{{ relation.include(database=false) }}')
            and a.attnum > 0
            and not a.attisdropped
        order by a.attnum
    {% endcall %}
    {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}
