"""The embedded PostgreSQL under `up`: watched, started again, its log retold."""

import time
from datetime import UTC, datetime
from pathlib import Path

import psutil

from e2a.domain.errors import E2AError
from e2a.operations.up import register
from e2a.operations.up.lines import Voice
from e2a.operations.up.parts import POSTGRES
from e2a.warehouse import cluster
from e2a.warehouse.connection import Warehouse

LOOK_SECONDS = 0.5
LONGEST_PAUSE = 30.0


class Postgres:
    """The server of one installation; it is no child of ours, and outlives us if we are killed."""

    def __init__(self, home: Path, voice: Voice) -> None:
        self._home, self._voice = home, voice
        self._log = home / "postgres.log"
        self._read_to = self._log.stat().st_size if self._log.is_file() else 0
        self._next_look, self._pause, self._restarts = 0.0, LOOK_SECONDS, 0

    def look(self) -> Warehouse | None:
        """Retell its log; if it is dead, start it. Returns where it is if it was started."""
        if time.monotonic() < self._next_look:
            return None
        self._next_look = time.monotonic() + LOOK_SECONDS
        self._retell()
        if cluster.port_of_running(self._home) is not None:
            self._pause = LOOK_SECONDS
            return None
        self._voice.announce("is not running; starting it again")
        try:
            started = cluster.start(self._home)
        except E2AError as error:
            self._voice.announce(str(error))
            self._next_look = time.monotonic() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return None
        self._restarts += 1
        return started

    def stop(self) -> None:
        """Stop the server."""
        cluster.stop(self._home)
        self._retell()

    def entry(self) -> register.Entry:
        """What others may know of it."""
        process = cluster.process(self._home)
        if process is None:
            return register.Entry(POSTGRES, None, None, self._restarts)
        try:
            since = datetime.fromtimestamp(process.create_time(), UTC)
        except psutil.Error:
            since = None
        port = cluster.port_of_running(self._home)
        return register.Entry(POSTGRES, process.pid, since, self._restarts, port)

    def _retell(self) -> None:
        if not self._log.is_file():
            return
        with self._log.open("rb") as log:
            log.seek(self._read_to)
            said = log.read(64 * 1024)
        whole = said[: said.rfind(b"\n") + 1]
        self._read_to += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            self._voice.line(line, keep=False)
