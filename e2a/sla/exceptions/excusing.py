"""Excusals: a breach leaves the count by two people's consent, and comes back if withdrawn.

The decision is kept in `sla.excusals` and lands, in the same transaction, as the canonical event
`sla_excused` (withdrawing lands `event_voided`), so that verdicts stay a function of events alone
(C10, C15). Then the lane is read, the models refreshed and the episode settled. Every step may be
repeated: after a crash the same command finishes what was begun.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import class_row

from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import Promise, person
from e2a.sla.exceptions.excusal import Excusal
from e2a.sla.exceptions.reading import only_one
from e2a.sla.exceptions.syncing import sync
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.inbox import land_chunk
from e2a.warehouse.scope import refresh


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: which promise of which order (by any of its names), why, by whom."""

    tenant: str
    order: str
    promise: Promise
    reason: str
    author: str
    approver: str
    note: str | None = None


def excuse(
    connection: psycopg.Connection[Any], reader: Reader, request: Request, at: datetime
) -> tuple[Excusal, bool]:
    """Excuse a promise.

    Args:
        connection: as `e2a_app`, outside a transaction.
        reader: the lane `wms`, in whose dialect the event is written.
        request: what to excuse.
        at: the instant of the decision.

    Returns:
        The excusal, and whether `sla.breaches` shows it already: while a transaction that is older
        than the landing stays open, the lane cannot read the event yet.

    Raises:
        BadInputError: author and approver are one, the policy knows no such reason, there is no
            such promise, or it stands excused otherwise.
    """
    author, approver = person(request.author, "author"), person(request.approver, "approver")
    if author.lower() == approver.lower():
        raise BadInputError(
            f"{author} cannot approve an excusal of their own", "Name another approver"
        )
    with connection.transaction():
        excusal = _decide(connection, request, author, approver, at)
        land_chunk(connection, [excusal.excused(reader.source)])
    return excusal, _settle(connection, reader, excusal, excusal.event_id, at)


def withdraw(
    connection: psycopg.Connection[Any], reader: Reader, excusal: Excusal, by: str, at: datetime
) -> tuple[Excusal, bool]:
    """Withdraw an excusal: its event is declared void, the breach counts again.

    Withdrawing twice changes nothing. Arguments and result are as for `excuse`.
    """
    by = person(by, "one who withdraws")
    given = {"tenant": excusal.tenant_id, "id": excusal.excusal_id, "by": by, "at": at}
    with connection.transaction():
        connection.execute(_WITHDRAW, given)
        withdrawn = _one(connection, _BY_ID, given)
        assert withdrawn is not None
        land_chunk(connection, [withdrawn.voided(reader.source)])
    return withdrawn, _settle(connection, reader, withdrawn, withdrawn.void_id, at)


def find_excusal(
    connection: psycopg.Connection[Any], beginning: str, tenant: str | None = None
) -> Excusal:
    """The excusal whose identifier begins so.

    Raises:
        BadInputError: none does, or more than one.
    """
    return Excusal(**only_one(connection, _FIND, beginning, tenant, "excusal"))


def _decide(
    connection: psycopg.Connection[Any], request: Request, author: str, approver: str, at: datetime
) -> Excusal:
    """The excusal, new or as it was decided before the same command broke off."""
    given = {
        "tenant": request.tenant, "order": _order(connection, request), "by": author, "at": at,
        "promise": str(request.promise), "stage": request.promise.stage,
        "instance": request.promise.instance, "reason": request.reason.strip().lower(),
        "approver": approver, "note": request.note,
    }  # fmt: skip
    _check_reason(connection, request, given)
    connection.execute(_INSERT, given)
    standing = _one(connection, _STANDING, given)
    assert standing is not None
    decided = (standing.reason, standing.author, standing.approver)
    if decided != (given["reason"], author, approver):
        raise BadInputError(
            f"{standing.promise} of {standing.order_id} stands excused already: "
            f"{standing.reason}, by {standing.author}, approved by {standing.approver}",
            f"Withdraw it first: e2a exceptions withdraw {str(standing.excusal_id)[:8]}",
        )
    return standing


def _order(connection: psycopg.Connection[Any], request: Request) -> str:
    row = connection.execute(
        "select order_id from orders.identifiers where tenant_id = %s and name = %s",
        (request.tenant, request.order),
    ).fetchone()
    if row is None:
        raise BadInputError(
            f"{request.tenant} has no order {request.order!r}",
            "Name it as its system does, such as shopify:5001",
        )
    return str(row[0])


def _check_reason(
    connection: psycopg.Connection[Any], request: Request, given: dict[str, Any]
) -> None:
    row = connection.execute(_ALLOWED, given).fetchone()
    if row is None:
        raise BadInputError(
            f"Order {given['order']} has no promise {request.promise}",
            "See its clocks in sla.clocks",
        )
    if not given["reason"]:
        raise BadInputError("An excusal needs a reason", "Give one with --reason")
    if row[0] and given["reason"] not in row[0]:
        raise BadInputError(
            f"The policy of {request.promise} is not excused by {given['reason']!r}",
            f"It is by: {', '.join(row[0])}",
        )


def _settle(
    connection: psycopg.Connection[Any],
    reader: Reader,
    excusal: Excusal,
    event_id: str,
    at: datetime,
) -> bool:
    drain(connection, reader)
    refresh(connection)
    sync(connection, at, (excusal.tenant_id, excusal.order_id, excusal.promise))
    with connection.transaction():
        known = connection.execute(
            "select from landing.order_events "
            "where tenant_id = %s and source = %s and source_event_id = %s",
            (excusal.tenant_id, reader.source, event_id),
        )
        return known.rowcount > 0


def _one(
    connection: psycopg.Connection[Any], query: LiteralString, given: dict[str, Any]
) -> Excusal | None:
    with connection.cursor(row_factory=class_row(Excusal)) as cursor:
        return cursor.execute(query, given).fetchone()


_ALLOWED = """
select coalesce((
    select p.excusals from reference.sla_policies as p
    where
        p.tenant_id = c.tenant_id and p.policy_version = c.policy_version and p.stage = c.stage
    limit 1
), '{}') from sla.clocks as c
where
    c.tenant_id = %(tenant)s and c.order_id = %(order)s
    and c.stage = %(stage)s and c.instance = %(instance)s
"""

_INSERT = """
insert into sla.excusals (
    tenant_id, excusal_id, order_id, promise, reason, author, approver, note, excused_at
) values (
    %(tenant)s, gen_random_uuid(), %(order)s, %(promise)s, %(reason)s, %(by)s, %(approver)s,
    %(note)s, %(at)s
) on conflict (tenant_id, order_id, promise) where withdrawn_at is null do nothing
"""

_STANDING = """
select * from sla.excusals
where
    tenant_id = %(tenant)s and order_id = %(order)s and promise = %(promise)s
    and withdrawn_at is null
for update
"""

_BY_ID = "select * from sla.excusals where tenant_id = %(tenant)s and excusal_id = %(id)s"

_WITHDRAW = """
update sla.excusals set withdrawn_at = %(at)s, withdrawn_by = %(by)s
where tenant_id = %(tenant)s and excusal_id = %(id)s and withdrawn_at is null
"""

_FIND = """
select * from sla.excusals
where
    excusal_id::text like %(beginning)s
    and (%(tenant)s::text is null or tenant_id = %(tenant)s)
limit 2
"""
