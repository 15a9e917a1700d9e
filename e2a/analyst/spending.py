"""What a UTC day's calls of models have used, hold and leave, by scope: for status and metrics."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Spending:
    """One scope on one day; USD.

    Attributes:
        tenant_id: whose; `*` of a scope over all tenants.
        scope: `global`, `tenant`, or `purpose:` and its name.
        held_tokens: of calls that have not ended.
        overrun_tokens: used beyond what had been reserved.
    """

    tenant_id: str
    day: date
    scope: str
    limit_tokens: int
    limit_cost: Decimal
    held_tokens: int
    held_cost: Decimal
    used_tokens: int
    used_cost: Decimal
    overrun_tokens: int
    overrun_cost: Decimal

    @property
    def left_tokens(self) -> int:
        """What may still be reserved."""
        return max(0, self.limit_tokens - self.used_tokens - self.held_tokens)

    @property
    def left_cost(self) -> Decimal:
        """What may still be reserved, USD."""
        return max(Decimal(0), self.limit_cost - self.used_cost - self.held_cost)

    @property
    def used_ratio(self) -> float:
        """The part of the tighter limit that is used or held; 1 of a limit of nothing."""
        tokens = _ratio(self.used_tokens + self.held_tokens, self.limit_tokens)
        return max(tokens, _ratio(self.used_cost + self.held_cost, self.limit_cost))


def spent(connection: psycopg.Connection[Any], day: date | None = None) -> list[Spending]:
    """What each scope has used, the global one first.

    Args:
        connection: as the application or the analyst.
        day: in UTC; the database's today unless given.
    """
    with connection.cursor(row_factory=class_row(Spending)) as cursor:
        return cursor.execute(_SPENT, (day,)).fetchall()


def _ratio(used: int | Decimal, limit: int | Decimal) -> float:
    return float(used / limit) if limit else 1.0


_SPENT = """
select
    tenant_id, day, scope, limit_tokens, limit_cost, held_tokens, held_cost, used_tokens, used_cost,
    overrun_tokens, overrun_cost
from ops.ai_budget_days
where day = coalesce(%s::date, (now() at time zone 'utc')::date)
order by scope <> 'global', scope = 'tenant', scope, tenant_id
"""
