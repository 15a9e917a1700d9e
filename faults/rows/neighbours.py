"""Row 15: a transaction of another database of the server writes for long; the radar goes on."""

import asyncio
from datetime import UTC, datetime

import psycopg

from e2a.warehouse.connection import Role
from e2a.warehouse.watermark import health
from faults.world import World


async def long_writer(world: World, seconds: float) -> None:
    """Hold a transaction id in another database; what arrives meanwhile must become verdicts.

    Args:
        world: of the row.
        seconds: how long it is held at least; and until something that came later has been read.
    """
    await world.ready()
    admin = world.warehouse.conninfo(Role.ADMIN)
    while world.wants_more:
        async with await psycopg.AsyncConnection.connect(admin) as writer:
            await writer.execute("select pg_current_xact_id()")
            since = datetime.now(UTC)
            await asyncio.sleep(seconds)
            await world.until(
                "select from ops.batches as b where b.oldest_received_at > ("
                "select max(xact_start) from pg_stat_activity "
                "where backend_xid is not null and datname <> current_database())",
                "nothing that came while another database's writer was at it has been read",
            )
            await asyncio.to_thread(_is_seen, world, since)
            await writer.rollback()


def _is_seen(world: World, since: datetime) -> None:
    """The writer is there, is the oldest, and holds nothing up."""
    with world.warehouse.connect(Role.APP) as app:
        found = health(app, datetime.now(UTC))
    writer = found.oldest_writer
    if writer and writer.database != world.warehouse.database and writer.writing_since <= since:
        world.fired["written beside"] += 1
    world.need(not found.is_alarm or writer is None or writer.writing_since > since,
               "a writer of another database holds rows up")  # fmt: skip
