{# Every row has its parent, compared over several columns. #}
{% test relates_to(model, columns, to, field) %}
    select child.*
    from {{ model }} as child
    where not exists (
        select from {{ to }} as parent
        where
            {% for column in columns -%}
                parent.{{ field[loop.index0] }} = child.{{ column }}{{ ' and ' if not loop.last }}
            {%- endfor %}
    )
{% endtest %}
