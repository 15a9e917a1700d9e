"""One row's world: database, gateway, consumer and sender, and what the row breaks in it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, LiteralString

import httpx
import psycopg

from e2a.warehouse.connection import Role, Warehouse
from faults.keys import secrets
from faults.ledger import Entry, Ledger
from faults.processes import Kept
from faults.proxy import Proxy
from faults.sender import Sender
from faults.site import Site

CRASHES = ("session of e2a_gateway", "session of e2a_app", "stopped at once", "away")
"""Faults that kill a server or a session of it."""
PATIENCE = 60.0
"""Seconds in which a server or gateway must be back."""


@dataclass
class World:
    """What a row acts upon.

    Attributes:
        random: the row's draws; sender and traffic have their own, from the same seed.
        events, crashes: how many are wanted at least before the traffic ends.
        fired: how often each fault has happened, by name: proven, not intended.
        calmed: set when the faults are over; processes then live on.
    """

    site: Site
    warehouse: Warehouse
    seed: int
    events: int
    crashes: int
    random: Random
    ledger: Ledger
    sender: Sender
    gateway: Kept
    consumer: Kept
    proof: Path
    traffic: Iterator[Entry]
    fired: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    calmed: bool = False
    proxy: Proxy | None = None

    @property
    def wants_more(self) -> bool:
        """Whether the row has not seen enough yet."""
        return self.total < self.crashes or self.sender.sent < self.events

    @property
    def total(self) -> int:
        """All faults so far, with those that processes wrote down before they died."""
        return self.fired.total() + sum(self.deaths().values())

    @property
    def crashes_met(self) -> int:
        """Processes and servers that were killed."""
        killed = sum(self.fired[name] for name in self.fired if name in CRASHES)
        return self.gateway.deaths + self.consumer.deaths + killed

    def deaths(self) -> Counter[str]:
        """How often a process died at each named point, from the file that it wrote."""
        if not self.proof.exists():
            return Counter()
        return Counter(line.split()[0] for line in self.proof.read_text().splitlines())

    def arm(self, *points: str, most: int = 40) -> Callable[[], str]:
        """Each life ends at one of these points, at a passage by seed, until all is calm."""

        def choose() -> str:
            if self.calmed:
                return ""
            return f"{self.random.choice(points)}:{self.random.randint(1, most)}"

        return choose

    async def spare(self) -> None:
        """From here on nobody dies by an earlier act's arming, nor counts for a later act."""
        await self.gateway.spare()
        await self.consumer.spare()

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A connection as the owner, in autocommit."""
        info = self.warehouse.conninfo(Role.OWNER)
        async with await psycopg.AsyncConnection.connect(info, autocommit=True) as connection:
            yield connection

    def need(self, holds: bool, sentence: str) -> None:
        """Note what is wrong, unless it holds."""
        if not holds:
            self.wrong.append(sentence)

    def note(self, sentence: str) -> None:
        """Something worth showing beside the figures."""
        self.notes.append(sentence)

    async def ready(self) -> None:
        """Wait until the gateway takes messages in."""
        async with httpx.AsyncClient(base_url=self.sender.url) as client:

            async def answers() -> bool:
                with suppress(httpx.TransportError):
                    return (await client.get("/readyz")).status_code == 200
                return False

            await self._until(answers, "the gateway is not ready")

    async def server_back(self) -> None:
        """Wait until the server takes connections."""

        async def answers() -> bool:
            with suppress(psycopg.OperationalError):
                async with self.owner():
                    return True
            return False

        await self._until(answers, "the server is not back")

    async def until(self, query: str, otherwise: str) -> None:
        """Wait until a query finds a row."""

        async def found() -> bool:
            with suppress(psycopg.OperationalError):
                async with self.owner() as owner:
                    return await (await owner.execute(query.encode())).fetchone() is not None
            return False

        await self._until(found, otherwise)

    async def until_read(self) -> None:
        """Wait until every inbox row has its outcome and no order waits; a radar reads for ever."""
        before = -1
        while (left := await self._left()) and left != before:
            before = left
            with suppress(TimeoutError):
                await self.until(_NOTHING_LEFT, "rows are left")
        if left:
            raise TimeoutError(f"the radar comes no further: {left:,} rows and orders are left")

    async def _left(self) -> int:
        async with self.owner() as owner:
            row = await (await owner.execute(_LEFT)).fetchone()
        return int(row[0]) if row else 0

    async def _until(self, holds: Callable[[], Awaitable[bool]], otherwise: str) -> None:
        until = time.monotonic() + PATIENCE
        while not await holds():
            if time.monotonic() > until:
                raise TimeoutError(f"{otherwise} after {PATIENCE:.0f} s")
            await asyncio.sleep(0.02)

    async def live(self, act: Callable[["World"], Awaitable[None]]) -> None:
        """Send and consume while the row acts; then let everything be acknowledged and read.

        The row begins before the first lives do, so that it can arm them.
        """
        self.sender.secrets = secrets(self.warehouse)
        async with self.proxy.serving() if self.proxy else nullcontext():
            acting = asyncio.ensure_future(act(self))
            acting.add_done_callback(lambda done: self._calm())
            await asyncio.sleep(0)
            self.gateway.start()
            self.consumer.start()
            await self.ready()
            await asyncio.gather(
                acting, self.sender.run(self.traffic, lambda: self.wants_more or not acting.done())
            )
            await self.gateway.stop()
            if self.consumer.kind == "radar":
                await self.until_read()
            await self.consumer.finish()

    def _calm(self) -> None:
        self.calmed = True


_LEFT: LiteralString = """
select (select count(*) from ops.touched_orders) + (
    select count(*) from landing.inbox as i
    left join landing.outcomes as o on o.tenant_id = i.tenant_id and o.inbox_seq = i.seq
    where o.inbox_seq is null
)
"""
_NOTHING_LEFT: LiteralString = f"select from ({_LEFT}) as l (left_over) where left_over = 0"
