"""What reads the inbox, as the landing assets do, again and again; it dies with its server.

`naive` is the planted bug: the same reading by a plain sequence cursor, as many a system has it.
"""

import signal
import sys
import time
from typing import Any

import psycopg

from e2a.domain.deliveries import Source
from e2a.domain.errors import E2AError
from e2a.sources.registry import PARSER_VERSION, parse
from e2a.warehouse.ahead import COLUMNS
from e2a.warehouse.canonical import inbox_row, understand
from e2a.warehouse.connection import Role, locate
from e2a.warehouse.drain import Reader, drain
from e2a.warehouse.held.keeping import store

PAUSE = 0.02
_CHUNK = 5_000


def consume(how: str = "watermark") -> None:
    """Read until SIGTERM and nothing more is there; exits with 1 when the database is lost."""
    read = {"watermark": everything, "naive": naively}[how]
    ending: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ending.append(number))
    try:
        with locate().connect(Role.APP) as connection:
            while True:
                last = bool(ending)
                if not read(connection):
                    if last:
                        return
                    time.sleep(PAUSE)
    except (psycopg.OperationalError, E2AError) as error:
        print(f"consumer: {type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)


def everything(connection: psycopg.Connection[Any]) -> int:
    """One pass over all roads; how many rows it read."""
    return sum(
        drain(connection, Reader(source, parse, PARSER_VERSION)).rows for source in Source
    )  # fmt: skip


def naively(connection: psycopg.Connection[Any]) -> int:
    """The bug: rows beyond the highest sequence number that was seen, committed late or not."""
    with connection.transaction():
        (last,) = connection.execute(
            "select seq from ops.watermarks where lane = 'wms' for update"
        ).fetchone() or (0,)
        rows = connection.execute(
            f"select {COLUMNS} from landing.inbox where source = 'wms' and seq > %s "
            "order by seq limit %s", (last, _CHUNK),
        ).fetchall()  # fmt: skip
        if rows:
            met = [understand(inbox_row(Source.WMS, row), parse) for row in rows]
            store(connection, met, PARSER_VERSION)
            connection.execute(
                "update ops.watermarks set seq = %s where lane = 'wms'", (rows[-1][0],)
            )
    return len(rows)
