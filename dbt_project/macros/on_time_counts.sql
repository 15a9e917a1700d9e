{#
  The counts of a scorecard over clock states. C15: on-time = met / (met + breached) after removing
  excused breaches from both; unrounded, and null where nothing counts.
#}
{% macro on_time_counts() -%}
    count(*) filter (where state = 'met') as met,
    count(*) filter (where state = 'breached' and not excused) as breached,
    count(*) filter (where state = 'breached' and excused) as breached_excused,
    (
        count(*) filter (where state = 'met')::numeric
        / nullif(
            count(*) filter (where state = 'met' or (state = 'breached' and not excused)), 0
        )
    )::numeric(38, 12) as on_time_ratio
{%- endmacro %}
