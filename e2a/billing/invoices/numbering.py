"""Numbers without gaps: one counter a tenant and series, held until the transaction ends.

Whoever takes a number uses it in the same transaction; the database refuses the commit otherwise.
"""

from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True, slots=True)
class Number:
    """A number as text, its series, and its place in it."""

    text: str
    series: str
    ordinal: int


def next_number(connection: psycopg.Connection[Any], tenant: str, series: str) -> Number:
    """The next number of a series; others that want one wait until this transaction ends."""
    row = connection.execute(_NEXT, (tenant, series)).fetchone()
    assert row is not None
    return Number(row[1], series, row[0])


_NEXT = """
insert into billing.invoice_numbers as n values (%s, %s, 1)
on conflict (tenant_id, series) do update set last_number = n.last_number + 1
returning n.last_number, billing.number_text(n.series, n.last_number)
"""
