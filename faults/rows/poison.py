"""Row 16: bodies that no parser can take, alone and among good lines of a batch."""

import asyncio
import time

import httpx
import orjson

from e2a.simulator.signing import signed
from e2a.warehouse.connection import Role
from faults.rows.kills import enough
from faults.world import World

TENANT = "demo-3pl"
GOOD = {
    "event_id": "p", "event_type": "pick_completed", "order_id": "o", "site": "NJ1",
    "occurred_at": "2026-03-02T10:00:00Z",
}  # fmt: skip


def _with(**more: object) -> bytes:
    return orjson.dumps({**GOOD, **more})


KEPT: dict[str, bytes] = {
    "no json": b'{"event_id": "cut',
    "no utf-8": b'{"event_id": "\xff\xfe"}',
    "no object": b"17",
    "nul": b'{"event_id":"a\\u0000b","event_type":"pick_completed","order_id":"\\u0000",'
    b'"occurred_at":"2026-03-02T10:00:00Z"}',
    "lone surrogate": b'{"event_id":"a\\ud800","event_type":"pick_completed","order_id":"o",'
    b'"occurred_at":"2026-03-02T10:00:00Z"}',
    "wrong types": _with(lines="two", order_id={"a": 1}),
    "absurd date": _with(event_id="absurd", occurred_at="9999-12-31T23:59:59Z"),
    "before time": _with(event_id="early", occurred_at="0001-01-01T00:00:00Z"),
    "overflow": _with(event_id="big", event_type="vas_performed", code="x", quantity="9e99"),
    "unknown type": _with(event_id="strange", event_type="picked_nose"),
    "deep": b'{"event_id":"deep","data":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
}
"""Stored and answered 2xx; then quarantined, or a dead letter, with its cause."""
LARGE = 10 * 2**20


async def poison(world: World) -> None:
    """Each poison alone, then all of them as lines among good ones of one batch."""
    await world.ready()
    async with httpx.AsyncClient(base_url=world.sender.url, timeout=30) as client:
        for name, body in KEPT.items():
            status = await _post(world, client, "wms", body, f"poison-{name}")
            world.need(status in (200, 202), f"poison {name!r} was answered {status}")
            world.fired["kept"] += 1
        world.need(await _large(world) == 413, "a body of 10 MB was not answered 413")
        status = await _post(world, client, "wms", b"", "poison-empty")
        world.need(status == 401, f"a body of nothing was answered {status}, not 401")
        world.fired["refused"] += 2
        good = [next(world.traffic) for _ in range(40)]
        good = [world.ledger.add(entry) for entry in good if entry.tenant == TENANT]
        lines = [entry.body for entry in good]
        for place, body in enumerate(KEPT.values()):
            lines.insert(2 * place, body)
        status = await _post(world, client, "batch", b"\n".join(lines), "poison-batch")
        world.need(status == 200, f"a batch with poison among its lines was answered {status}")
        for entry in good:
            world.ledger.said(entry, "stored")
    await enough(world)


async def _post(world: World, client: httpx.AsyncClient, word: str, body: bytes, key: str) -> int:
    headers = signed(world.sender.secrets[word, TENANT], key, body, time.time())
    if word == "wms":
        headers["idempotency-key"] = key
    return (await client.post(f"/ingest/{word}", content=body, headers=headers)).status_code


async def _large(world: World) -> int:
    """The status of a message whose head says 10 MB; the body is not worth sending any more."""
    url = httpx.URL(world.sender.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    headers = signed(world.sender.secrets["wms", TENANT], "poison-large", b"", time.time())
    head = [f"POST /ingest/wms HTTP/1.1\r\nhost: {url.host}\r\ncontent-length: {LARGE}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(head).encode() + b"\r\n\r\n")
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


def each_has_its_cause(world: World) -> None:
    """Every poison ended in quarantine or as a dead letter, and says why."""
    with world.warehouse.connect(Role.OWNER) as owner:
        rows = owner.execute(
            "select i.delivery_id, o.outcome, o.reason, o.detail from landing.inbox as i "
            "inner join landing.outcomes as o on o.tenant_id = i.tenant_id and o.inbox_seq = i.seq "
            "where i.delivery_id like 'poison-%'"
        ).fetchall()
    met = {row[0].removeprefix("poison-"): row[1:] for row in rows}
    for name in KEPT:
        outcome, reason, detail = met.get(name, (None, None, None))
        held = outcome in ("quarantined", "dead_letter") and reason and detail
        world.need(bool(held), f"poison {name!r} ended as {outcome} for {reason}")
        world.note(f"{name}: {outcome} ({reason})")
