"""The planted bug: a reader by a plain sequence cursor, which the harness must catch.

Slow committers make it lose rows: a number is handed out before its transaction ends, and the
cursor has gone past it by then. The reader itself is `consumer.naively`; nothing of it is product.
"""

import asyncio
import time

from faults import checker
from faults.begin import world
from faults.rows.kills import enough
from faults.rows.lingering import lingering
from faults.schedule import Result
from faults.site import Site
from faults.world import World


async def slow_commits(world: World) -> None:
    """Half of the landing transactions linger at their commit."""
    async with lingering(world, share=0.5, seconds=0.3):
        await world.ready()
        world.fired["lingering commits"] += 1
        await enough(world)


def planted(site: Site, seed: int, events: int) -> Result:
    """The figures with the bug: it holds if the checker finds lost rows, and says how many."""
    result = _live(site, seed, events, "naive")
    caught, missed = result.found.lost > 0, "the planted bug was not caught"
    result.notes += [f"caught: {sentence}" for sentence in result.found.wrong]
    result.found.wrong = [] if caught else [missed]
    return result


def without(site: Site, seed: int, events: int) -> Result:
    """The same traffic and the same slow commits with the product's reader."""
    return _live(site, seed, events, "watermark")


def _live(site: Site, seed: int, events: int, reader: str) -> Result:
    began = time.monotonic()
    with site.fresh(reader) as warehouse:
        lived = world(site, warehouse, seed, events=events, crashes=0, most=30, reader=reader)
        asyncio.run(lived.live(slow_commits))
        found = checker.check(warehouse, lived.ledger)
    share = found.lost / max(1, found.stored)
    return Result(
        f"bug/{reader}", f"slow commits, reader by {reader}", seed, found, lived.fired, 0,
        time.monotonic() - began, [f"{share:.1%} lost"],
    )  # fmt: skip
