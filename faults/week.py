"""The week: simulator traffic over HTTP through kills, against the same week landed quietly.

Both end in the same latest verdicts and the same expected invoice lines. What differs by nature is
left out of the comparison: over HTTP everything is received now, so `recorded_at`, `known_from` and
what follows from them say when we learned it; versions of verdicts that were superseded say in
which order we learned it, so only the latest ones are compared.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx
import orjson

from e2a.billing.imports import e2a_csv
from e2a.cli.runner import run_journey
from e2a.simulator import Plan, simulate
from e2a.sources import archive
from e2a.warehouse import inbox
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.policies import load_policies
from e2a.warehouse.ports import free_port
from e2a.warehouse.prepare import prepare
from faults import verdicts
from faults.checker import Found
from faults.processes import Kept
from faults.schedule import Result
from faults.site import LOADED_AT, Site, environment, site
from faults.vendors import FIRST_PAUSE, LONGEST_PAUSE, RETRIES, Posting, postings
from faults.verdicts import Standing

TENANTS = ("demo-3pl", "nordic-beauty")
TOGETHER = 16


def through_kills(seed: int, orders: int) -> Result:
    """Live the week twice and compare.

    Args:
        seed: of the simulation and of the kills.
        orders: of both tenants together, over seven days.
    """
    began = time.monotonic()
    plan = Plan(orders, 7, seed, TENANTS)
    with tempfile.TemporaryDirectory(prefix="e2a-week-") as name:
        folder = Path(name)
        simulate(plan, folder)
        with _installation() as (_, quiet):
            with quiet.connect(Role.APP) as app:
                inbox.land(app, archive.deliveries(folder / "deliveries.jsonl", datetime.now(UTC)))
            _finish(quiet, folder, plan)
            want = verdicts.standing(quiet)
        with _installation() as (where, loud):
            week = Week(where, loud, Random(f"{seed}/week"))
            now, later = postings(folder / "deliveries.jsonl")
            asyncio.run(week.send(now, later))
            _finish(loud, folder, plan)
            have = verdicts.standing(loud)
            found = _judge(week, have, want, loud)
    return Result(
        "week", "a week of every sender, all killed at random", seed, found, week.fired,
        week.crashes, time.monotonic() - began,
        [f"{len(rows):,} rows of {table} compared" for table, rows in want.items()],
    )  # fmt: skip


class Week:
    """The loud half: senders, gateway, reader and kills."""

    def __init__(self, place: Site, warehouse: Warehouse, random: Random) -> None:
        self.place, self.warehouse, self.random = place, warehouse, random
        port = free_port()
        common = {"E2A_LOG": str(place.home / "week.log")}
        self.url = f"http://127.0.0.1:{port}"
        given = environment(warehouse) | common
        self.gateway = Kept("gateway", given, ["--port", str(port)])
        self.consumer = Kept("consumer", given)
        self.secrets = {
            (word, tenant): _key(warehouse, word, tenant) for word in RETRIES for tenant in TENANTS
        }
        self.fired: Counter[str] = Counter()
        self.sent = self.acked = 0
        self.given_up: list[str] = []
        self._over = False

    @property
    def crashes(self) -> int:
        """Processes and servers that were killed."""
        return self.gateway.deaths + self.consumer.deaths + self.fired["server stopped at once"]

    async def send(self, now: Sequence[Posting], later: Sequence[Posting]) -> None:
        """Post everything while everything is killed; then let the reader end."""
        self.gateway.start()
        self.consumer.start()
        killing = asyncio.create_task(self._kill())
        for part in (now, later):
            await self._post(part)
        self._over = True
        await killing
        await self.gateway.stop()
        await self.consumer.finish()

    async def _post(self, part: Sequence[Posting]) -> None:
        waiting: Iterator[Posting] = iter(part)
        limits = httpx.Limits(max_connections=TOGETHER)
        async with (
            httpx.AsyncClient(base_url=self.url, timeout=5.0, limits=limits) as client,
            asyncio.TaskGroup() as senders,
        ):
            for _ in range(TOGETHER):
                senders.create_task(self._sender(client, waiting))

    async def _sender(self, client: httpx.AsyncClient, waiting: Iterator[Posting]) -> None:
        for posting in waiting:
            self.sent += 1
            for tries in range(RETRIES[posting.word] + 1):
                if await self._taken(client, posting):
                    self.acked += 1
                    break
                await asyncio.sleep(min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE))
            else:
                self.given_up.append(posting.delivery_id)

    async def _taken(self, client: httpx.AsyncClient, posting: Posting) -> bool:
        headers = posting.signed(self.secrets)
        try:
            reply = await client.post(
                f"/ingest/{posting.word}", content=posting.body, headers=headers
            )
        except httpx.TransportError:
            self.fired["answers lost"] += 1
            return False
        return reply.is_success

    async def _kill(self) -> None:
        while not self._over:
            await asyncio.sleep(self.random.uniform(0.5, 3.0))
            what = self.random.choice(["gateway"] * 4 + ["reader"] * 4 + ["server"])
            if what == "server":
                await asyncio.to_thread(self.place.stop_at_once)
                await asyncio.to_thread(self.place.start_again)
                self.fired["server stopped at once"] += 1
            else:
                kept = self.gateway if what == "gateway" else self.consumer
                self.fired[f"{what} killed"] += kept.kill()


@contextmanager
def _installation() -> Iterator[tuple[Site, Warehouse]]:
    """An installation of its own with the usual database."""
    with site() as place:
        warehouse = prepare(lambda line: None)
        with warehouse.connect(Role.APP) as app:
            load_policies(app, LOADED_AT)
        yield place, warehouse


def _key(warehouse: Warehouse, word: str, tenant: str) -> str:
    """A signing secret, made by the command that people use."""
    words = ["keys", "create", "--source", word, "--tenant", tenant, "--kind", "hmac", "--json"]
    if word == "shopify":
        words += ["--account", f"{tenant}.myshopify.com"]
    done = subprocess.run(
        [sys.executable, "-c", "from e2a.cli.main import main; main()", *words],
        env=os.environ | environment(warehouse), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return str(orjson.loads(done.stdout)["secret"])


def _finish(warehouse: Warehouse, folder: Path, plan: Plan) -> None:
    """The invoices that were billed, and the journey as of the end of the story."""
    with warehouse.connect(Role.APP) as app:
        files = sorted((folder / "billed").iterdir())
        inbox.land(app, [e2a_csv.delivery(file, plan.as_of) for file in files])
    run_journey(warehouse, lambda line: None, as_of=plan.as_of)


def _judge(week: Week, have: Standing, want: Standing, warehouse: Warehouse) -> Found:
    found = Found(sent=week.sent, acked=week.acked)
    with warehouse.connect(Role.OWNER) as owner:
        rows = owner.execute(
            "select (select count(*) from landing.inbox where source <> 'file'), "
            "(select count(*) from landing.outcomes where source <> 'file')"
        ).fetchone()
    found.stored, found.consumed = rows or (0, 0)
    found.need(len(week.given_up), "deliveries were given up by their sender")
    found.need(found.stored - found.consumed, "rows were not consumed")
    for sentence in verdicts.differences(have, want):
        found.need(1, sentence)
    return found
