"""Messages that are long settled are forgotten, so that the outbox stays small."""

from datetime import datetime, timedelta
from typing import Any

import psycopg

KEPT = timedelta(days=90)
"""How long after a message was settled it can be shown."""


def prune(connection: psycopg.Connection[Any], now: datetime) -> int:
    """Delete messages that were settled long ago and whose episode is over. Returns how many.

    Those of an episode that is still open stay: who was told must be told when it clears.
    """
    with connection.transaction():
        return connection.execute(_PRUNE, (now - KEPT,)).rowcount


_PRUNE = """
delete from ops.outbox as o
where
    o.state in ('delivered', 'retracted', 'dead') and o.settled_at < %s
    and not exists (
        select from sla.exceptions as e
        where
            e.tenant_id = o.tenant_id and e.exception_id = o.exception_id
            and e.status <> 'CLOSED'
    )
"""
