{# The column adds up to the same column of another relation, group by group, to the last digit. #}
{% test sums_to(model, column, to, group_by) %}
    with mine as (
        select {{ group_by | join(', ') }}, sum({{ column }}) as total
        from {{ model }} group by {{ group_by | join(', ') }}
    ),

    theirs as (
        select {{ group_by | join(', ') }}, sum({{ column }}) as total
        from {{ to }} group by {{ group_by | join(', ') }}
    )

    select *
    from mine
    full outer join theirs using ({{ group_by | join(', ') }})
    where mine.total is distinct from theirs.total
{% endtest %}
