"""What the parts say: each line with its part's name before it, on one terminal and in files.

A part that says much is shown a few lines a second, and how many more there were; what sounds like
trouble is always shown. Its file has all of it, and never grows beyond twice `MOST_BYTES`.
"""

import json
import os
import re
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import IO

MOST_BYTES = 10 * 2**20
"""Of a log file, before it becomes `NAME.log.1` in place of the one before."""
SHOWN_A_SECOND, SHOWN_AT_ONCE = 4.0, 12.0
COUNT_EVERY = 5.0
"""Seconds between two remarks on lines that were not shown."""
LONGEST = 2_000
"""Signs of a line that are shown."""

_COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
_TROUBLE = re.compile(r"error|warn|fail|traceback|exception|critical|refus|denied", re.I)
_NOISE = re.compile(r"(Beta|Preview|Superseded)Warning|^  return fn\(|^  warnings.warn\(")
"""Of libraries about themselves: kept, never shown."""
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """One terminal for several speakers."""

    def __init__(self, width: int, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stderr
        self._width, self._lock = width, Lock()
        self._coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")

    def say(self, name: str, text: str, colour: int = 1) -> None:
        """One line; a terminal that is gone is no reason to stop."""
        prefix = f"{name:<{self._width}} | "
        if self._coloured:
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        with self._lock, suppress(OSError, ValueError):
            self._stream.write(f"{prefix}{text[:LONGEST]}\n")
            self._stream.flush()


class Voice:
    """What one part says, from all the processes that it becomes."""

    def __init__(self, terminal: Terminal, name: str, place: int, folder: Path) -> None:
        self._terminal, self._name = terminal, name
        self._colour = _COLOURS[place % len(_COLOURS)]
        self._file = folder / f"{name}.log"
        self._own = re.compile(rf"{re.escape(name)} {{2,}}")
        self._lock = Lock()
        self._allowance, self._seen_at = SHOWN_AT_ONCE, time.monotonic()
        self._hidden, self._counted_at = 0, time.monotonic()
        self._last = ""

    def hear(self, stream: IO[bytes]) -> None:
        """Take in lines until their speaker is gone."""
        with suppress(ValueError), stream:
            for raw in iter(lambda: stream.readline(64 * 1024), b""):
                self.line(_ANSI.sub("", raw.decode(errors="replace")).rstrip())

    def announce(self, text: str) -> None:
        """A line about the part, not of it: always shown, and kept among its own."""
        with self._lock:
            self._keep(f"up: {text}")
        self._terminal.say("up", f"{self._name} {text}")

    def line(self, text: str, *, keep: bool = True) -> None:
        """Keep a line, and show it if there is room."""
        with self._lock:
            if keep:
                self._keep(text)
            if not text or text == self._last or _NOISE.search(text):
                return
            self._last = text
            if not (self._may_show() or _TROUBLE.search(text)):
                self._hidden += 1
                return
        self._terminal.say(self._name, _readable(self._own.sub("", text, 1)), self._colour)

    def count_hidden(self) -> None:
        """Say now and then how many lines were not shown."""
        with self._lock:
            now = time.monotonic()
            if not self._hidden or now - self._counted_at < COUNT_EVERY:
                return
            hidden, self._hidden, self._counted_at = self._hidden, 0, now
        self._terminal.say(
            self._name, f"... and {hidden:,} lines more in {self._file}", self._colour
        )

    def _keep(self, text: str) -> None:
        with suppress(OSError):  # a full disk must not stop what keeps the installation alive
            if self._file.is_file() and self._file.stat().st_size > MOST_BYTES:
                self._file.replace(self._file.with_suffix(".log.1"))
            with self._file.open("a") as file:
                file.write(text + "\n")

    def _may_show(self) -> bool:
        now = time.monotonic()
        gained = (now - self._seen_at) * SHOWN_A_SECOND
        self._allowance, self._seen_at = min(SHOWN_AT_ONCE, self._allowance + gained), now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True


def _readable(text: str) -> str:
    """JSON of one level as words; anything else as it is."""
    if not text.startswith("{"):
        return text
    try:
        said = json.loads(text)
    except ValueError:
        return text
    return " ".join(f"{key}={value}" for key, value in said.items() if value is not None)
