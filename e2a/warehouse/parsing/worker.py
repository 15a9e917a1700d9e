"""What runs in a parser's process: rows come in, what a store copies goes out.

`python -m e2a.warehouse.parsing.worker FD`, started by `process` with its end of a socket pair. It
has no database and keeps nothing; it ends when the other end is closed, as by its starter's death.
"""

import gc
import signal
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from e2a.domain.deliveries import Parser, Source
from e2a.warehouse.canonical import inbox_row, understand
from e2a.warehouse.crashing import passing
from e2a.warehouse.staged import Staged, stage


def main() -> None:
    """Serve until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that stores
    gc.disable()
    asker: Connection[Any, Any] = Connection(int(sys.argv[1]))
    with asker:
        try:
            _serve(asker)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return


def _serve(asker: "Connection[Any, Any]") -> None:
    source, parse, parser_version = asker.recv()
    while True:
        rows = asker.recv()
        passing("parser.asked")
        asker.send(_staged(source, parse, parser_version, rows))


def _staged(
    source: Source, parse: Parser, parser_version: str, rows: Sequence[tuple[Any, ...]]
) -> Staged | None:
    """None if a row cannot be copied: who stores looks for it, and finds the cause again."""
    try:
        return stage(
            [understand(inbox_row(source, row[1:]), parse) for row in rows], parser_version
        )
    except Exception:
        return None


if __name__ == "__main__":
    main()
