"""The other connection: what the gateway asks beside storing, one question at a time."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from e2a.analyst.metrics import FALLING, Figures
from e2a.gateway.commit.store import shut
from e2a.gateway.credentials.keyring import COLUMNS
from e2a.warehouse.connection import Role, Warehouse

SECONDS = 5.0
"""How long an answer may take."""
DAYS_AHEAD = 2
"""Partitions made before their day: midnight finds one even if nobody was awake for a day."""
_OPTIONS = "-c timezone=UTC -c synchronous_commit=on -c statement_timeout=10s"


def conninfo(warehouse: Warehouse) -> str:
    """How the gateway connects: committed means flushed, and a dead server is noticed."""
    return make_conninfo(
        warehouse.conninfo(Role.GATEWAY),
        options=_OPTIONS,
        tcp_user_timeout=8000,
        keepalives_idle=5,
    )


async def connect(warehouse: Warehouse) -> psycopg.AsyncConnection[Any]:
    """A connection in which each statement is a transaction."""
    return await psycopg.AsyncConnection.connect(conninfo(warehouse), autocommit=True)


class Link:
    """A connection that is opened when it is needed, and again after it broke."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()

    async def credentials(self) -> Sequence[tuple[Any, ...]]:
        """The credentials in force, as `Keyring` reads them."""
        return await self._ask(
            f"select {COLUMNS} from gateway.credentials order by created_at desc"
        )

    async def ensure_days(self, today: date) -> None:
        """Make the inbox's partitions of today and the days after it."""
        await self._ask("select gateway.ensure_days(%s, %s)", today, DAYS_AHEAD)

    async def lanes(self) -> dict[str, datetime | None]:
        """Since when each lane's oldest unread delivery waits; None: it has read all."""
        return dict(await self._ask("select lane, waiting_since from gateway.lanes()"))

    async def model_figures(self) -> Figures:
        """What `gateway.model_metrics` counts of model calls."""
        ((found,),) = await self._ask("select gateway.model_metrics(%s, %s)", *FALLING)
        figures: Figures = found
        return figures

    async def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _ask(self, question: str, *given: object) -> Sequence[tuple[Any, ...]]:
        """The rows of the answer; raises psycopg.OperationalError if there is none in time."""
        async with self._turn:
            if self._connection is None or self._connection.closed:
                self._connection = await connect(self._warehouse)
            work = asyncio.ensure_future(self._rows(self._connection, question, given))
            done, _ = await asyncio.wait({work}, timeout=SECONDS)
            if not done:
                shut(self._connection)
                work.cancel()
                await self._connection.close()
                raise psycopg.OperationalError("no answer in time")
            return work.result()

    async def _rows(
        self, connection: psycopg.AsyncConnection[Any], question: str, given: Sequence[object]
    ) -> Sequence[tuple[Any, ...]]:
        cursor = await connection.execute(question, given)
        rows: Sequence[tuple[Any, ...]] = await cursor.fetchall()
        return rows
