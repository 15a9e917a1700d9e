"""Processor time of a piece of work, by this process and its children, and by the cluster.

On a machine that others use too, rates follow the neighbours; what the work itself costs does not.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from e2a.warehouse import cluster


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds: on the wall, of processors in Python, of processors in Postgres."""

    wall: float = 0.0
    python: float = 0.0
    server: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.python + other.python, self.server + other.server)

    def __sub__(self, other: "Cost") -> "Cost":
        return self + Cost(-other.wall, -other.python, -other.server)

    def told(self, count: int) -> str:
        """Processor time a piece, in microseconds."""
        python, server = (seconds / count * 1e6 for seconds in (self.python, self.server))
        return f"{python:.0f} us Python, {server:.0f} us Postgres"


def cost(home: Path, work: Callable[[], object]) -> Cost:
    """What a piece of work costs; processes that it starts must have ended with it."""
    before = _spent(home)
    work()
    return _spent(home) - before


def _spent(home: Path) -> Cost:
    server = cluster.process(home)
    backends = server.children(recursive=True) if server else []
    return Cost(
        time.perf_counter(),
        _seconds(psutil.Process(), ended=True),
        (_seconds(server, ended=True) if server else 0.0)
        + sum(_seconds(backend, ended=False) for backend in backends),
    )


def _seconds(process: psutil.Process, *, ended: bool) -> float:
    """Its own, with those of its children that have ended if asked."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    own = float(times.user + times.system)
    return own + float(times.children_user + times.children_system) if ended else own
