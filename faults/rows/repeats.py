"""Rows 18, 19 and 20: storms of duplicates, replayed signatures, other bodies, total reorder."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice, pairwise

import httpx
import orjson

from e2a.simulator.signing import signed
from e2a.warehouse.connection import Role
from faults import oracle
from faults.ledger import Entry, State
from faults.rows.kills import enough
from faults.world import World

TIMES = 50


async def storm(world: World) -> None:
    """Row 18: each event 50 times at once, to two gateway processes."""
    await world.ready()
    waits: list[float] = []
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=world.sender.url, timeout=30, limits=limits) as client:
        while world.wants_more:
            few = [world.ledger.add(entry) for entry in islice(world.traffic, 4)]
            world.sender.sent += len(few)
            posts = [_once(world, client, entry, waits) for entry in few for _ in range(TIMES)]
            words = await asyncio.gather(*posts)
            for place, entry in enumerate(few):
                met = Counter(words[place * TIMES : (place + 1) * TIMES])
                world.need(
                    met == {"stored": 1, "duplicate": TIMES - 1},
                    f"{TIMES} sendings of {entry.event_id} were answered {dict(met)}",
                )
                entry.state = State.ACKED
                world.fired["repeats"] += met["duplicate"]
    waits.sort()
    world.note(f"p99 of an answer in the storm: {waits[int(len(waits) * 0.99)] * 1000:.0f} ms")


async def _once(world: World, client: httpx.AsyncClient, entry: Entry, waits: list[float]) -> str:
    secret = world.sender.secrets["wms", entry.tenant]
    headers = signed(secret, entry.event_id, entry.body, time.time())
    while True:
        began = time.monotonic()
        reply = await client.post("/ingest/wms", content=entry.body, headers=headers)
        waits.append(time.monotonic() - began)
        if reply.is_success:
            return str(reply.json()["status"])
        await asyncio.sleep(float(reply.headers.get("retry-after", "1")))


async def replayed(world: World) -> None:
    """Row 19: a valid old signature; the same one again in time; the same id with another body."""
    await world.ready()
    async with httpx.AsyncClient(base_url=world.sender.url, timeout=30) as client:
        while world.wants_more:
            entry = world.ledger.add(next(world.traffic))
            world.sender.sent += 1
            changed = orjson.dumps({**orjson.loads(entry.body), "station": "another"})
            now = time.time()
            for body, at, wanted in (
                (entry.body, now - 301, (401, "unauthorized")),
                (entry.body, now, (202, "stored")),
                (entry.body, now, (200, "duplicate")),
                (changed, now, (202, "conflict")),
                (changed, now, (200, "duplicate")),
            ):
                met = await _told(world, client, entry, body, at)
                world.need(met == wanted, f"{entry.event_id}: answered {met}, not {wanted}")
            entry.state = State.ACKED
            world.fired["old signature"] += 1
            world.fired["other body"] += 1
    await enough(world)


async def _told(
    world: World, client: httpx.AsyncClient, entry: Entry, body: bytes, at: float
) -> tuple[int, str]:
    headers = signed(world.sender.secrets["wms", entry.tenant], entry.event_id, body, at)
    reply = await client.post("/ingest/wms", content=body, headers=headers)
    said = reply.json()
    return reply.status_code, said.get("status") or said.get("error")


def others_are_quarantined(world: World) -> None:
    """Every other body is kept and waits for a person as a conflict (C9)."""
    with world.warehouse.connect(Role.OWNER) as owner:
        row = owner.execute(
            "select count(*) from landing.inbox as i inner join landing.outcomes as o "
            "on o.tenant_id = i.tenant_id and o.inbox_seq = i.seq "
            "where i.delivery_id like '%#%' and o.outcome = 'quarantined' and o.reason = 'conflict'"
        ).fetchone()
    kept, sent = row[0] if row else 0, world.fired["other body"]
    world.need(kept == sent, f"{kept} of {sent} other bodies are quarantined as conflicts")


async def reordered(world: World) -> None:
    """Row 20: everything in an order that has nothing to do with what happened when."""
    drawn = list(islice(world.traffic, world.events))
    world.random.shuffle(drawn)
    world.traffic = iter(drawn)
    world.fired["inversions"] = _inversions(drawn)
    await world.ready()
    while world.sender.sent < len(drawn):
        await asyncio.sleep(0.02)


def same_as_in_order(world: World) -> None:
    """What was read is what the same events give in the order in which they happened."""
    for sentence in oracle.differences(world.site, world.warehouse, in_order=True):
        world.need(False, f"in order: {sentence}")


def _inversions(drawn: Sequence[Entry]) -> int:
    """Neighbours of which the later one happened earlier."""
    at = [orjson.loads(entry.body)["occurred_at"] for entry in drawn]
    return sum(one > other for one, other in pairwise(at))
