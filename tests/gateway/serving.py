"""A real gateway over a real socket: as a process, or in a thread where a test turns its limits."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from e2a.gateway.app import Application
from e2a.gateway.credentials import making
from e2a.gateway.door import Door
from e2a.gateway.log import Log
from e2a.gateway.protocol import GuardedProtocol
from e2a.gateway.server import listen
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.vault import unlock

PATIENCE = 20.0
"""Seconds for which a condition is awaited before a test fails."""


@dataclass
class Gateway:
    """A running gateway and what a test asks of it."""

    warehouse: Warehouse
    url: str
    process: subprocess.Popen[bytes] | None = None
    log: Path | None = None
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def key(self, source: str, tenant: str = "demo-3pl", **more: Any) -> making.Made:
        """A fresh credential."""
        return make_key(self.warehouse, source, tenant, **more)

    def post(self, source: str, body: bytes | str, headers: dict[str, str], path: str = "") -> Any:
        given = {"content-type": "application/json", **headers}
        return self.client.post(f"/ingest/{source}{path}", content=body, headers=given)

    def rows(self, query: str, *given: object) -> list[Any]:
        with self.warehouse.connect(Role.OWNER) as owner:
            return owner.execute(query, given).fetchall()

    def stored(self, delivery_id: str) -> list[bytes]:
        """The bodies in the inbox under an id, in their order."""
        found = self.rows(
            "select body from landing.inbox where delivery_id = %s order by seq", delivery_id
        )
        return [bytes(row[0]) for row in found]

    def inbox(self) -> int:
        return int(self.rows("select count(*) from landing.inbox")[0][0])


def make_key(warehouse: Warehouse, source: str, tenant: str, **more: Any) -> making.Made:
    at = more.pop("at", datetime.now(UTC))
    wanted = making.Wanted(tenant, source, **more)
    with warehouse.connect(Role.APP) as app:
        return making.create(app, unlock(warehouse.home), wanted, at)


def bearer(made: making.Made) -> dict[str, str]:
    return {"authorization": f"Bearer {made.key}"}


def environment(warehouse: Warehouse) -> dict[str, str]:
    """How a process of its own finds the database of a test."""
    return {
        **os.environ,
        "E2A_HOME": str(warehouse.home),
        "E2A_DATABASE_URL": warehouse.url(Role.ADMIN, "postgresql"),
        "E2A_DATABASE": warehouse.database,
    }


@contextmanager
def process(warehouse: Warehouse, log: Path) -> Iterator[Gateway]:
    """One gateway process, ready; ended by SIGTERM."""
    listener = listen("127.0.0.1", 0)
    fd, port = listener.fileno(), listener.getsockname()[1]
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-m", "e2a.gateway.server", str(fd)],
            pass_fds=[fd], stderr=out, env=environment(warehouse),
        )  # fmt: skip
    listener.close()
    gateway = Gateway(warehouse, f"http://127.0.0.1:{port}", child, log)
    try:
        wait_until_ready(gateway)
        yield gateway
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
        child.wait(PATIENCE)


@contextmanager
def thread(warehouse: Warehouse) -> Iterator[Gateway]:
    """A gateway in a thread of the test's own process."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    door = Door(warehouse, lambda: datetime.now(UTC), Log(BytesIO()))
    server = uvicorn.Server(
        uvicorn.Config(
            Application(door),
            http=GuardedProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="critical",
            access_log=False,
        )
    )
    runner = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
    runner.start()
    gateway = Gateway(warehouse, f"http://127.0.0.1:{port}")
    try:
        wait_until_ready(gateway)
        yield gateway
    finally:
        server.should_exit = True
        gateway.client.close()
        runner.join(PATIENCE)


def wait_until_ready(gateway: Gateway) -> None:
    def ready() -> bool:
        try:
            return gateway.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    wait_for(ready)


def wait_for(condition: Any) -> None:
    """Wait until a condition holds; asked again and again, without a fixed pause."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come to hold"
        time.sleep(0.02)
