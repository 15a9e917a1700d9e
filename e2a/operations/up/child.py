"""One part as a process that is started again whenever it ends."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Thread
from urllib.error import URLError
from urllib.request import urlopen

from e2a.operations.up import register, trees
from e2a.operations.up.lines import Voice
from e2a.operations.up.parts import Part

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds between an end and the next start: twice as long each time, until it lives a while."""
A_WHILE = 60.0
FORGET_EVERY = 30.0
"""Seconds between looks whether sessions of dead processes are empty: their numbers come again."""
WAIT_FOR_PORT = 120.0
"""Seconds for which a part waits for another's port before it is started all the same."""


@dataclass
class Child:
    """A part, its process if it has one, and how often it had to be started."""

    part: Part
    voice: Voice
    sessions: list[int] = field(default_factory=list)
    starts: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _since: datetime | None = None
    _born: float = 0.0
    _pause: float = FIRST_PAUSE
    _due: float = 0.0
    _waits_until: float | None = None
    _last_end: str | None = None
    _forget_at: float = 0.0

    def look(self, environment: Callable[[], Mapping[str, str]]) -> None:
        """Start it if that is due; note it if it has ended."""
        self.voice.count_hidden()
        self._forget_empty_sessions()
        if self._process is None:
            if time.monotonic() >= self._due and not self._waits_for_another():
                self._start(environment())
        elif (code := self._process.poll()) is not None:
            self._ended(code)

    def answers(self) -> bool:
        """Whether it runs, and works if it can be asked."""
        if self._process is None or self._process.poll() is not None:
            return False
        if self.part.port is None:
            return True
        return takes_connections(self.part.port, self.part.ready)

    def entry(self) -> register.Entry:
        """What others may know of it."""
        process, part = self._process, self.part
        return register.Entry(
            part.name, process.pid if process else None, self._since, max(0, self.starts - 1),
            part.port, part.ready, self._last_end,
        )  # fmt: skip

    def _waits_for_another(self) -> bool:
        if self.part.after is None:
            return False
        now = time.monotonic()
        self._waits_until = self._waits_until or now + WAIT_FOR_PORT
        if now < self._waits_until and not takes_connections(self.part.after):
            return True
        self._waits_until = None
        return False

    def _start(self, environment: Mapping[str, str]) -> None:
        self._process = trees.begin(self.part.command, environment)
        self._since, self._born = datetime.now(UTC), time.monotonic()
        self.starts += 1
        self.sessions.append(self._process.pid)
        assert self._process.stdout is not None
        Thread(target=self.voice.hear, args=(self._process.stdout,), daemon=True).start()

    def _forget_empty_sessions(self) -> None:
        mine = self._process and self._process.pid
        if self.sessions in ([], [mine]) or time.monotonic() < self._forget_at:
            return
        self.sessions = [pid for pid in self.sessions if pid == mine or trees.members([pid])]
        self._forget_at = time.monotonic() + FORGET_EVERY

    def _ended(self, code: int) -> None:
        lived = time.monotonic() - self._born
        self._pause = FIRST_PAUSE if lived > A_WHILE else self._pause
        self._last_end = _words(code)
        self.voice.announce(f"ended ({self._last_end}); starting it again in {self._pause:.1f} s")
        self._due = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._process = self._since = None


def takes_connections(port: int, path: str | None = None) -> bool:
    """Whether somebody listens at a port of this machine; with a path: and answers it with 200."""
    try:
        if path is None:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return True
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _words(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
