"""Rows 10, 11 and 12: a session of Postgres is killed, Postgres is stopped at once, or is away."""

import asyncio
import os
import signal
from contextlib import suppress

import psutil

from faults.rows.kills import enough
from faults.world import World

MEMORY = 400 * 2**20
"""Bytes that a gateway may hold, whatever waits before it."""


async def session_killed(world: World) -> None:
    """Row 10: kill -9 one session; the server then cuts all of them and recovers."""
    await world.ready()
    while world.wants_more:
        await asyncio.sleep(world.random.uniform(0.2, 0.8))
        async with world.owner() as owner:
            rows = await (await owner.execute(_SESSIONS)).fetchall()
        if not rows:
            continue
        (pid, role) = world.random.choice(rows)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            world.fired[f"session of {role}"] += 1
        await world.server_back()


async def stopped_at_once(world: World) -> None:
    """Row 11: `pg_ctl stop -m immediate`, and started again."""
    await world.ready()
    while world.wants_more:
        await asyncio.sleep(world.random.uniform(0.2, 0.8))
        await asyncio.to_thread(world.site.stop_at_once)
        world.fired["stopped at once"] += 1
        await asyncio.sleep(world.random.uniform(0.0, 0.3))
        await asyncio.to_thread(world.site.start_again)
        await world.server_back()


async def away(world: World, seconds: float) -> None:
    """Row 12: no server for a while; the gateway says 503 with a pause, in bounded memory."""
    await world.ready()
    while world.sender.sent < world.events / 2:
        await asyncio.sleep(0.02)
    await asyncio.to_thread(world.site.stop_at_once)
    world.fired["away"] += 1
    largest = 0
    try:
        for _ in range(int(seconds * 10)):
            await asyncio.sleep(0.1)
            pid = world.gateway.pid
            largest = max(largest, psutil.Process(pid).memory_info().rss if pid else 0)
    finally:
        await asyncio.to_thread(world.site.start_again)
    await world.server_back()
    world.note(
        f"gateway at most {largest / 2**20:.0f} MiB while the server was away {seconds:.0f} s"
    )
    world.need(largest < MEMORY, "the gateway's memory grew while the server was away")
    world.need(world.ledger.answers["503"] > 0, "nobody was told 503 while the server was away")
    await enough(world)


_SESSIONS = """
select pid, usename from pg_stat_activity
where usename in ('e2a_gateway', 'e2a_app') and datname = current_database()
"""
