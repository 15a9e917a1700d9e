"""Rows of the outbox: one message to one destination about one opening of one thing."""

from typing import Any

import orjson
import psycopg

from e2a.domain.alerts import Announcement

Row = dict[str, Any]


def message(row: Row, said: Announcement, subject: str, version: int, payload: Row) -> Row:
    """A row for `insert`, about a row that has tenant_id, order_id and promise."""
    return {
        "tenant_id": row["tenant_id"], "order_id": row["order_id"], "promise": row["promise"],
        "exception_id": row.get("exception_id"), "subject": subject, "version": version,
        "kind": said.kind, "destination": said.destination,
        "announce_after": said.announce_after, "digest": said.digest,
        "payload": orjson.dumps(payload).decode(),
    }  # fmt: skip


def insert(connection: psycopg.Connection[Any], rows: list[Row]) -> int:
    """Write messages; one that is there already is left as it is. Returns how many are new."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT, rows)
        return cursor.rowcount


_INSERT = """
insert into ops.outbox (
    tenant_id, subject, exception_id, order_id, promise, kind, version, destination, payload,
    announce_after, next_attempt_at, digest
) values (
    %(tenant_id)s, %(subject)s, %(exception_id)s, %(order_id)s, %(promise)s, %(kind)s,
    %(version)s, %(destination)s, %(payload)s, %(announce_after)s, %(announce_after)s, %(digest)s
)
on conflict on constraint one_message do nothing
"""
