"""Rate cards with their charges, tiers, taxes and credits, by version; dated exchange rates."""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from psycopg import sql

from e2a.domain.policies import ChargeText, FxText, RateCardText, TenantText, instant_of
from e2a.warehouse.reference.touching import touch_foreign
from e2a.warehouse.reference.versions import version

Row = Mapping[str, Any]


def load_card(connection: psycopg.Connection[Any], tenant: TenantText, card: RateCardText) -> int:
    """Add a rate card with all that belongs to it; 0 when this version holds already (B2).

    Of the cards that begin at one instant the one loaded last holds, so a text that was taken back
    and written again is a version again: h, h.2, h.3, ...
    """
    said, valid_from = version(card), instant_of(card.valid_from, tenant.billing_zone)
    names = [
        name
        for (name,) in connection.execute(
            "select card_version from reference.rate_cards "
            "where tenant_id = %s and valid_from = %s order by load_no",
            (tenant.tenant, valid_from),
        ).fetchall()
    ]
    if names and names[-1].partition(".")[0] == said:
        return 0
    times = sum(name.partition(".")[0] == said for name in names)
    key = {
        "tenant_id": tenant.tenant,
        "card_version": f"{said}.{times + 1}" if times else said,
    }
    whole = {**key, "valid_from": valid_from, "billing_zone": tenant.billing_zone, **_whole(card)}
    for table, row in (("rate_cards", whole), *((t, {**key, **r}) for t, r in _parts(card))):
        _insert(connection, table, row)
    return 1


def load_fx(
    connection: psycopg.Connection[Any], tenant: TenantText, rates: tuple[FxText, ...]
) -> int:
    """Add dated rates or correct them, and have the orders priced anew that they concern (B9).

    Finalised invoices keep their amounts: what a corrected rate changes is a prior-period line.
    """
    changed = [fx.date for fx in rates if connection.execute(_FX, _fx(tenant, fx)).rowcount]
    if changed:
        touch_foreign(connection, tenant.tenant, min(changed))
    return len(changed)


def _fx(tenant: TenantText, fx: FxText) -> Row:
    return {
        "tenant": tenant.tenant, "date": fx.date, "base": fx.base, "quote": fx.quote,
        "rate": fx.rate,
    }  # fmt: skip


_FX = """
insert into reference.fx_rates as f (tenant_id, rate_date, base, quote, rate)
values (%(tenant)s, %(date)s, %(base)s, %(quote)s, %(rate)s)
on conflict (tenant_id, rate_date, base, quote) do update set rate = excluded.rate
where f.rate <> excluded.rate
"""


def _whole(card: RateCardText) -> Row:
    return {
        "currency": card.currency,
        "currency_exponent": card.exponent,
        "rounding_mode": card.rounding,
        "rounding_level": card.rounding_level,
        "sources": list(card.sources),
        "series": card.series,
        "look_back_days": card.look_back_days,
        "fx_max_age_days": card.fx_max_age_days,
        "finding_limit": card.limits.per_finding,
        "total_limit": card.limits.total,
        "total_limit_percent": card.limits.total_percent,
        "line_tolerance": card.tolerances.line,
        "line_tolerance_percent": card.tolerances.line_percent,
        "invoice_tolerance": card.tolerances.invoice,
        "invoice_tolerance_percent": card.tolerances.invoice_percent,
        **_bounds(card),
        **_credit(card),
    }


def _bounds(card: RateCardText) -> Row:
    return {
        "minimum_amount": card.minimum and card.minimum.amount,
        "minimum_tax_code": card.minimum and card.minimum.tax,
        "maximum_amount": card.maximum and card.maximum.amount,
        "maximum_tax_code": card.maximum and card.maximum.tax,
        "has_order_rules": card.order is not None,
        "order_minimum": card.order and card.order.minimum,
        "order_tax_code": card.order and card.order.tax,
    }


def _credit(card: RateCardText) -> Row:
    credit = card.sla_credit
    return {
        "credit_stage": credit and credit.stage,
        "credit_target": credit and credit.target_percent,
        "credit_base": list(credit.base) if credit else None,
        "credit_cap_percent": credit and credit.cap_percent,
        "credit_tax_code": credit and credit.tax,
    }


def _parts(card: RateCardText) -> Iterator[tuple[str, Row]]:
    for code, charge in card.charges.items():
        yield "charges", {"charge_code": code, **_charge(charge)}
        for tier, above, text in charge.bounds():
            yield "tiers", {
                "charge_code": code, "tier": tier, "above": above, "up_to": text.up_to,
                "unit_price": text.price, "flat_fee": text.flat,
            }  # fmt: skip
    for tax, percent in card.taxes.items():
        yield "taxes", {"tax_code": tax, "percent": percent}
    for position, multiplier in enumerate(card.order.multipliers if card.order else ()):
        yield "multipliers", {
            "position": position, "flag": multiplier.flag, "factor": multiplier.factor,
        }  # fmt: skip
    for band in card.sla_credit.bands if card.sla_credit else ():
        yield "credit_bands", {"from_percent": band.from_percent, "percent": band.pays_percent}


def _charge(charge: ChargeText) -> Row:
    return {
        "operation": charge.works_on,
        "model": charge.model,
        "code": charge.code,
        "unit_price": charge.price,
        "markup_percent": charge.markup_percent,
        "percent": charge.percent,
        "least": charge.least,
        "most": charge.most,
        "package_size": charge.size,
        "free_units": charge.free or 0,
        "measure": charge.measure,
        "price_per": charge.per or "month",
        "flag": charge.flag,
        "tax_code": charge.tax,
        "is_service_fee": charge.is_service_fee,
    }


def _insert(connection: psycopg.Connection[Any], table: str, row: Row) -> None:
    connection.execute(
        sql.SQL("insert into reference.{} ({}) values ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        ),
        row,
    )
