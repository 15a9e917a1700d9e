"""One process at a time: a lock on a file, freed with the block or the death of the process.

For what lives in files (a data directory, dbt's manifest). What lives in Postgres is locked there.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait until no other process is in a block on the same file; makes the file and its folder."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
