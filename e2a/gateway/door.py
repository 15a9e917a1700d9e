"""All that a gateway process holds: keyring, writers, memory, log, metrics, and the clock.

Made once by the entry; nothing below it makes its own, nor asks the wall clock.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import psycopg

from e2a.gateway.admission.body import Memory
from e2a.gateway.commit.link import Link, connect
from e2a.gateway.commit.writers import Writers
from e2a.gateway.credentials.keyring import REFRESH, Keyring
from e2a.gateway.figures import ModelFigures
from e2a.gateway.log import Log
from e2a.gateway.metrics import Metrics
from e2a.warehouse.connection import Warehouse
from e2a.warehouse.vault import unlock

Clock = Callable[[], datetime]
DAYS_AGAIN = timedelta(hours=1)
"""How often partitions are looked after."""


class Door:
    """One gateway process's parts and their life."""

    def __init__(self, warehouse: Warehouse, clock: Clock, log: Log) -> None:
        self.warehouse = warehouse
        self.clock = clock
        self.log = log
        self.metrics = Metrics()
        self.memory = Memory()
        self.link = Link(warehouse)
        self.models = ModelFigures(self.link)
        self.keyring = Keyring(unlock(warehouse.home), self.link.credentials)
        self.writers = Writers(lambda: connect(warehouse))
        self.draining = False
        self._days_at: datetime | None = None
        self._chores: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin to work; a database that is away is waited for in the background."""
        self.writers.start()
        await self._chore()
        self._chores = asyncio.create_task(self._keep_up())
        self.log.say("started", at=self.clock())

    async def close(self) -> None:
        """Store what waits, then end."""
        self.draining = True
        if self._chores is not None:
            self._chores.cancel()
        await self.writers.stop()
        with suppress(psycopg.Error):
            await self.link.close()
        self.log.say("stopped", at=self.clock())
        self.log.flush()

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(REFRESH)
            await self._chore()

    async def _chore(self) -> None:
        """Read the credentials again, and see to the days ahead."""
        now = self.clock()
        try:
            await self.keyring.refresh()
            if self._days_at is None or now - self._days_at >= DAYS_AGAIN:
                await self.link.ensure_days(now.date())
                self._days_at = now
        except Exception as error:  # whatever it is, the next round tries again
            self.log.say("chore_failed", at=now, error=type(error).__name__)
