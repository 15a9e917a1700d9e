"""Parsers in processes beside the one that stores.

Each is asked over a socket pair of its own, one chunk at a time, so memory is bounded by the chunks
that are read ahead. If one dies, its chunk is parsed where it is stored: nothing is lost, and it is
said. When they are worth their start is decided in `ahead`.
"""

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

from e2a.domain.deliveries import Parser, Source
from e2a.domain.errors import E2AError
from e2a.warehouse.staged import Staged

PARSERS = 2
"""Processes a reader: with Postgres they keep two cores busy, more would only hold more memory."""

_LOG = logging.getLogger(__name__)


class ParserDiedError(E2AError):
    """A parser's process ended in the middle of its work."""


class ParserProcess:
    """One process with one parser."""

    def __init__(self, asked: bytes) -> None:
        """Start it.

        Args:
            asked: source, parser and its version, pickled.
        """
        ours, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "e2a.warehouse.parsing.worker", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        self._worker: Connection[Any, Any] = ours
        self._asked = asked
        self._is_told = False

    def stage(self, rows: Sequence[tuple[Any, ...]]) -> Staged | None:
        """What a store copies of these inbox rows; None if one of them cannot be copied.

        Raises:
            ParserDiedError: the process has ended.
        """
        try:
            if not self._is_told:
                self._worker.send_bytes(self._asked)
                self._is_told = True
            self._worker.send(rows)
            staged: Staged | None = self._worker.recv()
        except (EOFError, OSError) as error:
            code = self._process.wait()
            raise ParserDiedError(
                f"A parser's process ended with {code} while it had {len(rows):,} rows",
                "They are parsed by the process that stores; if memory ran out, give it more",
            ) from error
        return staged

    def close(self) -> None:
        """End it, whatever it does: it holds nothing."""
        self._worker.close()
        self._process.kill()
        self._process.wait()


class Parsers:
    """Up to `PARSERS` processes, each started when it is first needed, ended with the block."""

    def __init__(self, source: Source, parse: Parser, parser_version: str) -> None:
        self._asked = _pickled(source, parse, parser_version)
        self._idle: SimpleQueue[ParserProcess] = SimpleQueue()
        self._all: list[ParserProcess] = []
        self._is_over = False

    @property
    def are_able(self) -> bool:
        """Whether the parser can be called elsewhere, and none has died of it."""
        return self._asked is not None and not self._is_over

    def stage(self, rows: Sequence[tuple[Any, ...]]) -> Staged | None:
        """What a store copies of inbox rows; None if they have to be parsed here after all."""
        if self._is_over or self._asked is None:
            return None
        process = self._any(self._asked)
        try:
            staged = process.stage(rows)
        except ParserDiedError as error:
            if not self._is_over:
                _LOG.warning("%s", error)
            self._is_over = True
            return None
        self._idle.put(process)
        return staged

    def _any(self, asked: bytes) -> ParserProcess:
        """An idle one, else one more: there are as many as threads that ask."""
        with suppress(Empty):
            return self._idle.get_nowait()
        started = ParserProcess(asked)
        self._all.append(started)
        return started

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._is_over = True
        for process in self._all:
            process.close()


def _pickled(*asked: object) -> bytes | None:
    """None for a parser that only this process has, such as a closure."""
    try:
        return pickle.dumps(asked)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
