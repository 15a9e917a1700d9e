"""What becomes of a credential: listed, replaced with an overlap, revoked. None is ever deleted."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from e2a.domain.errors import BadInputError, RefusedError
from e2a.gateway.credentials.making import Made, Wanted, create
from e2a.warehouse.vault import Vault


def listed(
    connection: psycopg.Connection[Any], tenant: str | None, *, ended_too: bool, now: datetime
) -> list[dict[str, Any]]:
    """Credentials without their secrets, those that hold first and the newest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_LIST, {"tenant": tenant, "all": ended_too, "now": now}).fetchall()


def rotate(
    connection: psycopg.Connection[Any],
    vault: Vault,
    key_id: str,
    *,
    secret: str | None,
    overlap: timedelta,
    now: datetime,
) -> Made:
    """Make a successor; the former one holds for the overlap. In the caller's transaction.

    Raises:
        BadInputError: there is no such credential.
        RefusedError: it holds no more.
    """
    old = _find(connection, key_id)
    if old["revoked_at"] or (old["not_after"] and old["not_after"] <= now):
        raise RefusedError(f"{key_id} holds no more", "Make a new one: e2a keys create")
    kept = ("tenant_id", "source", "kind", "account", "time_zone", "order_namespace")
    wanted = Wanted(secret=secret, **{name: old[name] for name in kept})
    made = create(connection, vault, wanted, now)
    connection.execute(
        "update ops.credentials set not_after = least(not_after, %s) "
        "where tenant_id = %s and key_id = %s",
        (now + overlap, old["tenant_id"], key_id),
    )
    return made


def revoke(connection: psycopg.Connection[Any], key_id: str, now: datetime) -> bool:
    """End a credential now, in the caller's transaction; False if it was revoked before.

    Raises:
        BadInputError: there is no such credential.
    """
    old = _find(connection, key_id)
    connection.execute(
        "update ops.credentials set revoked_at = coalesce(revoked_at, %s) "
        "where tenant_id = %s and key_id = %s",
        (now, old["tenant_id"], key_id),
    )
    return old["revoked_at"] is None


def _find(connection: psycopg.Connection[Any], key_id: str) -> dict[str, Any]:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(
            "select * from ops.credentials where key_id = %s for update", (key_id,)
        ).fetchone()
    if row is None:
        raise BadInputError(f"There is no credential {key_id!r}", "See `e2a keys list --all`")
    return row


_LIST = """
select
    tenant_id, key_id, source, kind, account, time_zone, order_namespace, created_at, not_after,
    revoked_at,
    revoked_at is null and (not_after is null or not_after > %(now)s) as holds
from ops.credentials
where
    (%(tenant)s::text is null or tenant_id = %(tenant)s)
    and (%(all)s or (revoked_at is null and (not_after is null or not_after > %(now)s)))
order by holds desc, tenant_id, source, created_at desc, key_id
"""
