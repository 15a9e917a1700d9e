"""Rows 3 to 6 for the radar: killed within a step and under load, two of them at once, stopped."""

import asyncio
import signal

from e2a.warehouse.connection import Role
from faults import streamed
from faults.processes import Kept
from faults.rows.kills import enough
from faults.world import World

POINTS = ("step.begun", "step.derived", "step.before_commit", "step.committed")
HOLDS = "select from ops.lanes where holder = 'radar' and beat_at > now() - interval '10 seconds'"


async def killed_in_a_step(world: World) -> None:
    """Row 3: kill -9 the radar before, within, at the end of and after a step's transaction."""
    world.consumer.arm = world.arm(*POINTS, most=3)
    world.consumer.kill()  # a life that began unarmed
    await enough(world)


async def killed_under_load(world: World) -> None:
    """Row 4: kill -9 the radar again and again, whatever it is at."""
    await world.ready()
    while world.wants_more:
        await asyncio.sleep(world.random.uniform(0.02, 0.25))
        world.fired["radar killed"] += world.consumer.kill()


async def several_at_once(world: World) -> None:
    """Row 5: two radars and the sensor's stays; whoever watches is killed, and another goes on."""
    beside = [Kept(kind, world.consumer.environment) for kind in ("radar", "stays")]
    for one in beside:
        one.start()
    seen: set[int] = set()
    try:
        while world.wants_more or len(seen) < 3:
            await asyncio.sleep(world.random.uniform(0.3, 1.0))
            holder = await _holder(world)
            if holder and holder not in seen:
                seen.add(holder)
                world.fired["taken over"] += len(seen) > 1
            for one in (world.consumer, *beside):
                if world.random.random() < 0.3:
                    world.fired[f"{one.kind} killed"] += one.kill()
    finally:
        for one in beside:
            await one.stop()


async def stopped(world: World, aged: bool = False) -> None:
    """Row 6: SIGSTOP the radar with the lock held; the sensor cuts it off, and it comes back.

    Args:
        world: of the row.
        aged: make the heartbeat old instead of waiting until it is.
    """
    stays = Kept("stays", world.consumer.environment)
    stays.start()
    try:
        while world.wants_more:
            await world.until(HOLDS, "no radar watches")
            await asyncio.sleep(world.random.uniform(0.0, 0.3))
            stopped_life = world.consumer.pid
            if not world.consumer.kill(signal.SIGSTOP):
                continue
            await _taken_over(world, aged)
            world.consumer.kill(signal.SIGCONT)
            await world.until(HOLDS, "the radar that woke does not come back")
            world.need(world.consumer.pid == stopped_life, "the radar that woke died of it")
            world.fired["stopped"] += 1
    finally:
        world.consumer.kill(signal.SIGCONT)
        await stays.stop()


async def _taken_over(world: World, aged: bool) -> None:
    if aged:
        async with world.owner() as owner:
            await owner.execute("update ops.lanes set beat_at = beat_at - interval '11 seconds'")
            # What was stopped within a statement of the heartbeat would hold the row for ever.
    await world.until(
        "select from ops.lanes where holder = 'sensor' and beat_at > now() - interval '5 seconds'",
        "nobody took over from a radar that hangs",
    )


async def _holder(world: World) -> int | None:
    async with world.owner() as owner:
        row = await (await owner.execute("select holder_pid from ops.lanes")).fetchone()
    return row[0] if row else None


def same_as_a_whole_pass(world: World) -> None:
    """What was streamed is what a pass over everything derives; and somebody was late."""
    for sentence in streamed.differences(world.warehouse):
        world.need(False, sentence)
    late = streamed.breaches(world.warehouse)
    world.need(late > 0, "nobody was late in this row: it compares little")
    world.note(f"{late:,} breaches, as a pass over everything derives them; {lag(world)}")


def lag(world: World) -> str:
    """How far the radar was behind, by batch."""
    with world.warehouse.connect(Role.OWNER) as owner:
        row = owner.execute(_LAG).fetchone()
    assert row is not None
    return "lag p50 {:.0f} ms, p99 {:.0f} ms, at most {:.1f} s".format(*row)


_LAG = """
select
    coalesce(percentile_cont(0.5) within group (order by lag), 0) * 1000,
    coalesce(percentile_cont(0.99) within group (order by lag), 0) * 1000, coalesce(max(lag), 0)
from (
    select extract(epoch from committed_at - oldest_received_at)::float8 as lag from ops.batches
) as batches
"""
