"""Late work of finalised months on the next open invoice (B7): sums are read, the rule is pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg

from e2a.billing.invoices.correctable import CORRECTABLE
from e2a.billing.invoices.statements import OPEN_ID
from e2a.domain.invoicing import late_amounts, target_month

Amounts = dict[str | None, Decimal]


@dataclass(slots=True)
class _Month:
    """A finalised month: what is expected of it now and what was billed for it, by tax code."""

    expected: Amounts = field(default_factory=dict)
    billed: Amounts = field(default_factory=dict)


@dataclass(slots=True)
class _Tenant:
    """Months of a tenant: finalised, with an open invoice, and the one that runs now."""

    closed: list[date] = field(default_factory=list)
    opened: list[date] = field(default_factory=list)
    current: date = date.min


def add_late_lines(connection: psycopg.Connection[Any], given: dict[str, Any]) -> None:
    """Put a prior-period line for each unsettled month on the draft of its next open month.

    A month's draft is opened for it where there is none. Lines whose draft is not in scope are left
    to the pass that makes it.

    Args:
        connection: within the drafting pass.
        given: tenant, months, now.
    """
    late = [
        (tenant, month, code, amount)
        for (tenant, month), sums in sorted(_sums(connection, given).items())
        for code, amount in sorted(
            late_amounts(sums.expected, sums.billed).items(), key=lambda one: one[0] or ""
        )
    ]
    if not late:
        return
    tenants = _tenants(connection, given, {tenant for tenant, *_ in late})
    for tenant, month, code, amount in late:
        of = tenants[tenant]
        target = target_month(month, of.opened, of.closed, of.current)
        if given["months"] is not None and target not in given["months"]:
            continue
        line = {"tenant": tenant, "month": month, "target": target, "tax": code, "amount": amount}
        connection.execute(_OPEN, line)
        connection.execute(_LINE, line)
        if target not in of.opened:
            of.opened.append(target)


def _sums(
    connection: psycopg.Connection[Any], given: dict[str, Any]
) -> dict[tuple[str, date], _Month]:
    found: defaultdict[tuple[str, date], _Month] = defaultdict(_Month)
    for tenant, month, code, expected, billed in connection.execute(_SUMS, given):
        found[tenant, month].expected[code] = expected
        found[tenant, month].billed[code] = billed
    return found


def _tenants(
    connection: psycopg.Connection[Any], given: dict[str, Any], names: Iterable[str]
) -> dict[str, _Tenant]:
    found: defaultdict[str, _Tenant] = defaultdict(_Tenant)
    for tenant, standing, month in connection.execute(
        _MONTHS, {"now": given["now"], "tenants": sorted(names)}
    ):
        if standing == "current":
            found[tenant].current = month
        else:
            (found[tenant].closed if standing == "closed" else found[tenant].opened).append(month)
    return found


# Billed: the lines of the month's own invoice, its adjustments among them, but not its corrections
# of other months; and the corrections of this month on other invoices that are finalised.
_SUMS = f"""
with correctable as ({CORRECTABLE}),
expected as (
    select e.tenant_id, e.billing_period, e.tax_code, sum(e.amount) as amount
    from correctable as c
    inner join billing.expected_invoice_lines as e
        on e.tenant_id = c.tenant_id and e.billing_period = c.billing_period
    group by e.tenant_id, e.billing_period, e.tax_code
),
billed as (
    select b.tenant_id, b.billing_period, b.tax_code, sum(b.amount) as amount
    from (
        select c.tenant_id, c.billing_period, l.tax_code, l.amount
        from correctable as c
        inner join billing.invoice_lines as l
            on l.tenant_id = c.tenant_id and l.invoice_id = c.invoice_id
        where l.kind <> 'prior_period'
        union all
        select c.tenant_id, c.billing_period, l.tax_code, l.amount
        from correctable as c
        inner join billing.invoice_lines as l
            on l.tenant_id = c.tenant_id and l.original_period = c.billing_period
        inner join billing.invoices as i
            on i.tenant_id = l.tenant_id and i.invoice_id = l.invoice_id
        where
            l.kind = 'prior_period' and i.origin = 'own' and i.status in ('finalised', 'credited')
    ) as b
    group by b.tenant_id, b.billing_period, b.tax_code
)
select
    coalesce(e.tenant_id, b.tenant_id), coalesce(e.billing_period, b.billing_period),
    coalesce(e.tax_code, b.tax_code), coalesce(e.amount, 0), coalesce(b.amount, 0)
from expected as e
full join billed as b
    on
        b.tenant_id = e.tenant_id and b.billing_period = e.billing_period
        and coalesce(b.tax_code, '') = coalesce(e.tax_code, '')
"""

_MONTHS = """
select tenant_id, 'open', billing_period from wanted where tenant_id = any(%(tenants)s)
union
select
    tenant_id, case when status in ('draft', 'review') then 'open' else 'closed' end, billing_period
from billing.invoices
where origin = 'own' and status <> 'void' and tenant_id = any(%(tenants)s)
union all
select
    tenant_id, 'current', date_trunc('month', %(now)s::timestamptz at time zone billing_zone)::date
from reference.tenants where tenant_id = any(%(tenants)s)
"""

_OPEN = f"""
insert into wanted (tenant_id, billing_period, currency, invoice_id, card_version)
select
    m.tenant_id, m.billing_period, c.currency, {OPEN_ID.format(month="m")}, c.card_version
from (select %(tenant)s::text as tenant_id, %(target)s::date as billing_period) as m
inner join reference.rate_cards as c
    on
        c.tenant_id = m.tenant_id
        and c.card_version = reference.card_of_month(m.tenant_id, m.billing_period)
where not exists (
    select from wanted as w
    where w.tenant_id = m.tenant_id and w.billing_period = m.billing_period
)
"""

# Its tax is that of the month that it corrects.
_LINE = """
insert into new_lines
select
    w.invoice_id, w.tenant_id,
    'prior/' || to_char(%(month)s::date, 'YYYY-MM') || coalesce('/' || %(tax)s::text, ''),
    'prior_period', 'prior_period', reference.card_of_month(w.tenant_id, %(month)s::date), null,
    null, 1, %(amount)s, %(amount)s, %(tax)s, %(month)s::date, null, 4
from wanted as w
where w.tenant_id = %(tenant)s and w.billing_period = %(target)s
"""
