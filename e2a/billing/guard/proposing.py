"""Adjustments: one a finding, applied at once within the limits of B11, else waiting for a person.

    finding ──> proposed ──> applied   (within limits, by the guard)
                        └──> waiting ──> applied | rejected   (by a person who is not the author)

A finding that closes withdraws what waits, and takes back what was applied for it. One that
changes after it was adjusted is adjusted by what is still missing, as a further step.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg

from e2a.billing.guard import proposals as sql
from e2a.billing.guard.applying import apply
from e2a.billing.guard.rules import SYSTEM, lives
from e2a.domain.adjustment import Decision, Limits, Proposal, Status, decide
from e2a.domain.findings import WITHOUT_AMOUNT, Rule
from e2a.domain.rule_life import may_adjust

Invoice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Proposed:
    """Open adjustments by decision, and how many rows this pass changed."""

    within_limits: int
    needs_approval: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A finding that has no adjustment for what it now says."""

    key: str
    rule: Rule
    discrepancy: Decimal
    amount: Decimal
    step: int
    issuer: str | None


def propose(
    connection: psycopg.Connection[Any],
    now: datetime,
    tenant: str | None = None,
    by: str = SYSTEM,
) -> Proposed:
    """Propose what is not proposed yet and apply what the limits allow, in one transaction.

    Args:
        connection: as `e2a_app`.
        now: when, for the audit trail.
        tenant: only this one's.
        by: the author: whoever runs this may not approve it.
    """
    given = {"tenant": tenant, "now": now, "guard": SYSTEM, "by": by}
    with connection.transaction():
        connection.execute(sql.LOCK, given)
        gone = connection.execute(sql.CLOSE, given).fetchall()
        wanted, settled = _wanted(connection, given), {(t, i) for t, i, was in gone if was}
        decided = _decided(connection, wanted, given)
        _store(connection, decided, given)
        settled |= {
            invoice for invoice, _, decision in decided if decision is Decision.WITHIN_LIMITS
        }
        apply(connection, sorted(settled))
        counts = dict(connection.execute(sql.COUNTS, given).fetchall())
    return Proposed(
        counts.get(Decision.WITHIN_LIMITS, 0),
        counts.get(Decision.NEEDS_APPROVAL, 0),
        len(gone) + len(decided),
    )


def _wanted(
    connection: psycopg.Connection[Any], given: dict[str, Any]
) -> dict[Invoice, list[_Wanted]]:
    found: defaultdict[Invoice, list[_Wanted]] = defaultdict(list)
    for row in connection.execute(sql.WANTED, given):
        tenant, invoice, key, rule, discrepancy, amount, step, issuer = row
        one = _Wanted(key, Rule(rule), discrepancy, amount, step, issuer)
        found[tenant, invoice].append(one)
    return found


def _decided(
    connection: psycopg.Connection[Any],
    wanted: dict[Invoice, list[_Wanted]],
    given: dict[str, Any],
) -> list[tuple[Invoice, _Wanted, Decision]]:
    stand = lives(connection, {tenant for tenant, _ in wanted})
    decided = []
    for tenant, invoice, total, used, *limits in (
        connection.execute(sql.LIMITS, _pairs(wanted)).fetchall() if wanted else ()
    ):
        of = wanted[tenant, invoice]
        proposals = [
            Proposal(
                one.key,
                _amount(one),
                one.issuer is None and may_adjust(stand[tenant][one.rule]),
            )
            for one in of
        ]
        said = Limits(*(limit if limit is not None else Decimal(0) for limit in limits))
        decisions = decide(proposals, said, total, used)
        decided += [((tenant, invoice), one, decisions[one.key]) for one in of]
    return decided


def _amount(one: _Wanted) -> Decimal:
    return Decimal(0) if one.rule in WITHOUT_AMOUNT else one.amount


def _pairs(invoices: Iterable[Invoice]) -> dict[str, list[str]]:
    pairs = list(invoices)
    return {"tenants": [t for t, _ in pairs], "invoices": [i for _, i in pairs]}


def _store(
    connection: psycopg.Connection[Any],
    decided: list[tuple[Invoice, _Wanted, Decision]],
    given: dict[str, Any],
) -> None:
    rows = {
        "tenants": [invoice[0] for invoice, _, _ in decided],
        "keys": [one.key for _, one, _ in decided],
        "steps": [one.step for _, one, _ in decided],
        "amounts": [_amount(one) for _, one, _ in decided],
        "discrepancies": [one.discrepancy for _, one, _ in decided],
        "decisions": [decision.value for _, _, decision in decided],
    }
    connection.execute(sql.PROPOSE, {**given, **rows})
    for decision, status, why in (
        (Decision.WITHIN_LIMITS, Status.APPLIED, "within the limits of the rate card"),
        (Decision.NEEDS_APPROVAL, Status.WAITING, "needs a person who is not its author"),
    ):
        move = {"decision": decision.value, "to": status.value, "why": why}
        connection.execute(sql.MOVE_ON, {**given, **move})
