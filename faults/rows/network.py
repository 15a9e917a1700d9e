"""Row 13: the network between gateway and server resets, holds, swallows and delays."""

import asyncio

from faults.proxy import Proxy
from faults.world import World

WAYS = ("reset", "deaf", "held", "delay")
LONG = 9.0
"""Seconds of a half-open connection: longer than the gateway waits for a statement."""


async def bad_network(world: World, long: float = LONG) -> None:
    """One thing after the other, each as often as any other."""
    proxy = world.proxy
    assert proxy is not None
    await world.ready()
    ways = list(WAYS)
    while world.wants_more or not all(world.fired[way] for way in ways):
        world.random.shuffle(ways)
        for way in ways:
            await asyncio.sleep(world.random.uniform(0.05, 0.4))
            await _break(world, proxy, way, long)


async def _break(world: World, proxy: Proxy, way: str, long: float) -> None:
    before = proxy.done[way]
    if way == "deaf":
        proxy.deaf = True
        await asyncio.sleep(world.random.uniform(0.05, 0.3))
        proxy.reset()
        proxy.deaf = False
    elif way == "held":
        proxy.held = True
        await asyncio.sleep(world.random.choice([0.5, long]))
        proxy.held = False
    elif way == "delay":
        proxy.delay = min(2.0, long)
        await asyncio.sleep(2 * proxy.delay)
        proxy.delay = 0.0
    else:
        proxy.reset()
    world.fired[way] += proxy.done[way] > before
