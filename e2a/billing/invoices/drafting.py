"""Drafts from expected lines, late months and adjustments: replaced whole, only where they changed.

The drafts of a pass are locked before they are read, so two passes at once write one after the
other, and a second pass over the same events writes nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from e2a.billing.invoices import statements as sql
from e2a.billing.invoices.totals import retotal
from e2a.warehouse.scope import LEASE


@dataclass(frozen=True, slots=True)
class Scope:
    """Which drafts a pass makes; None is all tenants, all months that have lines."""

    tenant: str | None = None
    months: tuple[date, ...] | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """Drafts in all, and the invoice ids that this pass wrote or removed."""

    invoices: int
    written: tuple[str, ...]
    removed: tuple[str, ...]


def draft(
    connection: psycopg.Connection[Any], now: datetime, scope: Scope | None = None
) -> Drafted:
    """Bring the drafts up to date with everything that is known, in one transaction.

    Args:
        connection: as `e2a_app`.
        now: when the drafts are made, written into their inputs.
        scope: tenant and months; the months are derived again first, with the finalised months
            before them, whose late events may call for a prior-period line (B7).
    """
    scope = scope or Scope()
    with connection.transaction():
        derive(connection, scope)
        connection.execute(sql.LOCK)
        connection.execute(sql.WANTED, {"tenant": scope.tenant, "months": _listed(scope)})
        connection.execute(sql.PRIOR)
        connection.execute(sql.LINES)
        connection.execute(sql.CHANGED)
        removed = _ids(
            connection.execute(sql.REMOVE, {"tenant": scope.tenant, "months": _listed(scope)})
        )
        written = _ids(
            connection.execute(
                sql.STORE, {"inputs": Jsonb({"known_at": f"{now:%FT%TZ}"}), "now": now}
            )
        )
        connection.execute(sql.CLEAR)
        connection.execute(sql.STORE_LINES)
        retotal(connection, "changed")
        row = connection.execute("select count(*) from wanted").fetchone()
    assert row is not None
    return Drafted(row[0], written, removed)


def derive(connection: psycopg.Connection[Any], scope: Scope) -> None:
    """Derive the expected lines of these months again, and of the closed ones before them."""
    connection.execute(f"select pg_advisory_xact_lock({LEASE})")
    connection.execute(sql.TOUCH, {"tenant": scope.tenant, "months": _listed(scope)})
    connection.execute("select ops.refresh_expected_invoice_lines()")


def _listed(scope: Scope) -> list[date] | None:
    return None if scope.months is None else list(scope.months)


def _ids(cursor: psycopg.Cursor[Any]) -> tuple[str, ...]:
    return tuple(sorted(row[0] for row in cursor.fetchall()))
