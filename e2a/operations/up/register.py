"""`up.json`: what `e2a up` runs, for `e2a status` and `e2a restart`; and that it runs only once."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psutil

from e2a.domain.errors import RefusedError

FILE, LOCK = "up.json", "up.lock"


@dataclass(frozen=True, slots=True)
class Entry:
    """One part as `up` knows it.

    Attributes:
        pid: of its process; None while it is dead.
        since: when that process was started.
        restarts: how many times it was started again.
        last_end: what ended the one before.
    """

    name: str
    pid: int | None
    since: datetime | None
    restarts: int = 0
    port: int | None = None
    ready: str | None = None
    last_end: str | None = None

    @property
    def runs(self) -> bool:
        """Whether its process is there and does not wait to be buried."""
        if self.pid is None:
            return False
        with suppress(psutil.Error):
            return psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        return False


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the installation's `up` for as long as the block runs.

    Raises:
        RefusedError: another `e2a up` runs.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("a+") as lock:
        if not _taken(lock):
            lock.seek(0)
            raise RefusedError(
                f"`e2a up` runs already over {home} (process {lock.read().strip() or '?'})",
                "Stop it with Ctrl-C where it runs, or see `e2a status`",
            )
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            (home / FILE).unlink(missing_ok=True)


def _taken(lock: IO[str]) -> bool:
    """Tried for a moment: `is_up` of another process holds the lock as long as a look lasts."""
    for _ in range(10):
        with suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.05)
    return False


def is_up(home: Path) -> bool:
    """Whether an `e2a up` holds the installation now."""
    try:
        with (home / LOCK).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def write(home: Path, entries: list[Entry]) -> None:
    """Tell others; written aside and renamed, because they read at any time."""
    fresh = home / (FILE + ".new")
    with suppress(OSError):  # a full disk must not stop what keeps the installation alive
        fresh.write_text(json.dumps([asdict(entry) for entry in entries], default=str))
        fresh.replace(home / FILE)


def read(home: Path) -> list[Entry] | None:
    """What `up` runs now; None if none does."""
    if not is_up(home):
        return None
    try:
        return [_entry(said) for said in json.loads((home / FILE).read_text())]
    except (OSError, ValueError):
        return []


def _entry(said: dict[str, Any]) -> Entry:
    since = said.pop("since")
    return Entry(since=datetime.fromisoformat(since) if since else None, **said)
