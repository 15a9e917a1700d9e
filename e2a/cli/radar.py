"""`e2a radar`: the resident hot lane."""

import signal
from threading import Event
from types import FrameType

from e2a.cli.console import say
from e2a.warehouse.connection import locate


def radar() -> None:
    """Turn events into verdicts as they arrive, and deadlines into breaches as they pass.

    Runs until SIGINT or SIGTERM. Where another radar or Dagster's sensor is at it already, this one
    waits; if it dies, another goes on.

    Example: e2a radar
    """
    from e2a.radar.residing import reside  # the parsers are slow to import

    stopped = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    say("radar      watching; Ctrl-C stops it")
    reside(locate(), stopped, say)
    say("radar      stopped")
