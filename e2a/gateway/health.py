"""Whether the gateway can take messages in, and how far the readers of the inbox are behind."""

import shutil
from typing import Any

import psycopg

from e2a.gateway.door import Door

LEAST_FREE = 512 * 2**20
"""Bytes of disk below which the installation is not ready."""


async def report(door: Door) -> dict[str, Any]:
    """What `/readyz` says: each condition, and `ready` if all of them hold.

    Lag makes nobody unready: a slow reader is no reason to turn messages away.
    """
    found = await lags(door)
    free = shutil.disk_usage(door.warehouse.home).free
    conditions = {
        "database": found is not None and door.writers.connected > 0,
        "credentials": door.keyring.is_read,
        "disk": free >= LEAST_FREE,
        "accepting": not door.draining,
    }
    return {
        "ready": all(conditions.values()),
        **conditions,
        "free_bytes": free,
        "lag_seconds": found,
        "queue_rows": door.writers.queue.rows,
    }


async def lags(door: Door) -> dict[str, float] | None:
    """Seconds by lane since its oldest unread delivery came (0: none); None without a database."""
    try:
        lanes = await door.link.lanes()
    except psycopg.Error:
        return None
    now = door.clock()
    return {
        lane: max(0.0, (now - since).total_seconds()) if since else 0.0
        for lane, since in lanes.items()
    }
