"""Invoices for people and exports: lists, and one invoice whole."""

from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import dict_row

from e2a.billing.invoices.finding import which


def listed(
    connection: psycopg.Connection[Any],
    tenant: str | None = None,
    period: date | None = None,
    status: str | None = None,
) -> list[dict[str, Any]]:
    """Invoices, newest month first, without their lines."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            _LIST, {"tenant": tenant, "period": period, "status": status}
        ).fetchall()
    return [_whole_coins(row) for row in rows]


def shown(
    connection: psycopg.Connection[Any], invoice: str, tenant: str | None = None
) -> dict[str, Any]:
    """One invoice by its number or id: head, lines, taxes, credit notes, moves and open findings.

    Raises:
        BadInputError: there is none, or several tenants have one.
    """
    of, invoice_id = which(connection, invoice, tenant)
    given = {"tenant": of, "invoice": invoice_id}
    with connection.cursor(row_factory=dict_row) as cursor:
        head = cursor.execute(_HEAD, given).fetchone()
        assert head is not None
        parts = {name: cursor.execute(query, given).fetchall() for name, query in _PARTS.items()}
    for part in ("lines", "taxes", "credit_notes"):
        parts[part] = [
            _whole_coins({**row, "currency_exponent": head["currency_exponent"]})
            for row in parts[part]
        ]
    return {**_whole_coins(head), "currency_exponent": head["currency_exponent"], **parts}


def _whole_coins(row: dict[str, Any]) -> dict[str, Any]:
    """Sums with the decimals of their currency: 12.50, not 12.5; a price keeps what it has."""
    coin = Decimal(1).scaleb(-int(row["currency_exponent"]))
    return {
        name: _padded(value, coin) if name in _SUMS and value is not None else value
        for name, value in row.items()
        if name != "currency_exponent"
    }


def _padded(value: Decimal, coin: Decimal) -> Decimal:
    trimmed = value.normalize()
    return value.quantize(coin) if trimmed.quantize(coin) == trimmed else trimmed


_SUMS = {"pre_tax", "tax", "total", "amount", "base", "unit_price", "credited"}

_COLUMNS = """
    i.tenant_id, t.name as customer, t.billing_zone, i.invoice_id, i.number, i.origin, i.status,
    to_char(i.billing_period, 'YYYY-MM') as period, i.currency, i.pre_tax, i.tax, i.total,
    i.generated_at, i.finalised_at, i.finalised_by,
    coalesce(c.currency_exponent, 2) as currency_exponent,
    coalesce((
        select sum(n.total) from billing.credit_notes as n
        where n.tenant_id = i.tenant_id and n.invoice_id = i.invoice_id
    ), 0) as credited
"""

_FROM = """
from billing.invoices as i
inner join reference.tenants as t on t.tenant_id = i.tenant_id
left join reference.rate_cards as c
    on
        c.tenant_id = i.tenant_id
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
"""

_LIST = f"""
select {_COLUMNS},
    (
        select count(*) from billing.findings as f
        where f.tenant_id = i.tenant_id and f.invoice_id = i.invoice_id and f.open
    ) as open_findings
{_FROM}
where
    (%(tenant)s::text is null or i.tenant_id = %(tenant)s)
    and (%(period)s::date is null or i.billing_period = %(period)s)
    and (%(status)s::text is null or i.status = %(status)s)
order by i.billing_period desc, i.tenant_id, i.origin desc, i.invoice_id
"""

_HEAD = f"""
select {_COLUMNS}, i.inputs, encode(i.fingerprint, 'hex') as fingerprint
{_FROM}
where i.tenant_id = %(tenant)s and i.invoice_id = %(invoice)s
"""

_PARTS = {
    "lines": """
        select
            line_number, kind, charge_code, line_key, tier, trim_scale(unit_price) as unit_price,
            trim_scale(quantity) as quantity, trim_scale(unrounded_amount) as unrounded_amount,
            amount, tax_code, to_char(original_period, 'YYYY-MM') as original_period, reference,
            performed_on
        from billing.invoice_lines
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s order by line_number
    """,
    "taxes": """
        select tax_code, trim_scale(percent) as percent, base, amount from billing.invoice_taxes
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s order by tax_code, percent
    """,
    "credit_notes": """
        select number, pre_tax, tax, total, reason, created_by, created_at
        from billing.credit_notes
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s order by ordinal
    """,
    "moves": """
        select move, from_status, to_status, actor, reason, moved_at from billing.invoice_moves
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s order by move
    """,
    "findings": """
        select
            finding_key, rule, severity, charge_code, trim_scale(discrepancy) as discrepancy,
            explanation
        from billing.findings
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s and open order by finding_key
    """,
}
