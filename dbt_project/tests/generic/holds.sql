{# An identity that every row satisfies. #}
{% test holds(model, condition) %}
    select * from {{ model }} where ({{ condition }}) is not true
{% endtest %}
