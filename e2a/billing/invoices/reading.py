"""Invoices for people and exports: lists, and one invoice whole."""

from datetime import date
from typing import Any

import psycopg
from psycopg.rows import dict_row

from e2a.domain.errors import BadInputError


def listed(
    connection: psycopg.Connection[Any],
    tenant: str | None = None,
    period: date | None = None,
    status: str | None = None,
) -> list[dict[str, Any]]:
    """Invoices, newest month first, without their lines."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(
            _LIST, {"tenant": tenant, "period": period, "status": status}
        ).fetchall()


def shown(connection: psycopg.Connection[Any], tenant: str, invoice: str) -> dict[str, Any]:
    """One invoice: head, lines, taxes, credit notes, moves and open findings.

    Raises:
        BadInputError: the tenant has no invoice of that id or number.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        given = {"tenant": tenant, "invoice": invoice}
        head = cursor.execute(_HEAD, given).fetchone()
        if head is None:
            raise BadInputError(
                f"{tenant} has no invoice {invoice}", "List them with `e2a invoices list`"
            )
        given["invoice"] = head["invoice_id"]
        parts = {name: cursor.execute(query, given).fetchall() for name, query in _PARTS.items()}
    return {**head, **parts}


_COLUMNS = """
    i.tenant_id, i.invoice_id, i.number, i.origin, i.status, i.billing_period, i.currency,
    trim_scale(i.pre_tax) as pre_tax, trim_scale(i.tax) as tax, trim_scale(i.total) as total,
    i.generated_at, i.finalised_at, i.finalised_by
"""

_LIST = f"""
select {_COLUMNS},
    (
        select count(*) from billing.findings as f
        where f.tenant_id = i.tenant_id and f.invoice_id = i.invoice_id and f.open
    ) as open_findings
from billing.invoices as i
where
    (%(tenant)s::text is null or i.tenant_id = %(tenant)s)
    and (%(period)s::date is null or i.billing_period = %(period)s)
    and (%(status)s::text is null or i.status = %(status)s)
order by i.billing_period desc, i.tenant_id, i.origin desc, i.invoice_id
"""

_HEAD = f"""
select {_COLUMNS}, t.name as customer, i.inputs, encode(i.fingerprint, 'hex') as fingerprint,
    c.currency_exponent
from billing.invoices as i
inner join reference.tenants as t on t.tenant_id = i.tenant_id
left join reference.rate_cards as c
    on
        c.tenant_id = i.tenant_id
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
where i.tenant_id = %(tenant)s and (i.invoice_id = %(invoice)s or i.number = %(invoice)s)
order by i.origin desc limit 1
"""

_PARTS = {
    "lines": """
        select
            line_number, kind, charge_code, line_key, tier, trim_scale(unit_price) as unit_price,
            trim_scale(quantity) as quantity, trim_scale(unrounded_amount) as unrounded_amount,
            trim_scale(amount) as amount, tax_code, original_period, reference, performed_on
        from billing.invoice_lines
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s order by line_number
    """,
    "taxes": """
        select
            tax_code, trim_scale(percent) as percent, trim_scale(base) as base,
            trim_scale(amount) as amount
        from billing.invoice_taxes
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s order by tax_code, percent
    """,
    "credit_notes": """
        select
            credit_note, line_number, trim_scale(net) as net, trim_scale(gross) as gross, reason,
            by_person, credited_at
        from billing.credit_notes
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s
        order by credited_at, credit_note
    """,
    "moves": """
        select moved_at, from_status, to_status, by_person, reason from billing.invoice_moves
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s order by moved_at
    """,
    "findings": """
        select
            finding_key, rule, severity, charge_code, trim_scale(discrepancy) as discrepancy,
            explanation
        from billing.findings
        where tenant_id = %(tenant)s and invoice_id = %(invoice)s and open order by finding_key
    """,
}
