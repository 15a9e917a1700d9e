"""What people decide about adjustments: approve, reject, reverse; nobody decides on their own."""

from datetime import datetime
from typing import Any

import psycopg

from e2a.billing.guard.lines import put_lines
from e2a.billing.guard.rules import quarantine_if_reversed
from e2a.domain.errors import BadInputError, RefusedError

FROM = {
    "applied": ("waiting", "rejected"),
    "rejected": ("waiting",),
    "reversed": ("applied",),
}
"""From where an adjustment may get to where a decision puts it."""


def approve(
    connection: psycopg.Connection[Any], tenant: str, key: str, *, by: str, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Apply an adjustment that waits, whatever its amount.

    Raises:
        BadInputError: the tenant has no such adjustment.
        RefusedError: it does not wait, its invoice is finalised, or the approver is its author.
    """
    _decide(connection, tenant, key, "applied", by, reason, now)


def reject(
    connection: psycopg.Connection[Any], tenant: str, key: str, *, by: str, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Say that the invoice stays as it was billed; raises as `approve`."""
    _decide(connection, tenant, key, "rejected", by, reason, now)


def reverse(
    connection: psycopg.Connection[Any], tenant: str, key: str, *, by: str, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    """Take an applied adjustment back in full; it is never applied by itself again.

    A rule that people reverse too often is quarantined. Raises as `approve`.
    """
    _decide(connection, tenant, key, "reversed", by, reason, now)


def _decide(
    connection: psycopg.Connection[Any], tenant: str, key: str, to: str, by: str, reason: str,
    now: datetime,
) -> None:  # fmt: skip
    if not reason.strip():
        raise BadInputError("A decision needs a reason", "Give one with --reason")
    with connection.transaction():
        status, author, invoice, rule = _locked(connection, tenant, key)
        if status not in FROM[to]:
            raise RefusedError(f"The adjustment is {status} and cannot be {to}", "See the list")
        if by == author:
            raise RefusedError(
                f"{by} is the author of this adjustment", "Somebody else must decide it"
            )
        given = {
            "tenant": tenant, "key": key, "to": to, "from": status, "by": by, "reason": reason,
            "now": now,
        }  # fmt: skip
        connection.execute(_MOVE, given)
        put_lines(connection, tenant, invoice)
        if to == "reversed":
            quarantine_if_reversed(connection, tenant, rule, now)


def _locked(connection: psycopg.Connection[Any], tenant: str, key: str) -> Any:
    row = connection.execute(_LOCK, (tenant, key)).fetchone()
    if row is None:
        raise BadInputError(
            f"{tenant} has no adjustment {key}", "List them with `e2a adjustments list`"
        )
    *found, invoice_status = row
    if invoice_status not in ("draft", "review"):
        raise RefusedError(
            f"Its invoice is {invoice_status}", "Write a credit note: `e2a invoices credit`"
        )
    return found


_LOCK = """
select a.status, a.author, a.invoice_id, a.rule, i.status
from billing.adjustments as a
inner join billing.invoices as i on i.tenant_id = a.tenant_id and i.invoice_id = a.invoice_id
where a.tenant_id = %s and a.finding_key = %s for update of a, i
"""

_MOVE = """
with moved as (
    update billing.adjustments set
        status = %(to)s, decided_by = %(by)s, decided_at = %(now)s, open = %(to)s = 'applied'
    where tenant_id = %(tenant)s and finding_key = %(key)s
    returning tenant_id, finding_key, amount, rule
)
insert into billing.adjustment_moves
select tenant_id, finding_key, %(now)s, %(from)s, %(to)s, %(by)s, %(reason)s, amount, rule from moved
"""
