"""Makes a world that has not begun."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random

from e2a.warehouse.connection import Warehouse
from e2a.warehouse.ports import free_port
from faults import traffic
from faults.ledger import Ledger
from faults.processes import Kept
from faults.proxy import Proxy
from faults.sender import Sender
from faults.site import Site, environment
from faults.world import World


def world(
    site: Site,
    warehouse: Warehouse,
    seed: int,
    *,
    events: int,
    crashes: int,
    patience: float = 1.0,
    most: int = 200,
    rate: float = math.inf,
    proxied: bool = False,
    reader: str = "watermark",
    workers: int = 1,
) -> World:
    """A world that has not begun: nothing runs yet.

    Args:
        site: the server.
        warehouse: the row's own database.
        seed: decides traffic, sender and faults.
        events: how many are wanted at least.
        crashes: how many faults are wanted at least.
        patience: factor to the sender's waits.
        most: events in a batch.
        rate: new events a second, at most.
        proxied: whether the gateway finds the server behind a proxy.
        reader: `watermark`, `radar` where there are models, or `naive` for the planted bug.
        workers: gateway processes.
    """
    proof = site.home / f"{warehouse.database}.deaths"
    common = {"E2A_CRASH_LOG": str(proof), "E2A_LOG": str(site.home / f"{warehouse.database}.log")}
    port, ledger = free_port(), Ledger()
    proxy = Proxy(warehouse.port, free_port()) if proxied else None
    words = ["--port", str(port), "--workers", str(workers)]
    return World(
        site, warehouse, seed, events, crashes, Random(f"{seed}/faults"), ledger,
        Sender(f"http://127.0.0.1:{port}", ledger, Random(f"{seed}/sender"),
               most=most, patience=patience, rate=rate),
        Kept("gateway", environment(warehouse, proxy.port if proxy else None) | common, words),
        _reading(reader, environment(warehouse) | common),
        proof, traffic.events(Random(f"{seed}/traffic"), datetime.now(UTC)),
        proxy=proxy,
    )  # fmt: skip


def _reading(reader: str, environment: Mapping[str, str]) -> Kept:
    if reader == "radar":
        return Kept("radar", environment)
    return Kept("consumer", environment, [reader])
