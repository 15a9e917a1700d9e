{# The milestones of an order, in the order in which a later one implies an earlier (C10). #}
{% macro milestones() -%}
    {{ return([
        'received', 'paid', 'order_released', 'picked', 'packed', 'manifested', 'shipped',
        'scanned', 'delivered', 'arrived', 'stocked', 'cancelled'
    ]) }}
{%- endmacro %}

{#
  A policy's milestones have slots: places in arrays of instants that are made once a row of
  milestones, so that each policy only looks up its own. Released (workable) is the later of the
  events that the policy asks for; a manifest counts as a hand-over only if the policy says so.
#}
{% macro slot(milestone, policy) -%}
    case {{ milestone }}
        when 'received' then 1
        when 'released'
            then case
                when {{ policy }}.released_by @> array['order_paid', 'order_released'] then 4
                when 'order_released' = any({{ policy }}.released_by) then 3
                else 2
            end
        when 'picked' then 5
        when 'packed' then 6
        when 'shipped' then case when {{ policy }}.counts_manifested then 8 else 7 end
        when 'delivered' then 9
        when 'arrived' then 10
        when 'stocked' then 11
    end
{%- endmacro %}

{# When each slot was reached by a record of its own; null where none is known. #}
{% macro observed_slots(prefix='') -%}
    array[
        {{ prefix }}received_at,
        {{ prefix }}paid_at,
        {{ prefix }}order_released_at,
        case
            when {{ prefix }}paid_at is not null and {{ prefix }}order_released_at is not null
                then greatest({{ prefix }}paid_at, {{ prefix }}order_released_at)
        end,
        {{ prefix }}picked_at,
        {{ prefix }}packed_at,
        {{ prefix }}shipped_at,
        least({{ prefix }}shipped_at, {{ prefix }}manifested_at),
        {{ prefix }}delivered_at,
        {{ prefix }}arrived_at,
        {{ prefix }}stocked_at
    ]
{%- endmacro %}

{# The first record by which each slot must have been reached: later stages imply it (C10). #}
{% macro implied_slots(prefix='') -%}
    {%- set handed = 'least(' ~ prefix ~ 'scanned_at, ' ~ prefix ~ 'delivered_at)' -%}
    {%- set packed = 'least(' ~ prefix ~ 'manifested_at, ' ~ prefix ~ 'shipped_at, ' ~ handed ~ ')' -%}
    {%- set picked = 'least(' ~ prefix ~ 'packed_at, ' ~ packed ~ ')' -%}
    {%- set released = 'least(' ~ prefix ~ 'picked_at, ' ~ picked ~ ')' -%}
    array[
        least({{ prefix }}paid_at, {{ prefix }}order_released_at, {{ released }}),
        {{ released }},
        {{ released }},
        {{ released }},
        {{ picked }},
        {{ packed }},
        {{ handed }},
        {{ handed }},
        null,
        {{ prefix }}stocked_at,
        null
    ]
{%- endmacro %}

{#
  Who works on a stage (C16). Warehouse work that the policy does not promise by itself is part of
  the next work that it does promise; `owners` holds the policy's owners, else the usual ones.
#}
{% macro owner_of(stage, policy) -%}
    {{ policy }}.owners ->> case
        when {{ stage }} = 'pick' and not {{ policy }}.has_pick
            then case
                when {{ policy }}.has_pack then 'pack'
                when {{ policy }}.has_ship then 'ship'
                else 'pick'
            end
        when {{ stage }} = 'pack' and not {{ policy }}.has_pack and {{ policy }}.has_ship then 'ship'
        else {{ stage }}
    end
{%- endmacro %}

{# One column a milestone: when it was reached, over the rows of a group. #}
{% macro reached_columns(completions, condition='true') -%}
    {%- for milestone in milestones() -%}
        min({{ completions }}.completed_at) filter (
            where {{ completions }}.milestone = '{{ milestone }}' and {{ condition }}
        ) as {{ milestone }}_at{{ ', ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
