"""Rows 1, 2 and 3: gateway and reader are killed between two statements."""

import asyncio
import os
import signal

from faults.rows.lingering import lingering
from faults.world import World


async def before_commit(world: World) -> None:
    """Row 1: kill -9 the gateway while its INSERT has been executed and is not committed.

    The server is seen lingering at its commit; then the gateway's process dies, and in every second
    case the server's side is ended too, so that the work is rolled back for certain.
    """
    world.gateway.arm = world.arm("gateway.before_insert")
    async with lingering(world, share=0.5, seconds=0.1), world.owner() as owner:
        await world.ready()
        while world.wants_more:
            await asyncio.sleep(0.01)
            if world.random.random() < 0.7:
                continue
            rows = await (await owner.execute(_AT_COMMIT)).fetchall()
            if not rows or not world.gateway.kill():
                continue
            world.fired["killed before commit"] += 1
            if world.random.random() < 0.5:
                for (pid,) in rows:
                    await _terminate(world, pid)
            await world.ready()


async def _terminate(world: World, pid: int) -> None:
    """End one session of the server; SIGTERM to it is `pg_terminate_backend`."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    world.fired["rolled back"] += 1


async def before_answer(world: World) -> None:
    """Row 2: kill -9 the gateway between COMMIT and its answer."""
    world.gateway.arm = world.arm("gateway.after_commit", most=12)
    world.gateway.kill()  # a life that began unarmed
    await enough(world)


async def reading(world: World) -> None:
    """Rows 3 and 4 in small: kill -9 the reader after each of its steps."""
    world.sender.rate = 500
    world.consumer.arm = world.arm(
        "drain.claimed", "drain.stored", "drain.before_commit", "drain.committed", most=4
    )
    world.consumer.kill()  # a life that began unarmed
    await enough(world)


async def enough(world: World) -> None:
    """Let the traffic flow until the row has seen what it wants."""
    while world.wants_more:
        await asyncio.sleep(0.02)


_AT_COMMIT = """
select pid from pg_stat_activity
where usename = 'e2a_gateway' and wait_event = 'PgSleep' and backend_xid is not null
    and datname = current_database()
"""
