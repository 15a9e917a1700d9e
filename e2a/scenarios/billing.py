"""Questions about money as SQL over invoices, findings and operations; nothing is judged here."""

from decimal import Decimal
from typing import Any

from psycopg.rows import dict_row

from e2a.domain.errors import BadInputError
from e2a.domain.scenarios.questions import InvoiceRef, OperationsFilter
from e2a.scenarios.asking import Answer, Connection


def own_invoice(connection: Connection, tenant: str, month: str) -> str:
    """The id of our invoice of a month; of several, the one that is not void.

    Raises:
        BadInputError: there is none.
    """
    row = connection.execute(
        "select invoice_id from billing.invoices where tenant_id = %s and origin = 'own' "
        "and to_char(billing_period, 'YYYY-MM') = %s order by status = 'void', invoice_id desc",
        (tenant, month),
    ).fetchone()
    if row is None:
        raise BadInputError(f"There is no invoice of {month}", "No operation of it is billed")
    return str(row[0])


def invoice(connection: Connection, tenant: str, which: InvoiceRef) -> Answer | None:
    """Everything about one invoice; None if it is not there."""
    if which.imported is not None:
        name = f"billed/{which.imported}"
    else:
        try:
            name = own_invoice(connection, tenant, str(which.month))
        except BadInputError:
            return None
    given = {"tenant": tenant, "invoice": name}
    cursor = connection.cursor(row_factory=dict_row)
    head = cursor.execute(_HEAD, given).fetchone()
    if head is None:
        return None
    head["lines"] = cursor.execute(_LINES, given).fetchall()
    head["findings"] = cursor.execute(_FINDINGS, given).fetchall()
    notes = cursor.execute(_NOTES, given).fetchall()
    head["credit_notes"] = tuple(Decimal(note["total"]) for note in notes)
    return head


def operations(
    connection: Connection, tenant: str, which: OperationsFilter, order: str | None
) -> Answer:
    """How many operations end how, and why not billed."""
    given: dict[str, Any] = {**which.model_dump(), "tenant": tenant, "order": order}
    rows = connection.execute(_OPERATIONS, given).fetchall()
    answer: Answer = {"billed": 0, "not_billable": 0, "quarantined": 0, "reasons": {}}
    for standing, reason, times in rows:
        answer[standing] += times
        if reason is not None:
            answer["reasons"][reason] = times
    return answer


_HEAD = """
select
    i.status, i.number, i.currency, trim_scale(i.pre_tax) as pre_tax, trim_scale(i.tax) as tax,
    trim_scale(i.total) as total,
    exists (
        select from billing.blocking_findings as b
        where b.tenant_id = i.tenant_id and b.invoice_id = i.invoice_id
    ) or exists (
        select from billing.billable_operations as o
        where
            o.tenant_id = i.tenant_id and o.billing_period = i.billing_period
            and o.standing_reason = 'no_fx_rate' and i.origin = 'own'
    ) as blocked
from billing.invoices as i where i.tenant_id = %(tenant)s and i.invoice_id = %(invoice)s
"""

_LINES = """
select
    l.charge_code as charge, l.kind, l.tier, trim_scale(l.unit_price) as price,
    trim_scale(l.quantity) as quantity, trim_scale(l.unrounded_amount) as unrounded,
    trim_scale(l.amount) as amount, l.tax_code as tax,
    coalesce(l.reference, (
        select i.name from orders.identifiers as i
        where
            i.tenant_id = l.tenant_id
            and i.order_id = substring(l.line_key from '^order/(.*)@[^@]*$')
        order by i.name = i.order_id limit 1
    )) as order,
    to_char(l.original_period, 'YYYY-MM') as corrects
from billing.invoice_lines as l
where l.tenant_id = %(tenant)s and l.invoice_id = %(invoice)s order by l.line_number
"""

_FINDINGS = """
select
    f.rule, f.charge_code as charge, f.severity, trim_scale(f.discrepancy) as discrepancy, f.open,
    a.status as adjustment
from billing.findings as f
left join billing.adjustments as a on a.tenant_id = f.tenant_id and a.finding_key = f.finding_key
where f.tenant_id = %(tenant)s and f.invoice_id = %(invoice)s order by f.finding_key
"""

_NOTES = """
select trim_scale(total) as total from billing.credit_notes
where tenant_id = %(tenant)s and invoice_id = %(invoice)s order by ordinal
"""

_OPERATIONS = """
select standing, standing_reason, count(*) from billing.billable_operations
where
    tenant_id = %(tenant)s and (%(order)s::text is null or order_id = %(order)s)
    and (%(operation)s::text is null or operation = %(operation)s)
    and (%(code)s::text is null or operation_code = %(code)s)
    and (%(month)s::text is null or to_char(billing_period, 'YYYY-MM') = %(month)s)
group by standing, standing_reason
"""
