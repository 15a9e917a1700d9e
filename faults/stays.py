"""What Dagster's sensor does tick after tick, without Dagster: short stays on the loop."""

import signal
import sys
import time
from collections.abc import Callable, Sequence

import psycopg

from e2a.domain.errors import E2AError
from e2a.radar import watch
from e2a.warehouse.connection import locate

GAP = 1.5
"""Seconds between two stays; Dagster's loop leaves up to five."""


def stay_again(seconds: str = "2") -> None:
    """Stay, pause, and stay again, until SIGTERM; exits with 1 when the database is lost."""
    ending: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: ending.append(number))
    while not ending:
        try:
            watch(locate(), "sensor", _staying(time.monotonic() + float(seconds), ending))
        except (psycopg.Error, E2AError) as error:
            print(f"stays: {type(error).__name__}: {error}", file=sys.stderr)
            sys.exit(1)
        time.sleep(0 if ending else GAP)


def _staying(until: float, ending: Sequence[int]) -> Callable[[], bool]:
    return lambda: not ending and time.monotonic() < until
