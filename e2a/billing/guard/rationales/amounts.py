"""Adjustments that have no words yet, with the amounts that make them.

Amounts are those of the adjustment and its finding; what earlier steps have added is taken off. An
adjustment whose parts do not come to it (its finding has changed since) is not asked about.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row

from e2a.domain.analysis.adjustment_facts import Adjusted, facts_of_adjustment
from e2a.domain.analysis.facts import Facts
from e2a.domain.findings import Rule


@dataclass(frozen=True, slots=True)
class Unexplained:
    """An adjustment to ask about; `version` numbers this asking."""

    tenant_id: str
    finding_key: str
    step: int
    version: int
    ai: str
    amount: Decimal
    billed: Decimal
    expected: Decimal
    facts: Facts

    @property
    def subject(self) -> str:
        """What names it in the ledger of calls."""
        return f"{self.finding_key}#{self.step}"


def unexplained(
    connection: psycopg.Connection[Any], tenant: str | None, most: int
) -> Iterator[Unexplained]:
    """Standing adjustments without words about their present amounts, the largest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_UNEXPLAINED, {"tenant": tenant, "most": most}).fetchall()
    for row in rows:
        try:
            facts = facts_of_adjustment(_adjusted(row), ZoneInfo(row["zone"]))
        except ValueError:  # the parts do not sum: the guard has not caught up with the finding
            continue
        kept = {name: row[name] for name in Unexplained.__dataclass_fields__ if name in row}
        yield Unexplained(**kept, facts=facts)


def _adjusted(row: dict[str, Any]) -> Adjusted:
    return Adjusted(
        invoice_id=row["number"], rule=Rule(row["rule"]), charge_code=row["charge_code"],
        currency=row["currency"], amount=row["amount"], billed=row["billed"],
        expected=row["expected"], already=row["already"], clause=row["clause"],
        reference=row["reference"], rate=row["rate"],
    )  # fmt: skip


_UNEXPLAINED = """
select
    a.tenant_id, a.finding_key, a.step, coalesce(i.number, i.invoice_id) as number, a.rule,
    a.charge_code, a.currency, trim_scale(a.amount) as amount, trim_scale(f.billed) as billed,
    trim_scale(f.expected) as expected, trim_scale(coalesce(s.already, 0)) as already, f.reference,
    trim_scale(g.unit_price) as rate, t.billing_zone as zone, coalesce(p.ai, 'on') as ai,
    case
        when c.card_version is not null then
            'rate card of ' || to_char(c.valid_from at time zone t.billing_zone, 'YYYY-MM-DD')
            || ', ' || a.charge_code
    end as clause,
    coalesce((
        select max(r.version) from billing.rationales as r
        where r.tenant_id = a.tenant_id and r.finding_key = a.finding_key and r.step = a.step
    ), 0) + 1 as version
from billing.adjustments as a
inner join billing.findings as f on f.tenant_id = a.tenant_id and f.finding_key = a.finding_key
inner join billing.invoices as i on i.tenant_id = a.tenant_id and i.invoice_id = a.invoice_id
inner join reference.tenants as t on t.tenant_id = a.tenant_id
left join reference.ai_policies as p on p.tenant_id = a.tenant_id
left join reference.rate_cards as c
    on
        c.tenant_id = a.tenant_id and i.issuer is null
        and c.card_version = reference.card_of_month(i.tenant_id, i.billing_period)
left join reference.charges as g
    on
        g.tenant_id = c.tenant_id and g.card_version = c.card_version
        and g.charge_code = a.charge_code
left join lateral (
    select sum(x.amount) as already from billing.adjustments as x
    where
        x.tenant_id = a.tenant_id and x.finding_key = a.finding_key and x.step < a.step
        and x.status = 'applied'
) as s on true
where
    a.open and (%(tenant)s::text is null or a.tenant_id = %(tenant)s)
    and a.step = (
        select max(x.step) from billing.adjustments as x
        where x.tenant_id = a.tenant_id and x.finding_key = a.finding_key
    )
    and not exists (
        select from billing.rationales as r
        where
            r.tenant_id = a.tenant_id and r.finding_key = a.finding_key and r.step = a.step
            and (r.amount, r.billed, r.expected) = (a.amount, f.billed, f.expected)
    )
order by a.status = 'applied', abs(a.amount) desc, a.tenant_id, a.finding_key
limit %(most)s
"""
