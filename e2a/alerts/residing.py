"""The resident deliverer: waits for what is due, sends it, and comes back after whatever ended it.

Destinations are served side by side, each in turn with itself. All that must be remembered is in
the database; several deliverers may run.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event
from typing import Any

import httpx
import psycopg

from e2a.alerts.claimed import Answer, Claimed, Patience
from e2a.alerts.claiming import claim
from e2a.alerts.outbox import CHANNEL
from e2a.alerts.presence import appear, recover
from e2a.alerts.recording import record
from e2a.alerts.roads import send
from e2a.alerts.routes import routes
from e2a.alerts.secrets import Environment
from e2a.domain.errors import DatabaseUnavailableError
from e2a.domain.policies.alerts import DestinationText
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.crashing import passing
from e2a.warehouse.heartbeats import BEAT_SECONDS, beat

Say = Callable[[str], None]
PART = "alerts"
"""Its name in `ops.heartbeats`."""
AT_ONCE = 8
"""Destinations that are served at a time, each over a connection of its own."""
BUSY_LOOK = 0.05
"""Seconds between looks while something is being sent, since what is next due is not known."""
_NONE = Answer("refused", "alerts.yaml names no such destination any more")


@dataclass(frozen=True, slots=True)
class Outside:
    """What the edge hands in: secrets, a clock, a terminal, and the wish to stop."""

    environment: Environment
    clock: Callable[[], datetime]
    say: Say
    stopped: Event
    patience: Patience = field(default_factory=Patience)


def reside(warehouse: Warehouse, outside: Outside) -> None:
    """Deliver until `stopped` is set; while the database is away, try to come back."""
    pause = 0.2
    while not outside.stopped.is_set():
        try:
            with _Deliverer.at_work(warehouse, outside) as deliverer:
                pause = 0.2
                deliverer.run()
        except (psycopg.Error, DatabaseUnavailableError) as error:
            outside.say(f"alerts     {' '.join(str(error).split())[:300]}")
            outside.stopped.wait(pause)
            pause = min(pause * 2, 5.0)


class _Deliverer:
    """One life of a deliverer, between two losses of the database."""

    def __init__(
        self, warehouse: Warehouse, outside: Outside, ears: psycopg.Connection[Any],
        client: httpx.Client, workers: ThreadPoolExecutor,
    ) -> None:  # fmt: skip
        self._warehouse, self._outside, self._ears = warehouse, outside, ears
        self._client, self._workers = client, workers
        self._number = appear(ears)
        self._idle: SimpleQueue[psycopg.Connection[Any]] = SimpleQueue()
        self._busy: set[tuple[str, str]] = set()
        self._rests: dict[tuple[str, str], float] = {}
        self._broken: Exception | None = None

    @classmethod
    @contextmanager
    def at_work(cls, warehouse: Warehouse, outside: Outside) -> "Iterator[_Deliverer]":
        with (
            warehouse.connect(Role.DELIVERER, autocommit=True) as ears,
            httpx.Client(timeout=outside.patience.timeout) as client,
            ThreadPoolExecutor(AT_ONCE, "alerts") as workers,
        ):
            ears.execute(f"listen {CHANNEL}")
            deliverer = cls(warehouse, outside, ears, client, workers)
            try:
                yield deliverer
            finally:
                workers.shutdown()
                deliverer._hang_up()

    def run(self) -> None:
        """Look, serve, wait; until told to stop."""
        beat_due = 0.0
        while not self._outside.stopped.is_set():
            if time.monotonic() >= beat_due:
                beat(self._ears, PART)
                beat_due = time.monotonic() + BEAT_SECONDS
            if again := recover(self._ears):
                self._outside.say(f"alerts     {again} messages of a dead deliverer go out again")
            wait = self._look()
            if self._broken:
                raise self._broken
            for _ in self._ears.notifies(timeout=wait, stop_after=1):
                pass

    def _look(self) -> float:
        """Have destinations with something due served; seconds until the next look."""
        wait, now = self._outside.patience.look, time.monotonic()
        for tenant, destination, seconds in self._ears.execute(_DUE).fetchall():
            where = (tenant, destination)
            seconds = max(seconds, self._rests.get(where, now) - now)
            if where not in self._busy and seconds <= 0:
                self._busy.add(where)
                self._workers.submit(self._served, where)
            wait = min(wait, BUSY_LOOK if where in self._busy else max(seconds, 0.0))
        return wait

    def _served(self, where: tuple[str, str]) -> None:
        """Serve, beside the others; what goes wrong ends this life, and the next one recovers."""
        try:
            if not self._serve(where):
                self._rests[where] = time.monotonic() + self._outside.patience.look
        except Exception as error:
            self._broken = error
        finally:
            self._busy.discard(where)

    def _serve(self, where: tuple[str, str]) -> int:
        """Send what is due to a destination, one message after the other."""
        with self._connected() as connection:
            known = routes(connection, where[:1]).get(where[0])
            road = known.destinations.get(where[1]) if known else None
            sent = 0
            while not self._outside.stopped.is_set():
                claimed = claim(
                    connection, *where, self._number, road.per_minute if road else 10**6,
                    self._outside.patience.probe,
                )  # fmt: skip
                if claimed is None:
                    break
                passing("alerts.claimed")
                answer = self._sent(road, claimed)
                passing("alerts.answered")
                state = record(connection, claimed, self._number, answer, self._outside.patience)
                passing("alerts.recorded")
                self._tell(claimed, answer, state)
                sent += 1
            return sent

    def _sent(self, road: DestinationText | None, claimed: Claimed) -> Answer:
        if road is None:
            return _NONE
        outside = self._outside
        return send(road, claimed, self._client, outside.environment, outside.clock())

    def _tell(self, claimed: Claimed, answer: Answer, state: str) -> None:
        kinds = {part.kind for part in claimed.parts}
        what = f"{len(claimed.parts)} {'/'.join(sorted(kinds))}"
        place = f"{claimed.tenant_id}/{claimed.destination}"
        self._outside.say(f"alerts     {place}: {what} {state} ({answer.said})")

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            connection = self._idle.get_nowait()
        except Empty:
            connection = self._warehouse.connect(Role.DELIVERER, autocommit=True)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._idle.put(connection)

    def _hang_up(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().close()


# Each destination that has something waiting, by skipping from one to the next in the index.
_DUE = """
with recursive waiting as (
    (
        select tenant_id, destination, next_attempt_at from ops.outbox
        where state = 'waiting' order by tenant_id, destination, next_attempt_at limit 1
    )
    union all
    select n.tenant_id, n.destination, n.next_attempt_at
    from waiting as w
    cross join lateral (
        select o.tenant_id, o.destination, o.next_attempt_at from ops.outbox as o
        where o.state = 'waiting' and (o.tenant_id, o.destination) > (w.tenant_id, w.destination)
        order by o.tenant_id, o.destination, o.next_attempt_at limit 1
    ) as n
)
select
    w.tenant_id, w.destination,
    extract(epoch from greatest(w.next_attempt_at, b.not_before) - now())::float8
from waiting as w
left join ops.breakers as b on b.tenant_id = w.tenant_id and b.destination = w.destination
"""
