"""Single events that a row sends beside the traffic, into the same ledger."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import orjson

from e2a.simulator.signing import signed
from faults.ledger import Entry, State
from faults.world import World

TENANT = "demo-3pl"
PICKED_WITHIN = timedelta(minutes=120)
"""The promise of demo-3pl that begins with the payment."""
_numbers = count(1)


async def send(world: World, client: httpx.AsyncClient, entry: Entry) -> None:
    """Send one event until it is acknowledged."""
    world.ledger.add(entry)
    while entry.state is not State.ACKED:
        secret = world.sender.secrets["wms", entry.tenant]
        headers = signed(secret, entry.event_id, entry.body, time.time())
        try:
            reply = await client.post("/ingest/wms", content=entry.body, headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.2)
            continue
        if reply.is_success:
            entry.state = State.ACKED
        elif reply.status_code in (429, 503):
            await asyncio.sleep(float(reply.headers.get("retry-after", "0.2")))
        else:
            world.need(False, f"{entry.event_id} was answered {reply.status_code}")
            return


def client(world: World) -> httpx.AsyncClient:
    """A client of the row's gateway."""
    return httpx.AsyncClient(base_url=world.sender.url, timeout=30)


def paid(word: str, due_in: float) -> Entry:
    """An order that must be picked in so many seconds; `word` begins its name."""
    order = f"{word}{next(_numbers)}"
    at = datetime.now(UTC) - PICKED_WITHIN + timedelta(seconds=due_in)
    said = {
        "event_id": f"{order}-paid", "event_type": "order_paid", "order_id": order, "site": "NJ1",
        "external_order": {"system": "shopify", "id": order},
        "occurred_at": at.isoformat(timespec="milliseconds"),
    }  # fmt: skip
    return Entry(TENANT, str(said["event_id"]), orjson.dumps(said))
