"""What waits for its commit, bounded in all and for each credential.

So one sender cannot take the place of the others, and no load fills the memory.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from e2a.domain.deliveries import Delivery
from e2a.gateway.replies import RefusedRequestError, unavailable

MOST_ROWS = 20_000
"""Deliveries that may wait in one process."""
MOST_OF_ONE = 10_000
"""Deliveries of one credential that may wait; one whole batch fits."""
GROUP_ROWS, GROUP_BYTES = 500, 8 * 2**20
"""What one transaction takes at most (one item more, where it is larger than that)."""


@dataclass(slots=True)
class Item:
    """Deliveries that are stored together, and the promise of what became of each."""

    rows: Sequence[Delivery]
    holder: str
    done: "asyncio.Future[list[str]]" = field(repr=False)

    def fail(self, error: Exception) -> None:
        """Break the promise, unless nobody waits any more."""
        if not self.done.done():
            self.done.set_exception(error)

    def keep(self, words: list[str]) -> None:
        """Keep the promise."""
        if not self.done.done():
            self.done.set_result(words)


class Queue:
    """Items in the order of arrival."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._of: Counter[str] = Counter()
        self._arrived = asyncio.Event()
        self.rows = 0
        self.closed = False

    def put(self, rows: Sequence[Delivery], holder: str) -> "asyncio.Future[list[str]]":
        """Add deliveries; the future tells what became of each.

        Raises:
            RefusedRequestError: 429, the credential has too much waiting; 503, the queue is full.
        """
        if self.rows + len(rows) > MOST_ROWS:
            raise unavailable("queue_full", 1)
        if self._of[holder] + len(rows) > MOST_OF_ONE:
            raise RefusedRequestError(
                429, "queue_share", "Too much of yours waits; send it again after the pause.",
                retry_after=1,
            )  # fmt: skip
        item = Item(rows, holder, asyncio.get_running_loop().create_future())
        self._items.append(item)
        self.rows += len(rows)
        self._of[holder] += len(rows)
        self._arrived.set()
        return item.done

    async def group(self) -> list[Item]:
        """The next items, as many as fit one transaction; empty once closed and drained."""
        while not self._items:
            if self.closed:
                return []
            self._arrived.clear()
            await self._arrived.wait()
        taken: list[Item] = []
        rows = size = 0
        while self._items and (not taken or (rows < GROUP_ROWS and size < GROUP_BYTES)):
            item = self._items.popleft()
            self._forget(item)
            taken.append(item)
            rows += len(item.rows)
            size += sum(len(row.body) for row in item.rows)
        return taken

    def _forget(self, item: Item) -> None:
        self.rows -= len(item.rows)
        self._of[item.holder] -= len(item.rows)
        if not self._of[item.holder]:
            del self._of[item.holder]

    def fail_all(self, error: Exception) -> None:
        """Break every promise that waits: no writer is left to keep one."""
        while self._items:
            item = self._items.popleft()
            self._forget(item)
            item.fail(error)

    def close(self) -> None:
        """Take no more; what waits is still handed out."""
        self.closed = True
        self._arrived.set()
