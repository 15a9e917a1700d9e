"""What people decide about adjustments: approve, reject, reverse; each with reason and trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from e2a.billing.guard.applying import apply
from e2a.billing.guard.rules import SYSTEM, quarantine_if_reversed
from e2a.domain.adjustment import Status, check_approver, check_move
from e2a.domain.errors import BadInputError, RefusedError
from e2a.domain.findings import Rule


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, and whether it sent the rule into quarantine."""

    finding_key: str
    status: Status
    quarantined: Rule | None = None


def approve(
    connection: psycopg.Connection[Any], tenant: str, finding_key: str, *, by: str, now: datetime,
    reason: str = "approved",
) -> Decided:  # fmt: skip
    """Apply an adjustment that waits, whatever its amount (B11).

    Args:
        connection: as `e2a_app`.
        tenant: whose invoice.
        finding_key: the finding, or an unmistakable part of its key.
        by: the approver: not the author, and not the guard.
        now: when.
        reason: why, for the audit trail.

    Raises:
        BadInputError: there is no such adjustment, it does not wait, or the approver is its author.
        RefusedError: its invoice may not change any more, or it claims no amount.
    """
    return _decide(connection, tenant, finding_key, Status.APPLIED, by, reason, now)


def reject(
    connection: psycopg.Connection[Any], tenant: str, finding_key: str, *, by: str, now: datetime,
    reason: str = "rejected",
) -> Decided:  # fmt: skip
    """Say that the invoice stays as it is; the finding blocks nothing then. Raises as `approve`."""
    return _decide(connection, tenant, finding_key, Status.REJECTED, by, reason, now)


def reverse(
    connection: psycopg.Connection[Any], tenant: str, finding_key: str, *, by: str, now: datetime,
    reason: str = "reversed",
) -> Decided:  # fmt: skip
    """Take an applied adjustment back in full; it is never applied again. Raises as `approve`.

    A rule whose adjustments people reverse too often is quarantined in the same transaction.
    """
    return _decide(connection, tenant, finding_key, Status.REVERSED, by, reason, now)


def _decide(
    connection: psycopg.Connection[Any], tenant: str, part: str, to: Status, by: str, reason: str,
    now: datetime,
) -> Decided:  # fmt: skip
    if not reason.strip():
        raise BadInputError("A decision has no reason", "Give one with --reason")
    with connection.transaction():
        key = _key(connection, tenant, part)
        row = connection.execute(_LOCK, (tenant, key)).fetchone()
        assert row is not None
        step, status, author, invoice, rule, amount, invoice_status = row
        check_move(key, Status(status), to)
        check_approver(key, SYSTEM if to is Status.REVERSED else author, by)
        if invoice_status not in ("draft", "review"):
            raise RefusedError(
                f"Invoice {invoice} is {invoice_status} and never changes",
                "Write a credit note instead: e2a invoices credit",
            )
        if to is Status.APPLIED and not amount:
            raise RefusedError(
                f"{key} claims no amount: there is nothing to apply",
                "Reject it with a reason to accept the invoice as it is, or import it corrected",
            )
        given = {
            "tenant": tenant, "key": key, "step": step, "to": to.value, "from": status, "by": by,
            "reason": reason, "now": now,
        }  # fmt: skip
        connection.execute(_MOVE, given)
        apply(connection, [(tenant, invoice)])
        gone = to is Status.REVERSED and quarantine_if_reversed(connection, tenant, Rule(rule), now)
    return Decided(key, to, Rule(rule) if gone else None)


def _key(connection: psycopg.Connection[Any], tenant: str, part: str) -> str:
    rows = connection.execute(_FIND, {"tenant": tenant, "part": part}).fetchall()
    keys = [key for (key,) in rows]
    if part in keys:
        return part
    if len(keys) == 1:
        return str(keys[0])
    if not keys:
        raise BadInputError(
            f"{tenant} has no adjustment {part!r}", "List them with `e2a adjustments list`"
        )
    raise BadInputError(
        f"{part!r} means {len(keys)} adjustments of {tenant}, such as {keys[0]} and {keys[1]}",
        "Give more of the key",
    )


_FIND = """
select distinct finding_key from billing.adjustments
where tenant_id = %(tenant)s and (finding_key = %(part)s or strpos(finding_key, %(part)s) > 0)
order by finding_key
"""

_LOCK = """
select a.step, a.status, a.author, a.invoice_id, a.rule, a.amount, i.status
from billing.adjustments as a
inner join billing.invoices as i on i.tenant_id = a.tenant_id and i.invoice_id = a.invoice_id
where a.tenant_id = %s and a.finding_key = %s
order by a.step desc limit 1 for update of i, a
"""

_MOVE = """
with moved as (
    update billing.adjustments set status = %(to)s, decided_by = %(by)s, decided_at = %(now)s
    where tenant_id = %(tenant)s and finding_key = %(key)s and step = %(step)s
    returning *
)
insert into billing.adjustment_moves (
    tenant_id, finding_key, step, moved_at, from_status, to_status, by_person, reason, amount, rule,
    events
)
select
    m.tenant_id, m.finding_key, m.step, %(now)s, %(from)s, %(to)s, %(by)s, %(reason)s, m.amount,
    m.rule, f.events
from moved as m
inner join billing.findings as f on f.tenant_id = m.tenant_id and f.finding_key = m.finding_key
"""
