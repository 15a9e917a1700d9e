"""The switch of one order: of a silenced order nothing is sent to a model."""

from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import person


def silence(
    connection: psycopg.Connection[Any], tenant: str, order: str, by: str, reason: str, at: datetime
) -> str:
    """Send nothing about an order to a model any more; words that are there already stay.

    Args:
        connection: as `e2a_app`, outside a transaction.
        tenant: the order's tenant.
        order: its id or any of its names, with or without namespace.
        by: who wants it.
        reason: why.
        at: when.

    Returns:
        The order's id.

    Raises:
        BadInputError: no such order, several, nobody wants it, or it is silent already.
    """
    by, reason = person(by, "actor"), _said(reason)
    with connection.transaction():
        name = resolve(connection, tenant, order)
        connection.execute("select pg_advisory_xact_lock(hashtext('e2a.no_ai'))")
        if _silent(connection, tenant, name):
            raise BadInputError(
                f"Order {name} is silent already", "Lift it with `e2a narratives silence --lift`"
            )
        connection.execute(_SILENCE, (tenant, name, at, by, reason))
    return name


def lift(
    connection: psycopg.Connection[Any], tenant: str, order: str, by: str, at: datetime
) -> str:
    """Let a model be asked about an order again, from its next change on. Raises as `silence`."""
    by = person(by, "actor")
    with connection.transaction():
        name = resolve(connection, tenant, order)
        if not _silent(connection, tenant, name):
            raise BadInputError(f"Order {name} is not silent", "Nothing is to be lifted")
        connection.execute(_LIFT, {"tenant": tenant, "order": name, "by": by, "at": at})
    return name


def resolve(connection: psycopg.Connection[Any], tenant: str, order: str) -> str:
    """The id of an order by any of its names.

    Raises:
        BadInputError: there is none, or the name means several.
    """
    found = connection.execute(
        "select distinct order_id from orders.identifiers where tenant_id = %(tenant)s "
        "and (name = %(order)s or split_part(name, ':', 2) = %(order)s) order by 1",
        {"tenant": tenant, "order": order},
    ).fetchall()
    if not found:
        raise BadInputError(
            f"Tenant {tenant} has no order {order!r}", "Give its id, such as shopify:5001"
        )
    if len(found) > 1:
        names = ", ".join(row[0] for row in found)
        raise BadInputError(f"{order!r} means several orders", f"Say which: {names}")
    return str(found[0][0])


def _said(reason: str) -> str:
    if not reason.strip():
        raise BadInputError("There is no reason", "Give one with --reason")
    return reason.strip()


def _silent(connection: psycopg.Connection[Any], tenant: str, order: str) -> bool:
    given = {"tenant": tenant, "order": order}
    row = connection.execute(f"select exists (select {_STANDING})", given).fetchone()
    return bool(row and row[0])


_STANDING = """
from sla.no_ai as x
where
    x.tenant_id = %(tenant)s and x.lifted_at is null
    and (
        x.order_name = %(order)s
        or x.order_name in (
            select i.name from orders.identifiers as i
            where i.tenant_id = %(tenant)s and i.order_id = %(order)s
        )
    )
"""

_SILENCE = """
insert into sla.no_ai (tenant_id, order_name, since, by_person, reason) values (%s, %s, %s, %s, %s)
"""

_LIFT = f"""
update sla.no_ai as n set lifted_at = %(at)s, lifted_by = %(by)s
where (n.tenant_id, n.order_name, n.since) in (
    select x.tenant_id, x.order_name, x.since {_STANDING}
)
"""
