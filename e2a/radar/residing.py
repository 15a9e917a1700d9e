"""The resident radar: a watch that comes back after whatever ended it.

It waits while somebody else watches, and backs off while the database is away. What a failed step
had not committed is done again by the next one, so nothing here has to remember anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

from e2a.radar.watching import RESIDENT, watch
from e2a.warehouse.connection import Warehouse
from e2a.warehouse.step import Step
from e2a.warehouse.watermark import StaleWatermarkError

Say = Callable[[str], None]

FIRST_PAUSE = timedelta(milliseconds=200)
LONGEST_PAUSE = timedelta(seconds=5)


@dataclass(slots=True)
class Pause:
    """How long to wait after a failure: twice as long each time, until a step succeeds."""

    seconds: float = FIRST_PAUSE.total_seconds()

    def next(self) -> float:
        """The pause that is due now."""
        due, self.seconds = self.seconds, min(self.seconds * 2, LONGEST_PAUSE.total_seconds())
        return due

    def over(self) -> None:
        """A step succeeded."""
        self.seconds = FIRST_PAUSE.total_seconds()


def reside(warehouse: Warehouse, stopped: Event, say: Say) -> None:
    """Watch until `stopped` is set.

    Raises:
        StaleWatermarkError: the database was restored into another server; a person must rebase.
    """
    pause, waited = Pause(), False

    def told(step: Step) -> None:
        pause.over()
        say(_words(step))

    while not stopped.is_set():
        try:
            steps = watch(warehouse, RESIDENT, lambda: not stopped.is_set(), told)
        except StaleWatermarkError:
            raise
        except Exception as error:
            say(f"radar      {' '.join(str(error).split())[:300]}")
            stopped.wait(pause.next())
            continue
        if steps is None and not waited:
            say("radar      somebody else is watching; waiting")
        waited = steps is None
        stopped.wait(FIRST_PAUSE.total_seconds() if waited else 0)


def _words(step: Step) -> str:
    read = f"{step.read.rows:,} rows, {step.read.events:,} events, " if step.read.rows else ""
    held = f", {step.held:,} events SET ASIDE (e2a dlq list --quarantine)" if step.held else ""
    return f"radar      {read}{step.orders:,} orders{held}"
