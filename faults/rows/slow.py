"""Row 14: a landing transaction stays open; readers wait for it, say so, and skip nothing."""

import asyncio
import time
from datetime import UTC, datetime
from itertools import islice

from e2a.domain.deliveries import Delivery, Source
from e2a.warehouse.connection import Role
from e2a.warehouse.inbox import land_chunk
from e2a.warehouse.watermark import health
from faults.ledger import Entry, State
from faults.world import World


async def slow_committer(world: World, seconds: float) -> None:
    """Again and again: land some, wait, and commit or take it back, in turn."""
    await world.ready()
    number = 0
    while world.wants_more:
        own = list(islice(world.traffic, 20))
        commits = number % 2 == 0
        number += 1
        for entry in own:
            entry.state = State.ACKED
        if commits:
            for entry in own:
                world.ledger.add(entry)
        await asyncio.to_thread(_hold_open, world, own, seconds, commits)
        world.fired["committed late" if commits else "rolled back late"] += 1


def _hold_open(world: World, own: list[Entry], seconds: float, commits: bool) -> None:
    now = datetime.now(UTC)
    chunk = [Delivery(e.tenant, Source.WMS, e.delivery_id, now, e.body) for e in own]
    until = time.monotonic() + seconds
    with world.warehouse.connect(Role.APP) as slow, world.warehouse.connect(Role.APP) as other:
        land_chunk(slow, chunk)
        alarmed = False
        while time.monotonic() < until:
            time.sleep(0.1)
            alarmed = alarmed or health(other, datetime.now(UTC)).is_alarm
            other.rollback()
        world.need(alarmed, f"nobody was alarmed while a landing stayed open for {seconds:.1f} s")
        if commits:
            slow.commit()
        else:
            slow.rollback()
