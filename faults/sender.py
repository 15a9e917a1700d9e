"""Sends signed events over HTTP until each is acknowledged, as a well-behaved sender does.

The rules: 2xx ends it; 429 and 503 wait as long as Retry-After says; any other 5xx, and a
connection that ends without an answer, wait a little longer each time; the id stays the same. Other
4xx are final. Some messages are sent twice, and most arrive out of order.
"""

import asyncio
import heapq
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from random import Random

import httpx
import orjson

from e2a.simulator.signing import signed
from faults.ledger import Entry, Ledger, State

TOGETHER = 24
"""Messages under way at once."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0
"""Seconds before a message is sent again after no answer came, doubling."""
_TIMEOUT = httpx.Timeout(12.0, connect=1.0)


@dataclass(order=True)
class Message:
    """One request: an event alone or a batch of one tenant's; `due` is when it may go out."""

    due: float
    number: int
    entries: Sequence[Entry] = field(compare=False)
    tries: int = field(default=0, compare=False)
    is_copy: bool = field(default=False, compare=False)


@dataclass
class Sender:
    """One sender for several tenants.

    Attributes:
        url: where the gateway is, without a path.
        secrets: signing secrets by (path word, tenant).
        most: events in a batch, at most.
        twice: share of messages that are sent again after they were acknowledged.
        patience: factor to every wait; below 1 the sender is in more of a hurry than it may be.
        rate: new events a second, at most.
    """

    url: str
    ledger: Ledger
    random: Random
    most: int = 200
    twice: float = 0.05
    patience: float = 1.0
    rate: float = math.inf
    secrets: Mapping[tuple[str, str], str] = field(default_factory=dict)
    sent: int = 0
    _began: float = field(default_factory=time.monotonic)
    _again: list[Message] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _flying: int = 0

    async def run(self, events: Iterator[Entry], wanted: Callable[[], bool]) -> None:
        """Send while more is wanted, then until nothing waits for an acknowledgement."""
        limits = httpx.Limits(max_connections=TOGETHER, max_keepalive_connections=TOGETHER)
        async with (
            httpx.AsyncClient(base_url=self.url, timeout=_TIMEOUT, limits=limits) as client,
            asyncio.TaskGroup() as workers,
        ):
            for _ in range(TOGETHER):
                workers.create_task(self._work(client, events, wanted))

    @property
    def is_waiting(self) -> bool:
        """Whether anything that was sent has not been acknowledged yet."""
        return bool(self._again or self._flying)

    async def _work(
        self, client: httpx.AsyncClient, events: Iterator[Entry], wanted: Callable[[], bool]
    ) -> None:
        while True:
            message = self._next(events, wanted)
            if message is not None:
                self._flying += 1
                await self._send(client, message)
                self._flying -= 1
            elif not wanted() and not self.is_waiting:
                return
            else:
                await asyncio.sleep(0.01)

    def _next(self, events: Iterator[Entry], wanted: Callable[[], bool]) -> Message | None:
        if self._again and self._again[0].due <= time.monotonic():
            return heapq.heappop(self._again)
        if not wanted() or len(self._again) >= 2 * TOGETHER:
            return None
        if self.sent > self.rate * (time.monotonic() - self._began):
            return None
        return self._fresh(events)

    def _fresh(self, events: Iterator[Entry]) -> Message | None:
        """A message of one tenant; what the draw gives of the other goes out beside it."""
        size = 1 if self.random.random() < 0.3 else self.random.randint(2, self.most)
        drawn = [self.ledger.add(entry) for entry in islice(events, size)]
        self.sent += len(drawn)
        for tenant in sorted({entry.tenant for entry in drawn}):
            of = [entry for entry in drawn if entry.tenant == tenant]
            heapq.heappush(self._again, Message(0.0, next(self._numbers), of))
        return heapq.heappop(self._again) if self._again else None

    async def _send(self, client: httpx.AsyncClient, message: Message) -> None:
        word = "wms" if len(message.entries) == 1 else "batch"
        body = b"\n".join(entry.body for entry in message.entries)
        secret = self.secrets[word, message.entries[0].tenant]
        headers = signed(secret, f"m{message.number}", body, time.time())
        for entry in message.entries:
            entry.sendings += 1
        try:
            reply = await client.post(f"/ingest/{word}", content=body, headers=headers)
        except httpx.TransportError:
            self.ledger.answers["lost"] += 1
            self._unanswered(message)
        else:
            self.ledger.answers[str(reply.status_code)] += 1
            self._answered(message, reply)

    def _answered(self, message: Message, reply: httpx.Response) -> None:
        if reply.is_success:
            lines = [orjson.loads(line) for line in reply.content.splitlines()]
            for entry, line in zip(message.entries, lines, strict=True):
                self.ledger.said(entry, line["status"])
            if not message.is_copy and self.random.random() < self.twice:
                self._later(message, 0.05, is_copy=True)
        elif reply.status_code in (429, 503):
            self._later(message, float(reply.headers["retry-after"]))
        elif reply.status_code >= 500 or reply.status_code == 408:
            self._unanswered(message)
        else:
            for entry in message.entries:
                entry.state = State.REFUSED

    def _unanswered(self, message: Message) -> None:
        for entry in message.entries:
            self.ledger.lost(entry)
        self._later(message, min(FIRST_PAUSE * 2**message.tries, LONGEST_PAUSE))

    def _later(self, message: Message, pause: float, *, is_copy: bool = False) -> None:
        due = time.monotonic() + pause * self.patience * self.random.uniform(1.0, 1.3)
        again = Message(
            due, message.number, message.entries, message.tries + 1, is_copy or message.is_copy
        )
        heapq.heappush(self._again, again)
