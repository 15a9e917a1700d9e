"""Keeping the pace: so many events a second, in the order in which they happen."""

import asyncio
import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random

import httpx

from e2a.simulator.live.sending import Message, Secrets, send
from e2a.simulator.live.stories import Stories, late, letters
from e2a.simulator.live.tally import Tally
from e2a.simulator.lives import Life
from e2a.simulator.plan import DELIVERY_RATES
from e2a.simulator.post import Letter

TOGETHER = 16
"""Messages under way at once."""
LINES = 50
"""Events of the warehouse in a batch, at most."""
TICK = 0.02
BEHIND_SECONDS = 1.0
"""How much of the pace is made up after a pause; the rest is let go."""
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)


@dataclass
class Traffic:
    """One run.

    Attributes:
        url: where the gateway is, without a path.
        rate: events a second.
        tenants: merchants that the simulator knows.
        clock: the instant that it is.
        going: asked all the time; when it is false, what is due is still sent, and no more.
        met: told of each order as its story begins.
    """

    url: str
    rate: float
    tenants: Sequence[str]
    seed: int
    secrets: Secrets
    clock: Callable[[], datetime]
    going: Callable[[], bool]
    met: Callable[[Life], None] = lambda life: None
    tally: Tally = field(default_factory=Tally)


def run(traffic: Traffic) -> Tally:
    """Send until told to stop; returns once every message is acknowledged.

    Raises:
        NotAcceptedError: the gateway refuses one for good.
        ValueError: there is no such merchant.
    """
    try:
        asyncio.run(_Pace(traffic).keep())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return traffic.tally


class _Pace:
    def __init__(self, traffic: Traffic) -> None:
        self._traffic, self._tally = traffic, traffic.tally
        self._stories = Stories(traffic.tenants, traffic.seed, traffic.clock())
        self._random = Random(f"{traffic.seed}/pace")
        self._coming: list[tuple[datetime, int, Letter]] = []
        self._numbers = count()
        self._name = f"live-{traffic.clock():%Y%m%d%H%M%S%f}"

    async def keep(self) -> None:
        """Everything, from the first message to the last acknowledgement."""
        queue: asyncio.Queue[Message | None] = asyncio.Queue(TOGETHER)
        limits = httpx.Limits(max_connections=TOGETHER, max_keepalive_connections=TOGETHER)
        async with (
            httpx.AsyncClient(
                base_url=self._traffic.url, timeout=_TIMEOUT, limits=limits
            ) as client,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(TOGETHER):
                group.create_task(self._post(client, queue))
            await self._fill(queue)
            for _ in range(TOGETHER):
                await queue.put(None)

    async def _post(
        self, client: httpx.AsyncClient, queue: "asyncio.Queue[Message | None]"
    ) -> None:
        while (message := await queue.get()) is not None:
            traffic = self._traffic
            await send(client, message, traffic.secrets, traffic.clock, self._tally)

    async def _fill(self, queue: "asyncio.Queue[Message | None]") -> None:
        began, told = time.monotonic(), 0.0
        while self._traffic.going():
            elapsed = time.monotonic() - began
            told = max(told, (elapsed - BEHIND_SECONDS) * self._traffic.rate)
            wanted = int(elapsed * self._traffic.rate - told)
            for message in self._messages(self._take(wanted)):
                told += len(message.letters)
                await queue.put(message)
            await asyncio.sleep(TICK)
        for message in self._messages(self._due()):
            await queue.put(message)

    def _take(self, wanted: int) -> list[Letter]:
        """So many letters that are due; new orders begin where too few are."""
        found = self._due(wanted)
        while len(found) < wanted:
            self._begin()
            found += self._due(wanted - len(found))
        return found

    def _begin(self) -> None:
        life = self._stories.next(self._traffic.clock())
        self._traffic.met(life)
        self._tally.orders += 1
        for promise in late(life):
            self._tally.plant(promise.due)
        for letter in letters(life):
            for _ in range(1 + (self._random.random() < DELIVERY_RATES["twice"])):
                heapq.heappush(self._coming, (letter.occurred, next(self._numbers), letter))

    def _due(self, most: float = float("inf")) -> list[Letter]:
        now = self._traffic.clock()
        found: list[Letter] = []
        while self._coming and self._coming[0][0] <= now and len(found) < most:
            found.append(heapq.heappop(self._coming)[2])
        return found

    def _messages(self, found: Sequence[Letter]) -> Iterator[Message]:
        """The warehouses' letters as batches, the others alone."""
        lines: dict[str, list[Letter]] = {}
        for letter in found:
            if letter.source != "wms":
                yield self._message([letter])
                continue
            mine = lines.setdefault(letter.tenant, [])
            mine.append(letter)
            if len(mine) == LINES:
                yield self._message(lines.pop(letter.tenant))
        for rest in lines.values():
            yield self._message(rest)

    def _message(self, found: list[Letter]) -> Message:
        return Message(f"{self._name}-{next(self._numbers)}", found)
