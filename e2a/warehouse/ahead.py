"""Reading ahead: the next chunk of a lane is parsed while the current one is stored.

Parsing keeps a core busy and storing keeps Postgres busy, so a backlog is read by two cores. What
was read ahead is only a guess: it counts if, once the lane is claimed again, its watermark stands
where the guess begins. What becomes of a chunk belongs to `drain`.
"""

import gc
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg.types.json import set_json_loads

from e2a.domain.deliveries import Parser, Source
from e2a.warehouse.canonical import Understood, inbox_row, understand
from e2a.warehouse.parsing.process import Parsers
from e2a.warehouse.staged import Staged
from e2a.warehouse.watermark import readable_below

CHUNK = 20_000
"""Inbox rows a transaction; one row may hold a file's worth of events."""
CHUNK_BYTES = 32 * 2**20
"""Bodies a transaction, at most, so that a chunk of large ones fits into memory."""
DEPTH = 2
"""Chunks read ahead: with one, the parser would wait while Postgres works on the last."""

BULK = 1_000
"""Rows beyond a first chunk for which processes are started: that takes about a second."""

Item = TypeVar("Item")

Position = tuple[str, int]
"""(xid, seq) of the last row read."""


class Chunk:
    """The rows of a lane beyond `low`, up to and including `high`."""

    def __init__(self, low: Position, rows: Sequence[tuple[Any, ...]], parsing: "Parsing") -> None:
        self.low = low
        self.rows = rows
        self.high: Position = rows[-1][:2]
        self._parsing = parsing

    @property
    def staged(self) -> Staged | None:
        """What a parser's process has made of them, if one was asked and could; waits for it."""
        made = self._parsing.result()
        return made if isinstance(made, Staged) else None

    def understood(self, source: Source, parse: Parser) -> list[Understood]:
        """What the rows became; those of a process are parsed here once more."""
        made = self._parsing.result()
        return made if isinstance(made, list) else understood(source, parse, self.rows)


Parsing = Future[list[Understood]] | Future[Staged | None]


class Ahead:
    """The chunks after the one that is being stored.

    Attributes:
        most: rows of the chunks that are begun from now on; None is `CHUNK`.
    """

    def __init__(
        self, source: Source, parse: Parser, beside: Executor, depth: int = DEPTH,
        parsers: Parsers | None = None,
    ) -> None:  # fmt: skip
        """Begin with nothing read.

        Args:
            source: the road.
            parse: its parser.
            beside: parses, or waits for processes that do.
            depth: how many chunks are read ahead.
            parsers: processes for chunks read ahead, if they are long.
        """
        self._source, self._parse, self._beside, self._depth = source, parse, beside, depth
        self._parsers = parsers
        self.most: int | None = None
        self._guesses: deque[Chunk] = deque()

    def take(self, connection: psycopg.Connection[Any], low: Position) -> Chunk | None:
        """The chunk beyond a claimed watermark, and those after it begun; None at the end."""
        if self._guesses and self._guesses[0].low != low:
            self._guesses.clear()
        chunk = self._guesses.popleft() if self._guesses else self._begin(connection, low)
        last = self._guesses[-1] if self._guesses else chunk
        while last is not None and len(self._guesses) < self._depth:
            last = self._begin(connection, last.high, self._parsers)
            if last is not None:
                self._guesses.append(last)
        return chunk

    def _begin(
        self, connection: psycopg.Connection[Any], low: Position, parsers: Parsers | None = None
    ) -> Chunk | None:
        rows = _beyond(connection, self._source, low, self.most or CHUNK)
        if not rows:
            return None
        if parsers and parsers.are_able and len(rows) >= BULK:
            return Chunk(low, rows, self._beside.submit(parsers.stage, rows))
        return Chunk(low, rows, self._beside.submit(understood, self._source, self._parse, rows))


def understood(source: Source, parse: Parser, rows: Sequence[tuple[Any, ...]]) -> list[Understood]:
    """What rows as `_BEYOND` gives them became."""
    return [understand(inbox_row(source, row[1:]), parse) for row in rows]


def _beyond(
    connection: psycopg.Connection[Any], source: Source, low: Position, most: int
) -> list[tuple[Any, ...]]:
    """Rows of ended transactions only: a sequence alone would skip those that commit late."""
    below = readable_below(connection)
    given = {
        "source": source, "xid": low[0], "seq": low[1], "below": below, "rows": most,
        "bytes": CHUNK_BYTES,
    }  # fmt: skip
    with connection.cursor(binary=True) as cursor:
        set_json_loads(orjson.loads, cursor)
        return cursor.execute(_BEYOND, given).fetchall()


def made_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The same items, each made while the one before it is used."""
    with ThreadPoolExecutor(1, "maker") as beside:
        following = beside.submit(next, items, None)
        while (item := following.result()) is not None:
            following = beside.submit(next, items, None)
            yield item


@contextmanager
def uncollected() -> Iterator[None]:
    """Without cyclic garbage collection: it would walk over every row of the chunk, many times."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


COLUMNS = "seq, tenant_id, delivery_id, received_at, headers, body"

_BEYOND = f"""
select xid::text, {COLUMNS} from (
    select *, sum(octet_length(body)) over (order by xid, seq) - octet_length(body) as bytes_before
    from (
        select xid, {COLUMNS} from landing.inbox
        where
            source = %(source)s and (xid, seq) > (%(xid)s::xid8, %(seq)s)
            and xid < %(below)s::xid8
        order by xid, seq limit %(rows)s
    ) as next_rows
) as measured
where bytes_before < %(bytes)s order by xid, seq
"""
