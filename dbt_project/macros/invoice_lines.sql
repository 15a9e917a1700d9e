{#
  Expected invoice lines from priced operations: the line grain and the one rounding (B4).

  Grain: period, charge, rate version, unit price; quantities add up before rounding. Each line is
  rounded once to the currency's exponent by the card's mode. Used by the stored lines and by the
  lines as of an instant, so that both round alike.
#}
{% macro invoice_lines(operations) -%}
    select
        operations.tenant_id,
        operations.billing_period,
        operations.charge_code,
        operations.card_version,
        operations.unit_price,
        operations.currency,
        operations.charge_code || '@' || operations.card_version
        || coalesce('@' || trim_scale(operations.unit_price)::text, '') as line_key,
        sum(operations.billed_quantity) as quantity,
        sum(operations.unrounded_amount) as unrounded_amount,
        {{ round_money('sum(operations.unrounded_amount)', 'max(cards.currency_exponent)',
            'max(cards.rounding_mode)') }} as amount,
        count(*) as operation_count
    from {{ operations }} as operations
    inner join {{ source('reference', 'rate_cards') }} as cards
        on
            cards.tenant_id = operations.tenant_id
            and cards.card_version = operations.card_version
    group by
        operations.tenant_id, operations.billing_period, operations.charge_code,
        operations.card_version, operations.unit_price, operations.currency
{%- endmacro %}

{# Half-up is away from zero, which is what Postgres' round(numeric) does; half-even by hand. #}
{% macro round_money(amount, exponent, mode) -%}
    case
        when {{ mode }} = 'half_up' then round({{ amount }}, {{ exponent }})
        when
            abs({{ amount }} * power(10::numeric, {{ exponent }})
                - trunc({{ amount }} * power(10::numeric, {{ exponent }}))) = 0.5
            then
                round(
                    2 * round({{ amount }} * power(10::numeric, {{ exponent }}) / 2)
                    / power(10::numeric, {{ exponent }}),
                    {{ exponent }}
                )
        else round({{ amount }}, {{ exponent }})
    end
{%- endmacro %}
