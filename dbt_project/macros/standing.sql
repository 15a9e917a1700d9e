{#
  Bitemporal helpers. A fact is known over [known_from, known_until) of recorded time: from its
  record until the record that voids it. Where several facts of one key are known at once, the first
  in order stands (C9, C10, C21): its standing is its own range less those of its predecessors.
#}
{% macro known(fact) -%}
    tstzrange({{ fact }}.known_from, {{ fact }}.known_until)
{%- endmacro %}

{% macro standing(fact, partition_by, order_by) -%}
    tstzmultirange({{ known(fact) }}) - coalesce(
        range_agg({{ known(fact) }}) over (
            partition by {{ partition_by }}
            order by {{ order_by }}
            rows between unbounded preceding and 1 preceding
        ),
        '{}'
    )
{%- endmacro %}

{# Whether two facts are ever known together, and over which range: the join of bitemporal facts. #}
{% macro known_together(one, other) -%}
    {{ one }}.known_from < {{ other }}.known_until and {{ other }}.known_from < {{ one }}.known_until
{%- endmacro %}

{% macro known_at(fact, instant) -%}
    {{ fact }}.known_from <= {{ instant }} and {{ fact }}.known_until > {{ instant }}
{%- endmacro %}
