"""Two tenants of one database, charge by charge: what a changed rate card would have billed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class ChargeChange:
    """A charge of a billing month whose amount differs, before tax."""

    billing_period: date
    charge_code: str
    currency: str
    was: Decimal
    now: Decimal


def compare_charges(connection: psycopg.Connection[Any], was: str, now: str) -> list[ChargeChange]:
    """Compare the expected lines of the months that the replayed orders touch.

    Minimum, credits and tiers are those of the replayed orders alone, on both sides.
    """
    with connection.transaction():
        connection.execute("select ops.refresh_expected_invoice_lines()")
        rows = connection.execute(_DIFFERING, {"was": was, "now": now}).fetchall()
    return [ChargeChange(*row) for row in rows]


_DIFFERING = """
select
    billing_period, charge_code, currency,
    coalesce(sum(amount) filter (where tenant_id = %(was)s), 0) as was,
    coalesce(sum(amount) filter (where tenant_id = %(now)s), 0) as now
from billing.expected_invoice_lines
where tenant_id in (%(was)s, %(now)s)
group by billing_period, charge_code, currency
having
    coalesce(sum(amount) filter (where tenant_id = %(was)s), 0)
    <> coalesce(sum(amount) filter (where tenant_id = %(now)s), 0)
order by billing_period, charge_code, currency
"""
