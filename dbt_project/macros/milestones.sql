{# The milestones of an order, in the order in which a later one implies an earlier (C10). #}
{% macro milestones() -%}
    {{ return([
        'received', 'paid', 'order_released', 'picked', 'packed', 'manifested', 'shipped',
        'scanned', 'delivered', 'arrived', 'stocked', 'cancelled'
    ]) }}
{%- endmacro %}

{# When a policy's milestone was reached in a row of milestones; null where it was not recorded. #}
{% macro observed(milestone, policy, prefix='') -%}
    case {{ milestone }}
        when 'received' then {{ prefix }}received_at
        when 'released' then {{ released(policy, prefix) }}
        when 'picked' then {{ prefix }}picked_at
        when 'packed' then {{ prefix }}packed_at
        when 'shipped' then {{ handed_over(policy, prefix) }}
        when 'delivered' then {{ prefix }}delivered_at
        when 'arrived' then {{ prefix }}arrived_at
        when 'stocked' then {{ prefix }}stocked_at
    end
{%- endmacro %}

{# Workable: the later of those events that the policy asks for. #}
{% macro released(policy, prefix='') -%}
    case
        when {{ policy }}.released_by @> array['order_paid', 'order_released']
            then
                case
                    when
                        {{ prefix }}paid_at is not null and {{ prefix }}order_released_at is not null
                        then greatest({{ prefix }}paid_at, {{ prefix }}order_released_at)
                end
        when 'order_released' = any({{ policy }}.released_by) then {{ prefix }}order_released_at
        else {{ prefix }}paid_at
    end
{%- endmacro %}

{# Handed to the carrier; a manifest counts only if the policy says so. #}
{% macro handed_over(policy, prefix='') -%}
    case
        when {{ policy }}.counts_manifested
            then least({{ prefix }}shipped_at, {{ prefix }}manifested_at)
        else {{ prefix }}shipped_at
    end
{%- endmacro %}

{# The first record that a milestone must have been reached by: the later stages imply it (C10). #}
{% macro implied(milestone, prefix='') -%}
    case {{ milestone }}
        when 'received' then least(
            {{ prefix }}paid_at, {{ prefix }}order_released_at, {{ prefix }}picked_at,
            {{ prefix }}packed_at, {{ prefix }}manifested_at, {{ prefix }}shipped_at,
            {{ prefix }}scanned_at, {{ prefix }}delivered_at
        )
        when 'released' then least(
            {{ prefix }}picked_at, {{ prefix }}packed_at, {{ prefix }}manifested_at,
            {{ prefix }}shipped_at, {{ prefix }}scanned_at, {{ prefix }}delivered_at
        )
        when 'picked' then least(
            {{ prefix }}packed_at, {{ prefix }}manifested_at, {{ prefix }}shipped_at,
            {{ prefix }}scanned_at, {{ prefix }}delivered_at
        )
        when 'packed' then least(
            {{ prefix }}manifested_at, {{ prefix }}shipped_at, {{ prefix }}scanned_at,
            {{ prefix }}delivered_at
        )
        when 'shipped' then least({{ prefix }}scanned_at, {{ prefix }}delivered_at)
        when 'arrived' then {{ prefix }}stocked_at
    end
{%- endmacro %}
