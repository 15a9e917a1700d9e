"""The bare loop: the gateway's server and group commit without a check, a log or a metric.

What `bench/ingest.py` measures beside the gateway: the floor that this machine allows.
"""

import socket
import sys
from datetime import UTC, datetime
from typing import Any

import uvicorn

from e2a.domain.deliveries import Delivery, Source
from e2a.gateway.commit.link import Link, connect
from e2a.gateway.commit.writers import Writers
from e2a.warehouse.connection import locate


class Bare:
    """Reads the body, stores it under the webhook's id, answers 202."""

    def __init__(self) -> None:
        warehouse = locate()
        self.link = Link(warehouse)
        self.writers = Writers(lambda: connect(warehouse))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One request, or the life of the process."""
        if scope["type"] == "lifespan":
            await receive()
            self.writers.start()
            await self.link.ensure_days(datetime.now(UTC).date())
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.writers.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["method"] == "POST":
            name = dict(scope["headers"])[b"x-shopify-webhook-id"].decode()
            body = (await receive())["body"]
            row = Delivery("bench", Source.SHOPIFY, name, datetime.now(UTC), body)
            await self.writers.store([row], "bench")
        headers = [(b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 202, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    config = uvicorn.Config(
        Bare(), loop="uvloop", http="httptools", ws="none", lifespan="on", log_config=None,
        log_level="critical", access_log=False, server_header=False, date_header=False,
        proxy_headers=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
