{#
  Expected invoice lines of billing months, from their priced operations: the CTEs that follow one
  named `operations`, up to `details` (which operation stands on which line) and `lines`.

  Grain (B4): period, charge, rate version, tier slice, unit price, tax code; quantities add up before
  each line is rounded once to the currency's exponent by the card's mode. A card with order rules
  makes one line an order: its service fees, raised to the minimum, then multiplied. Used by the
  stored lines and by the lines as of an instant, so that both count and round alike.

  operations: rows of priced_operations; periods: a relation with (tenant_id, billing_period);
  promises: rows of credited_promises.
#}
{% macro line_ctes(operations, periods, promises) -%}
    charges as (
        select * from {{ source('reference', 'charges') }}
    ),

    cards as (
        select * from {{ source('reference', 'rate_cards') }}
    ),

    months as (
        select
            periods.tenant_id,
            periods.billing_period,
            tenants.billing_zone,
            extract(day from periods.billing_period + interval '1 month' - interval '1 day')
                as days,
            greatest(
                0,
                least(
                    coalesce(tenants.active_until, 'infinity'),
                    (periods.billing_period + interval '1 month')::date
                )
                - greatest(
                    coalesce(tenants.active_from, '-infinity'), periods.billing_period
                )
            ) as active_days
        from (select distinct
            tenant_id,
            billing_period
        from {{ periods }}) as periods
        inner join {{ source('reference', 'tenants') }} as tenants
            on tenants.tenant_id = periods.tenant_id
        -- Without `active_from` a tenant is served since its first work: should that turn out to be
        -- false, the months before the next owe no minimum and no fee.
        where
            tenants.active_from is not null
            or periods.billing_period >= (
                select min(work.billing_period) from {{ ref('billable_operations') }} as work
                where work.tenant_id = periods.tenant_id
            )
    ),

    -- What holds for a month as a whole is said by one card.
    wholes as (
        select
            months.*,
            cards.card_version,
            cards.currency,
            cards.currency_exponent,
            cards.rounding_mode,
            cards.rounding_level,
            cards.minimum_amount,
            cards.minimum_tax_code,
            cards.maximum_amount,
            cards.maximum_tax_code,
            cards.credit_stage,
            cards.credit_target,
            cards.credit_base,
            cards.credit_cap_percent,
            cards.credit_tax_code
        from months
        inner join cards
            on
                cards.tenant_id = months.tenant_id
                and cards.card_version
                = reference.card_of_month(months.tenant_id, months.billing_period)
    ),

    -- One counter a charge and period, in order of event time (B4): each unit takes the tier of its
    -- place, and each package is opened by the unit that no longer fits.
    placed as (
        select
            operations.tenant_id,
            operations.billing_period,
            operations.operation_key,
            operations.order_id,
            operations.charge_code,
            operations.card_version,
            operations.tax_code,
            operations.is_service_fee,
            operations.billed_quantity,
            charges.model,
            charges.unit_price,
            charges.package_size,
            charges.free_units,
            sum(operations.billed_quantity) over counter - operations.billed_quantity as before,
            row_number() over counter as place,
            sum(operations.billed_quantity) over (
                partition by operations.tenant_id, operations.billing_period, operations.charge_code
            ) as in_all
        from {{ operations }} as operations
        inner join charges
            on
                charges.tenant_id = operations.tenant_id
                and charges.card_version = operations.card_version
                and charges.charge_code = operations.charge_code
                and charges.model in ('graduated', 'volume', 'package')
        where operations.grain = 'month'
        window counter as (
            partition by operations.tenant_id, operations.billing_period, operations.charge_code
            order by operations.occurred_at, operations.operation_key
        )
    ),

    -- A tier's fee is due once a month, with the unit that enters it.
    sliced as (
        select
            placed.*,
            tiers.tier,
            tiers.unit_price as tier_price,
            case
                when placed.model = 'volume' and placed.place = 1 then tiers.flat_fee
                when
                    placed.model = 'graduated' and placed.billed_quantity > 0
                    and placed.before <= tiers.above
                    then tiers.flat_fee
                else 0
            end as flat_fee,
            case
                when placed.model = 'volume' or placed.billed_quantity <= 0
                    then placed.billed_quantity
                else
                    least(placed.before + placed.billed_quantity, coalesce(tiers.up_to, 'infinity'))
                    - greatest(placed.before, tiers.above)
            end as slice
        from placed
        inner join {{ source('reference', 'tiers') }} as tiers
            on
                tiers.tenant_id = placed.tenant_id
                and tiers.card_version = placed.card_version
                and tiers.charge_code = placed.charge_code
                and case
                    when placed.model = 'volume'
                        then
                            (tiers.above < placed.in_all or tiers.tier = 1)
                            and coalesce(tiers.up_to, 'infinity') >= placed.in_all
                    when placed.billed_quantity <= 0
                        then
                            (tiers.above < placed.before or tiers.tier = 1)
                            and coalesce(tiers.up_to, 'infinity') >= placed.before
                    else
                        (tiers.above < placed.before + placed.billed_quantity)
                        and (coalesce(tiers.up_to, 'infinity') > placed.before)
                end
        where placed.model in ('graduated', 'volume')
    ),

    packed as (
        select
            placed.*,
            ceil(greatest(before + billed_quantity - free_units, 0) / package_size)
            - ceil(greatest(before - free_units, 0) / package_size) as packages
        from placed
        where model = 'package'
    ),

    -- Counts of stock: the last of each local day, the largest, or the last of the month (B13).
    stock as (
        select
            operations.tenant_id,
            operations.billing_period,
            operations.operation_key,
            operations.order_id,
            operations.charge_code,
            operations.card_version,
            operations.tax_code,
            operations.is_service_fee,
            operations.billed_quantity,
            charges.unit_price,
            case
                when charges.measure = 'snapshot' and charges.price_per = 'month' then months.days
                else 1
            end as days,
            row_number() over (
                partition by
                    operations.tenant_id, operations.billing_period, operations.charge_code,
                    operations.site, operations.operation_code,
                    case
                        when charges.measure = 'snapshot'
                            then (operations.occurred_at at time zone months.billing_zone)::date
                    end
                order by
                    case when charges.measure = 'peak' then operations.billed_quantity end desc,
                    operations.occurred_at desc, operations.operation_key desc
            ) as place
        from {{ operations }} as operations
        inner join charges
            on
                charges.tenant_id = operations.tenant_id
                and charges.card_version = operations.card_version
                and charges.charge_code = operations.charge_code
                and charges.model = 'storage'
        inner join months
            on
                months.tenant_id = operations.tenant_id
                and months.billing_period = operations.billing_period
        where operations.grain = 'month'
    ),

    -- `amount` is the operation's part times `days`: what is divided, is divided once a line.
    details as not materialized (
        select
            tenant_id,
            billing_period,
            operation_key,
            order_id,
            charge_code,
            card_version,
            null::integer as tier,
            unit_price,
            tax_code,
            is_service_fee,
            billed_quantity as quantity,
            unrounded_amount as amount,
            1::numeric as days,
            grain,
            factor,
            minimum_applies
        from {{ operations }}
        where grain <> 'month'
        union all
        select
            tenant_id,
            billing_period,
            operation_key,
            order_id,
            charge_code,
            card_version,
            tier,
            tier_price,
            tax_code,
            is_service_fee,
            slice,
            slice * tier_price + flat_fee,
            1,
            'line',
            null,
            null
        from sliced
        union all
        select
            tenant_id,
            billing_period,
            operation_key,
            order_id,
            charge_code,
            card_version,
            null,
            unit_price,
            tax_code,
            is_service_fee,
            packages,
            packages * unit_price,
            1,
            'line',
            null,
            null
        from packed
        union all
        select
            tenant_id,
            billing_period,
            operation_key,
            order_id,
            charge_code,
            card_version,
            null,
            (unit_price / days)::numeric(38, 12),
            tax_code,
            is_service_fee,
            case when place = 1 then billed_quantity else 0 end,
            case when place = 1 then billed_quantity * unit_price else 0 end,
            days,
            case when place = 1 then 'line' else 'superseded' end,
            null,
            null
        from stock
    ),

    -- Sums before rounding: of a charge, of an order; and the month's flat fees.
    summed as (
        select
            tenant_id,
            billing_period,
            {{ line_key() }} as line_key,
            charge_code,
            card_version,
            tier,
            unit_price,
            tax_code,
            is_service_fee,
            sum(quantity) as quantity,
            sum(amount) / days as unrounded_amount,
            count(*) as operation_count
        from details
        where grain = 'line'
        group by
            tenant_id, billing_period, charge_code, card_version, tier, unit_price, tax_code,
            is_service_fee, days
        union all
        select
            details.tenant_id,
            details.billing_period,
            'order/' || details.order_id || '@' || details.card_version,
            'order',
            details.card_version,
            null,
            null,
            cards.order_tax_code,
            true,
            1,
            greatest(
                sum(details.amount),
                case when bool_or(details.minimum_applies) then cards.order_minimum end
            ) * max(details.factor),
            count(*)
        from details
        inner join cards
            on
                cards.tenant_id = details.tenant_id
                and cards.card_version = details.card_version
        where details.grain = 'order'
        group by
            details.tenant_id, details.billing_period, details.order_id, details.card_version,
            cards.order_tax_code, cards.order_minimum
        union all
        select
            wholes.tenant_id,
            wholes.billing_period,
            charges.charge_code || '@' || charges.card_version,
            charges.charge_code,
            charges.card_version,
            null,
            charges.unit_price,
            charges.tax_code,
            charges.is_service_fee,
            1,
            charges.unit_price,
            0
        from wholes
        inner join charges
            on
                charges.tenant_id = wholes.tenant_id
                and charges.card_version = wholes.card_version
                and charges.model = 'flat'
        where wholes.active_days > 0
    ),

    charge_lines as (
        select
            summed.*,
            cards.currency,
            {{ round_money('summed.unrounded_amount', 'cards.currency_exponent',
                'cards.rounding_mode') }} as amount
        from summed
        inner join cards
            on
                cards.tenant_id = summed.tenant_id
                and cards.card_version = summed.card_version
    ),

    totals as (
        select
            wholes.tenant_id,
            wholes.billing_period,
            coalesce(sum(charge_lines.amount) filter (where charge_lines.is_service_fee), 0)
                as service_fees,
            coalesce(
                sum(charge_lines.amount) filter (
                    where charge_lines.charge_code = any(wholes.credit_base)
                ),
                0
            ) as credit_fees,
            coalesce(sum(charge_lines.amount), 0) as rounded,
            coalesce(sum(charge_lines.unrounded_amount), 0) as unrounded
        from wholes
        left join charge_lines
            on
                charge_lines.tenant_id = wholes.tenant_id
                and charge_lines.billing_period = wholes.billing_period
        group by wholes.tenant_id, wholes.billing_period
    ),

    fees as (
        select
            wholes.*,
            totals.service_fees,
            totals.credit_fees,
            totals.rounded,
            totals.unrounded
        from wholes
        inner join totals
            on
                totals.tenant_id = wholes.tenant_id
                and totals.billing_period = wholes.billing_period
    ),

    -- Promises that fell due in the month (C17), excused breaches out of both sides (C15).
    scores as (
        select
            fees.tenant_id,
            fees.billing_period,
            count(*) filter (where promises.state = 'met') as met,
            count(*) filter (where promises.state = 'breached' and not promises.excused)
                as breached,
            count(*) filter (where promises.state = 'breached' and promises.excused) as excused,
            max(promises.known_from) as known_from,
            sum(
                hashtextextended(
                    promises.order_id || ' ' || promises.instance || ' ' || promises.version, 0
                )::numeric
            ) as verdicts
        from fees
        inner join {{ promises }} as promises
            on
                promises.tenant_id = fees.tenant_id
                and promises.billing_period = fees.billing_period
                and promises.stage = fees.credit_stage
        group by fees.tenant_id, fees.billing_period
    ),

    credits as (
        select
            fees.*,
            scores.met,
            scores.breached,
            scores.excused,
            scores.known_from,
            scores.verdicts,
            band.from_percent,
            band.percent,
            fees.credit_fees * band.percent / 100 as credit,
            {{ round_money('fees.service_fees * fees.credit_cap_percent / 100',
                'fees.currency_exponent', 'fees.rounding_mode') }} as cap
        from fees
        inner join scores
            on
                scores.tenant_id = fees.tenant_id
                and scores.billing_period = fees.billing_period
        cross join lateral (
            select * from {{ source('reference', 'credit_bands') }} as bands
            where
                bands.tenant_id = fees.tenant_id
                and bands.card_version = fees.card_version
                and scores.met * 100 >= bands.from_percent * (scores.met + scores.breached)
            order by bands.from_percent desc
            limit 1
        ) as band
        where
            scores.met + scores.breached > 0
            and scores.met * 100 < fees.credit_target * (scores.met + scores.breached)
    ),

    lines as (
        select
            tenant_id,
            billing_period,
            line_key,
            'charge' as kind,
            charge_code,
            card_version,
            tier,
            unit_price,
            currency,
            quantity,
            unrounded_amount,
            amount,
            tax_code,
            is_service_fee,
            operation_count,
            null::jsonb as evidence
        from charge_lines
        union all
        select
            tenant_id,
            billing_period,
            'rounding',
            'rounding',
            'rounding',
            card_version,
            null,
            null,
            currency,
            1,
            unrounded - rounded,
            {{ round_money('unrounded', 'currency_exponent', 'rounding_mode') }} - rounded,
            null,
            false,
            0,
            null
        from fees
        where
            rounding_level = 'invoice'
            and {{ round_money('unrounded', 'currency_exponent', 'rounding_mode') }} <> rounded
        union all
        select
            tenant_id,
            billing_period,
            'minimum',
            'true_up',
            'minimum',
            card_version,
            null,
            null,
            currency,
            1,
            minimum_amount * active_days / days - service_fees,
            {{ round_money('minimum_amount * active_days / days - service_fees',
                'currency_exponent', 'rounding_mode') }},
            minimum_tax_code,
            false,
            0,
            jsonb_build_object(
                'minimum', minimum_amount, 'active_days', active_days, 'days', days,
                'eligible', service_fees
            )
        from fees
        where
            {{ round_money('minimum_amount * active_days / days - service_fees',
                'currency_exponent', 'rounding_mode') }} > 0
        union all
        select
            tenant_id,
            billing_period,
            'maximum',
            'maximum',
            'maximum',
            card_version,
            null,
            null,
            currency,
            1,
            maximum_amount - service_fees,
            maximum_amount - service_fees,
            maximum_tax_code,
            false,
            0,
            jsonb_build_object('maximum', maximum_amount, 'eligible', service_fees)
        from fees
        where service_fees > maximum_amount
        union all
        select
            tenant_id,
            billing_period,
            'sla_credit/' || credit_stage,
            'sla_credit',
            'sla_credit',
            card_version,
            null,
            null,
            currency,
            1,
            -credit,
            -least({{ round_money('credit', 'currency_exponent', 'rounding_mode') }}, cap),
            credit_tax_code,
            false,
            0,
            jsonb_build_object(
                'stage', credit_stage, 'met', met, 'breached', breached, 'excused', excused,
                'percent', trim_scale(round(met * 100.0 / (met + breached), 12)),
                'from_percent', trim_scale(from_percent), 'pays_percent', trim_scale(percent),
                'base', credit_fees, 'cap', cap, 'known_from', known_from,
                'verdicts', verdicts
            )
        from credits
        where least({{ round_money('credit', 'currency_exponent', 'rounding_mode') }}, cap) > 0
    )
{%- endmacro %}

{# Identity of a line within its month: what its grain says. #}
{% macro line_key() -%}
    charge_code || '@' || card_version || coalesce('/tier' || tier, '')
    || coalesce('@' || trim_scale(unit_price)::text, '')
{%- endmacro %}

{# The columns of lines, in order. #}
{% macro line_columns() -%}
    tenant_id,
    billing_period,
    line_key,
    kind,
    charge_code,
    card_version,
    tier,
    unit_price,
    currency,
    quantity,
    unrounded_amount,
    amount,
    tax_code,
    is_service_fee,
    operation_count,
    evidence
{%- endmacro %}

{# The one rounding of money (B4), a function of the database, so that invoices use it too. #}
{% macro round_money(amount, exponent, mode) -%}
    reference.round_money({{ amount }}, {{ exponent }}, {{ mode }})
{%- endmacro %}
