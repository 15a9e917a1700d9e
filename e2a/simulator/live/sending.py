"""Posting what is due, signed as its sender signs, until the gateway has acknowledged it.

The rules: 2xx ends it; 429 and 503 wait as long as Retry-After says; any other 5xx, and a
connection that ends without an answer, wait a little longer each time; any other 4xx is final, for
it would be the same again. A message that is sent again keeps its id.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import httpx
import orjson

from e2a.simulator.live.tally import Tally
from e2a.simulator.post import Letter
from e2a.simulator.signing import signed_by_vendor

WORDS = {"shopify": "shopify", "carrier": "easypost", "wms": "batch"}
"""The path word that sends what comes by a road; the warehouse sends NDJSON."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds before a message is sent again after no answer came, doubling."""

Secrets = Mapping[tuple[str, str], str]
"""Signing secrets by (tenant, path word)."""


class NotAcceptedError(Exception):
    """The gateway refuses a message for good."""

    def __init__(self, status: int, word: str, tenant: str, said: str) -> None:
        super().__init__(f"{status} for {word} of {tenant}: {said}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Message:
    """One request: a letter, or lines of one warehouse; `name` is its id."""

    name: str
    letters: Sequence[Letter]

    @property
    def word(self) -> str:
        """Its path word."""
        return WORDS[self.letters[0].source]

    def body(self) -> bytes:
        """What is sent."""
        return b"\n".join(orjson.dumps(letter.body) for letter in self.letters)

    def signed(self, secrets: Secrets, body: bytes, at: float) -> dict[str, str]:
        """Its headers at this moment."""
        first = self.letters[0]
        secret = secrets[first.tenant, self.word]
        headers = signed_by_vendor(self.word, secret, self.name, first.headers, body, at)
        return headers | ({"content-type": "application/x-ndjson"} if self.word == "batch" else {})


async def send(
    client: httpx.AsyncClient, message: Message, secrets: Secrets, clock: Callable[[], datetime],
    tally: Tally,
) -> None:  # fmt: skip
    """Post a message until it is acknowledged.

    Raises:
        NotAcceptedError: it never will be.
    """
    body, pause = message.body(), FIRST_PAUSE
    tally.sent += len(message.letters)
    while True:
        headers = message.signed(secrets, body, clock().timestamp())
        began = time.perf_counter()
        try:
            reply = await client.post(f"/ingest/{message.word}", content=body, headers=headers)
        except httpx.TransportError:
            reply = None
        if reply is not None and reply.is_success:
            tally.seconds.append(time.perf_counter() - began)
            _acknowledged(message, reply, tally)
            return
        tally.waits += 1
        await asyncio.sleep(_wait(message, reply, pause))
        pause = min(pause * 2, LONGEST_PAUSE)


def _acknowledged(message: Message, reply: httpx.Response, tally: Tally) -> None:
    tally.acknowledged += len(message.letters)
    tally.said.update(orjson.loads(line)["status"] for line in reply.content.splitlines())


def _wait(message: Message, reply: httpx.Response | None, pause: float) -> float:
    """Seconds until it may be sent again."""
    if reply is None or reply.status_code == 408:
        return pause
    if reply.status_code in (429, 503):
        return max(0.0, float(reply.headers.get("retry-after") or pause))
    if reply.status_code >= 500:
        return pause
    tenant = message.letters[0].tenant
    raise NotAcceptedError(reply.status_code, message.word, tenant, reply.text[:200])
