"""Log lines: one JSON object each, with the correlation id, without secrets and personal data.

Lines are gathered and written a few times a second, so that a storm of requests is not a storm
of writes.
"""

import asyncio
import sys
from typing import IO

import orjson

PAUSE = 0.1
"""Seconds for which lines are gathered."""
MOST = 20_000
"""Lines that are gathered at most; beyond that they are counted only."""


class Log:
    """Where the gateway says what it did."""

    def __init__(self, out: IO[bytes] | None = None) -> None:
        self._out = out if out is not None else sys.stderr.buffer
        self._lines: list[bytes] = []
        self._lost = 0
        self._timer: asyncio.TimerHandle | None = None

    def say(self, event: str, **fields: object) -> None:
        """One line; the fields must name nobody and hold no secret."""
        if len(self._lines) >= MOST:
            self._lost += 1
            return
        self._lines.append(orjson.dumps({"event": event, **fields}, default=str))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, self.flush)

    def flush(self) -> None:
        """Write what was gathered."""
        self._timer = None
        lines, self._lines = self._lines, []
        if self._lost:
            lines.append(orjson.dumps({"event": "log_lines_lost", "lines": self._lost}))
            self._lost = 0
        if lines:
            self._out.write(b"\n".join(lines) + b"\n")
            self._out.flush()
