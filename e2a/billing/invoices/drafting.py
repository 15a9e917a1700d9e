"""Drafts from expected lines, late months and adjustments: replaced whole, only where they changed.

The drafts of a pass are locked before they are read, and passes take turns; a second pass over the
same events writes nothing. A review whose lines changed is a draft again.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from e2a.billing.invoices import statements as sql
from e2a.billing.invoices.correctable import TOUCH
from e2a.billing.invoices.late import add_late_lines
from e2a.billing.invoices.totals import retotal
from e2a.warehouse.scope import LEASE
from e2a.warehouse.statistics import count_again


@dataclass(frozen=True, slots=True)
class Scope:
    """Which drafts a pass makes: of one tenant or all, of these months or every open one."""

    tenant: str | None = None
    months: tuple[date, ...] | None = None

    def parameters(self) -> dict[str, Any]:
        """The scope as the statements take it."""
        return {
            "tenant": self.tenant,
            "months": None if self.months is None else list(self.months),
        }


@dataclass(frozen=True, slots=True)
class Drafted:
    """Drafts in all, and the ids of those whose lines this pass wrote, and that it removed."""

    invoices: int
    written: tuple[str, ...]
    removed: tuple[str, ...]


def draft(
    connection: psycopg.Connection[Any], now: datetime, scope: Scope | None = None
) -> Drafted:
    """Bring the drafts of open months up to date with everything that is known.

    Months whose work changed are derived again first, and months that have begun and may bear a
    fee. Finalised months that may still be corrected (B7) give lines to open ones.

    Args:
        connection: as `e2a_app`.
        now: when the drafts are made; SLA credits stand on drafts of months that are over by then.
        scope: tenant and months; None is all of them.
    """
    scope = scope or Scope()
    given = {**scope.parameters(), "now": now}
    with connection.transaction():
        connection.execute(f"select pg_advisory_xact_lock({LEASE})")
        connection.execute(TOUCH, given)
        connection.execute("select ops.refresh_expected_invoice_lines()")
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(hashtext('e2a.invoices'))")
        return _replace(connection, given)


def _replace(connection: psycopg.Connection[Any], given: dict[str, Any]) -> Drafted:
    connection.execute(sql.FORGET_PASS)
    connection.execute(sql.LOCK, given)
    connection.execute(sql.WANTED, given)
    connection.execute(sql.LINES, given)
    add_late_lines(connection, given)
    connection.execute(sql.ADJUSTMENTS)
    connection.execute(sql.COMPARED)
    connection.execute(sql.CHANGED)
    removed = _ids(connection.execute(sql.REMOVE, given))
    written = _ids(connection.execute(sql.STORE, given))
    connection.execute(sql.NOTE_INPUTS)
    connection.execute(sql.CLEAR)
    lines = connection.execute(sql.STORE_LINES).rowcount
    count_again(connection, "billing.invoice_lines", lines)
    retotal(connection, "changed")
    row = connection.execute("select count(*) from wanted").fetchone()
    assert row is not None
    return Drafted(row[0], written, removed)


def _ids(cursor: psycopg.Cursor[Any]) -> tuple[str, ...]:
    return tuple(sorted(row[0] for row in cursor.fetchall()))
