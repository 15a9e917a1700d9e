"""Whether the database's clock can be believed: deadlines are judged by it, unless it jumps.

Between two looks the time that the database tells must move as the machine's uptime does. If it
does not, within `SANE`, it has jumped, forwards or back, and for up to `DOUBT` deadlines are judged
by the last time that was believed plus the time that has run. A wrong hour then announces no false
breaches, and a jump that stays is believed in the end. Daylight saving moves no clock here:
deadlines are instants. What is believed is kept in `ops.lanes`, for the
next watcher of this machine.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

SANE = timedelta(minutes=1)
"""What clocks may differ by from one look to the next; a server corrects its own by less."""
DOUBT = timedelta(minutes=10)
"""How long a jump is doubted; one that lasts longer is the time."""


def uptime() -> float:
    """Seconds that this machine has been up, asleep or not."""
    clock: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)


@cache
def boot() -> str:
    """Names this start of this machine: uptimes of another mean nothing."""
    file = Path("/proc/sys/kernel/random/boot_id")
    return file.read_text().strip() if file.is_file() else "unknown"


@dataclass(slots=True)
class Steady:
    """The time by which a watcher judges deadlines.

    Attributes:
        ears: a connection in autocommit.
        runs: seconds that have run, for ever forward.
    """

    ears: psycopg.Connection[Any]
    runs: Callable[[], float] = uptime
    _trusted: tuple[datetime, float] | None = field(default=None, init=False)
    _is_doubting: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        row = self.ears.execute(_KNOWN, (boot(),)).fetchone()
        if row is not None:
            self._trusted = row[0], row[1]
            self._is_doubting = row[2]

    def now(self) -> datetime | None:
        """The instant to judge deadlines by; None while the database's clock is believed."""
        row = self.ears.execute("select now()").fetchone()
        assert row is not None
        told, runs = row[0], self.runs()
        held = None if self._trusted is None else self._held(told, runs)
        if held is None:
            self._trusted = told, runs
        if (held is not None) != self._is_doubting:
            self._is_doubting = held is not None
            self.ears.execute(_DOUBTED, (held,))
        return held

    def keep(self) -> None:
        """Write down what is believed, for whoever watches next."""
        if self._trusted is not None:
            self.ears.execute(_KEEP, (*self._trusted, boot()))

    def _held(self, told: datetime, runs: float) -> datetime | None:
        assert self._trusted is not None
        at, then = self._trusted
        ran = timedelta(seconds=runs - then)
        if abs(told - (at + ran)) <= SANE or not timedelta(0) <= ran <= DOUBT:
            return None
        return at + ran


_KNOWN = """
select trusted_at, trusted_uptime, doubted_at is not null from ops.lanes
where tenant_id = '*' and lane = 'hot' and trusted_boot = %s
"""
_DOUBTED = "update ops.lanes set doubted_at = %s where tenant_id = '*' and lane = 'hot'"
_KEEP = """
update ops.lanes set trusted_at = %s, trusted_uptime = %s, trusted_boot = %s
where tenant_id = '*' and lane = 'hot'
"""
