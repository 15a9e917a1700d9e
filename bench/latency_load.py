"""What benches of the running installation send, who hears of it, and how breaches are watched.

It makes no figures and starts nothing: what runs belongs to `bench/running.py`.
"""

import asyncio
import itertools
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from e2a.simulator.signing import signed
from e2a.warehouse.connection import Role, Warehouse

TENANT = "latency"
PROMISE = timedelta(minutes=60)
ANNOUNCE_AFTER = 5
SILENT_DUE = timedelta(seconds=10)
LIFE = ("order_released", "pick_started", "pick_completed", "pack_completed", "shipped")


@dataclass
class Probes:
    """Orders that are watched: late ones by their acknowledgement, silent ones by deadline."""

    late: dict[str, float] = field(default_factory=dict)
    silent: dict[str, datetime] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    announced: dict[str, float] = field(default_factory=dict)


def hook(probes: Probes) -> ThreadingHTTPServer:
    """A webhook receiver that notes when each order was first announced."""

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at = time.time()
            body = self.rfile.read(int(self.headers["content-length"]))
            text = body.decode()
            for order in list(probes.silent):
                if f'"{order}"' in text or f':{order}"' in text:
                    probes.announced.setdefault(order, at)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def watch(warehouse: Warehouse, probes: Probes, done: threading.Event) -> None:
    """Read `sla.breaches` for late orders that were not seen in it yet, every few milliseconds."""
    with warehouse.connect(Role.READER, autocommit=True) as reader:
        while not done.wait(0.005):
            waiting = [order for order in list(probes.late) if order not in probes.seen]
            if not waiting:
                continue
            rows = reader.execute(
                "select order_id from sla.breaches where tenant_id = %s and order_id = any(%s)",
                (TENANT, [f"wms:{order}" for order in waiting]),
            ).fetchall()
            at = time.time()
            for (order_id,) in rows:
                probes.seen.setdefault(order_id.partition(":")[2], at)


class Load:
    """Orders in full life at a rate, with late and silent probes among them."""

    def __init__(self, port: int, keys: dict[tuple[str, str], str], probes: Probes) -> None:
        self._port, self._keys, self._probes = port, keys, probes
        self._numbers = itertools.count(int(time.time()) % 1_000_000 * 1_000_000)
        self._ready: deque[bytes] = deque()
        self.answers: dict[int, int] = {}
        self.answered_in: list[float] = []

    async def run(
        self, rate: int, seconds: float, *, together: int = 1, probing: bool = True
    ) -> None:
        """Send so many events a second, `together` in a request, for so long."""
        begun, sent = time.monotonic(), 0
        connections: asyncio.Queue[Any] = asyncio.Queue()
        for _ in range(16):
            connections.put_nowait(await self._connect())
        async with asyncio.TaskGroup() as group:
            for _ in range(int(seconds * rate / together)):
                await asyncio.sleep(max(0.0, begun + sent / rate - time.monotonic()))
                body = b"\n".join(self._event() for _ in range(together))
                group.create_task(
                    self._send(connections, "wms" if together == 1 else "batch", body)
                )
                sent += together
                if probing and sent % rate < together:
                    group.create_task(self._probe(connections))

    async def _probe(self, connections: "asyncio.Queue[Any]") -> None:
        for name, ago, keep in (
            ("late", PROMISE * 2, None), ("silent", PROMISE - SILENT_DUE, self._probes.silent)
        ):  # fmt: skip
            order, now = f"{name}-{next(self._numbers)}", datetime.now(UTC)
            occurred = (now - ago).replace(microsecond=0)
            if keep is not None:
                keep[order] = occurred + PROMISE
            await self._send(connections, "wms", said(order, "order_created", occurred))
            if name == "late":
                self._probes.late[order] = time.time()

    def _event(self) -> bytes:
        while len(self._ready) < 200:
            order = f"o{next(self._numbers)}"
            now = datetime.now(UTC)
            self._ready += [said(order, kind, now) for kind in ("order_created", *LIFE)]
        return self._ready.popleft()

    async def _connect(self) -> Any:
        return await asyncio.open_connection("127.0.0.1", self._port)

    async def _send(self, connections: "asyncio.Queue[Any]", word: str, body: bytes) -> None:
        reader, writer = await connections.get()
        message = f"m{next(self._numbers)}"
        headers = signed(self._keys[word, TENANT], message, body, time.time())
        if word == "wms":
            headers["idempotency-key"] = message
        head = f"POST /ingest/{word} HTTP/1.1\r\nhost: e2a\r\ncontent-length: {len(body)}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        began = time.perf_counter()
        writer.write(head.encode() + b"\r\n" + body)
        status = int((await reader.readline()).split()[1])
        length = 0
        while (line := await reader.readline()).strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        await reader.readexactly(length)
        self.answered_in.append(time.perf_counter() - began)
        self.answers[status] = self.answers.get(status, 0) + 1
        connections.put_nowait((reader, writer))


def said(order: str, kind: str, at: datetime) -> bytes:
    return orjson.dumps({
        "event_id": f"{order}-{kind}", "event_type": kind, "order_id": order,
        "occurred_at": at.isoformat(), "site": "MEM1",
        "lines": [{"line": "1", "sku": "SKU-1", "quantity": 2}],
    })  # fmt: skip
