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
            pid = writer.info.backend_pid
            await asyncio.sleep(seconds)
            await world.until(
                _READ_MEANWHILE.format(pid),
                "nothing that came while another database's writer was at it has been read",
            )
            world.fired["written beside"] += 1
            await asyncio.to_thread(_holds_nothing_up, world)
            await writer.rollback()


def _holds_nothing_up(world: World) -> None:
    with world.warehouse.connect(Role.APP) as app:
        found = health(app, datetime.now(UTC))
    named = found.oldest_writer.database if found.is_alarm and found.oldest_writer else None
    world.need(named in (None, world.warehouse.database), f"held up by a writer of {named}")


_READ_MEANWHILE = """
select from pg_stat_activity as w
where
    w.pid = {} and w.backend_xid is not null and w.datname <> current_database()
    and exists (select from ops.batches as b where b.oldest_received_at > w.xact_start)
"""
