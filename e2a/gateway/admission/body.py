"""A request's body: capped, in time, and within what the process has memory for."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from e2a.gateway.replies import RefusedRequestError

LONGEST = 5 * 2**20
"""Bytes of one message."""
LONGEST_BATCH = 16 * 2**20
"""Bytes of a batch."""
SECONDS = 15.0
"""How long a body may take to arrive."""
MEMORY = 128 * 2**20
"""Bytes of all bodies that are being read or wait for their commit, in one process."""


PASSED_OVER = 16 * 2**20
"""Bytes of a refused body that are let past; of what is longer the connection is cut."""
PASSING_SECONDS = 3.0


class GoneError(Exception):
    """The sender hung up before its message was whole: nobody hears an answer."""


class Share:
    """Bytes that one request holds of the memory for bodies."""

    def __init__(self, memory: "Memory") -> None:
        self._memory = memory
        self.taken = 0

    def take(self, size: int) -> None:
        """Take some more.

        Raises:
            RefusedRequestError: 503, there is none left.
        """
        if self._memory.free < size:
            raise RefusedRequestError(
                503, "no_memory", "Too much is under way; send it again after the pause.",
                retry_after=1,
            )  # fmt: skip
        self._memory.free -= size
        self.taken += size


class Memory:
    """The memory for bodies of a process."""

    def __init__(self, size: int = MEMORY) -> None:
        self.free = size

    @contextmanager
    def share(self) -> Iterator[Share]:
        """A share for one request, given back at the end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.free += share.taken


def check_length(headers: Mapping[str, str], longest: int) -> None:
    """Refuse a body whose stated length is too large, before a byte of it is read.

    Raises:
        RefusedRequestError: 413.
    """
    stated = headers.get("content-length", "")
    if stated.isdigit() and int(stated[:20]) > longest:
        raise too_large(longest)


def too_large(longest: int) -> RefusedRequestError:
    """413 with the limit."""
    return RefusedRequestError(
        413, "too_large", f"The body is larger than {longest:,} bytes; send less at a time."
    )


async def read_body(receive: Any, longest: int, share: Share) -> bytes:  # noqa: ANN401 - ASGI
    """The whole body.

    Raises:
        RefusedRequestError: 408, 413 or 503.
        GoneError: the sender hung up.
    """
    chunks: list[bytes] = []
    try:
        async with asyncio.timeout(SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise GoneError
                chunk = message.get("body", b"")
                if share.taken + len(chunk) > longest:
                    raise too_large(longest)
                share.take(len(chunk))
                chunks.append(chunk)
                if not message.get("more_body"):
                    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
    except TimeoutError:
        raise RefusedRequestError(
            408, "too_slow", f"The body took longer than {SECONDS:.0f} seconds; send it at once."
        ) from None


async def pass_over(scope: Mapping[str, Any], receive: Any) -> None:  # noqa: ANN401 - ASGI
    """Let a refused body go by, kept nowhere: with bytes unread, its sender would hear a reset.

    Who sees no answer sends again, for ever; 413 tells him not to.
    """
    stated = dict(scope["headers"]).get(b"content-length", b"")
    if stated.isdigit() and int(stated[:20]) > PASSED_OVER:
        return
    passed = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(PASSING_SECONDS):
            while passed < PASSED_OVER:
                message = await receive()
                passed += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
