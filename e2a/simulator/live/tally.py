"""What became of the traffic: counts, and how long the gateway took to answer."""

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime

LATEST = 20_000
"""Answers whose times are kept."""


@dataclass
class Tally:
    """Counts of one run.

    Attributes:
        orders: whose story has begun.
        sent: events posted, repeats by plan included.
        acknowledged: events that the gateway has said to hold.
        said: what the gateway said of each event: stored, duplicate, conflict.
        waits: answers that asked to wait (429, 503), and connections without an answer.
        seconds: times of the latest answers.
    """

    orders: int = 0
    sent: int = 0
    acknowledged: int = 0
    said: Counter[str] = field(default_factory=Counter)
    waits: int = 0
    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=LATEST))
    _late: list[datetime] = field(default_factory=list)
    _late_before: int = 0

    def plant(self, due: datetime) -> None:
        """A promise that will be broken at an instant."""
        self._late.append(due)

    def late_by(self, now: datetime) -> int:
        """How many planted promises are broken by an instant."""
        passed = [due for due in self._late if due < now]
        self._late = [due for due in self._late if due >= now]
        self._late_before += len(passed)
        return self._late_before

    def milliseconds(self, share: float) -> float:
        """The answer time below which that share of the latest answers lies."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
