"""A TCP proxy before Postgres that resets, holds, swallows and delays, as a bad network does."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER that makes a close a reset."""


@dataclass
class Proxy:
    """What lies between a client and the server.

    Attributes:
        held: nothing passes, and nobody hears why: half-open connections.
        deaf: what the server answers is swallowed: its commits are done and nobody knows.
        delay: seconds by which everything comes later, each way.
        done: how often each of these has met traffic.
    """

    target: int
    port: int
    held: bool = False
    deaf: bool = False
    delay: float = 0.0
    done: Counter[str] = field(default_factory=Counter)
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Listen at `port`."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            yield
        finally:
            self.held = False
            server.close()
            self.reset()

    def reset(self) -> None:
        """Cut every connection with RST."""
        for end in list(self._ends):
            with suppress(OSError):
                end.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE
                )
            end.transport.abort()
            self.done["reset"] += 1
        self._ends.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner, out = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self._ends |= {writer, out}
        pumps = [self._pump(reader, out, back=False), self._pump(inner, writer, back=True)]
        await asyncio.gather(*pumps, return_exceptions=True)
        self._ends -= {writer, out}

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool
    ) -> None:
        try:
            while data := await reader.read(65536):
                await self._wait()
                if back and self.deaf:
                    self.done["deaf"] += 1
                    continue
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    async def _wait(self) -> None:
        if self.delay:
            self.done["delay"] += 1
            await asyncio.sleep(self.delay)
        self.done["held"] += self.held
        while self.held:
            await asyncio.sleep(0.01)
