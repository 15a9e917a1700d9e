"""Who stores: a few writers, each with a connection; without any, nothing is taken in."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import psycopg

from e2a.domain.deliveries import Delivery
from e2a.gateway.commit.queue import Queue
from e2a.gateway.commit.store import LostError, shut, store
from e2a.gateway.replies import unavailable

WRITERS = 2
"""While one commits, the other collects."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 3.0
"""Seconds before another try to connect, doubling."""

Connect = Callable[[], Any]
"""Opens an autocommitting connection as the gateway's role; awaited."""


class Writers:
    """The writers of a process and the queue before them."""

    def __init__(self, connect: Connect, count: int = WRITERS) -> None:
        self._connect = connect
        self._count = count
        self._tasks: list[asyncio.Task[None]] = []
        self.queue = Queue()
        self.connected = 0

    def start(self) -> None:
        """Begin; the database may come later."""
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._count)]

    async def stop(self) -> None:
        """Store what waits, then end."""
        self.queue.close()
        if not self.connected:
            self.queue.fail_all(unavailable("stopping"))
        await asyncio.wait(self._tasks, timeout=20)
        for task in self._tasks:
            task.cancel()

    async def store(self, rows: Sequence[Delivery], holder: str) -> list[str]:
        """What became of each delivery (stored, duplicate, conflict), after the commit.

        Raises:
            RefusedRequestError: 429 or 503, nothing is acknowledged; 400, it cannot be kept.
        """
        if not self.connected:
            raise unavailable("database")
        return await self.queue.put(rows, holder)

    async def _work(self) -> None:
        while not self.queue.closed:
            connection = await self._connection()
            if connection is None:
                return
            self.connected += 1
            try:
                while items := await self.queue.group():
                    await store(connection, items)
            except LostError:
                pass
            finally:
                self.connected -= 1
                if not self.connected:
                    self.queue.fail_all(unavailable("database"))
                shut(connection)
                await connection.close()

    async def _connection(self) -> psycopg.AsyncConnection[Any] | None:
        pause = FIRST_PAUSE
        while not self.queue.closed:
            try:
                connection: psycopg.AsyncConnection[Any] = await self._connect()
            except psycopg.Error:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                return connection
        return None
