"""The loop of the hot lane: wait for news or the next deadline, then step.

Whoever watches holds an advisory lock of its session; its death frees the lock and somebody else
goes on. A look costs a few index probes and no transaction id; a step is taken only if it will find
something. NOTIFY only wakes: without it a look comes every `LOOK_SECONDS` all the same.
"""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import psycopg

from e2a.domain.errors import E2AError
from e2a.radar.failing import Failures
from e2a.radar.following import follow
from e2a.radar.presence import BEAT_SECONDS, await_turn, beat, cut_off_hung, is_awaited, is_first
from e2a.radar.steady import Steady
from e2a.sources.readers import READERS
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.step import Step, Stepper
from e2a.warehouse.watermark import StaleWatermarkError

CHANNEL = "e2a_inbox"
"""On which the gateway notifies once for each group that it has stored."""
LOOK_SECONDS = 1.0
RESIDENT = "radar"
"""Who watches for good; any other holder stands in for it."""

Told = Callable[[Step], None]
Going = Callable[[], bool]
Alive = Callable[[], None]


class NotBuiltError(E2AError):
    """There are no models to derive verdicts with."""


class Steps(Protocol):
    """What takes steps; see `e2a.warehouse.step.Stepper`."""

    @property
    def pid(self) -> int: ...  # noqa: D102
    @property
    def is_lost(self) -> bool: ...  # noqa: D102
    def step(self, now: datetime | None = None) -> Step | None: ...  # noqa: D102


Engine = Callable[[Warehouse, Alive], AbstractContextManager[Steps]]
"""Begins to step; calls what it is given now and then within a long step."""


@contextmanager
def functions(warehouse: Warehouse, alive: Alive) -> Iterator[Steps]:
    """Steps by the functions that dbt deployed: all of it in one transaction."""
    with (
        warehouse.connect(Role.APP) as work,
        ThreadPoolExecutor(1, f"parser-{os.getpid()}") as beside,
    ):
        yield Stepper(work, READERS, follow, beside, alive)


def watch(
    warehouse: Warehouse,
    holder: str,
    going: Going,
    told: Told = lambda step: None,
    engine: Engine = functions,
) -> int | None:
    """Watch while `going` says so.

    Args:
        warehouse: as the application.
        holder: who watches, for `ops.lanes`: `radar`, or `sensor`, which gives way to a radar.
        going: asked between steps, at least every `LOOK_SECONDS`.
        told: called after each step.
        engine: what takes the steps.

    Returns:
        How many steps it took; None if somebody else is watching, and lives.

    Raises:
        psycopg.OperationalError: the database went away; what was not committed is done again.
        StaleWatermarkError: the database was restored into another server.
        NotBuiltError: the models have not been deployed yet.
        Exception: steps fail; every third failure in a row is raised.
    """
    with warehouse.connect(Role.APP, autocommit=True) as ears:
        _check_built(ears)
        if not _is_its_turn(ears, holder):
            return None
        ears.execute(f"listen {CHANNEL}")
        watcher = _Watcher(ears, holder)
        with engine(warehouse, watcher.say_alive) as steps:
            watcher.steps = steps
            while going() and not watcher.is_relieved:
                watcher.say_alive()
                if step := watcher.turn():
                    watcher.taken += 1
                    told(step)
        return watcher.taken


@dataclass(slots=True)
class _Watcher:
    """One watch: it waits, steps, beats, doubts clocks and counts failures."""

    ears: psycopg.Connection[Any]
    holder: str
    taken: int = 0
    is_relieved: bool = False
    steps: Steps = field(init=False)
    _clock: Steady = field(init=False)
    _failures: Failures = field(init=False)
    _beat_due: float = 0.0

    def __post_init__(self) -> None:
        self._clock, self._failures = Steady(self.ears), Failures(self.ears)

    def say_alive(self) -> None:
        """Write the heartbeat, if it is time."""
        if time.monotonic() >= self._beat_due:
            beat(self.ears, self.holder, self.steps.pid)
            self._clock.keep()
            self.is_relieved = self.holder != RESIDENT and is_awaited(self.ears)
            self._beat_due = time.monotonic() + BEAT_SECONDS

    def turn(self) -> Step | None:
        """Wait for news, or take the step that they call for."""
        now = self._clock.now()
        if wait := _seconds_until_news(self.ears, now):
            _sleep(self.ears, wait)
            return None
        try:
            step = self.steps.step(now)
        except StaleWatermarkError:
            raise
        except Exception as error:
            self._failed(error)
            return None
        self._failures.over()
        if step is None:  # a pass of another lane holds the orders
            _sleep(self.ears, LOOK_SECONDS / 10)
        return step

    def _failed(self, error: Exception) -> None:
        """Bear it, or raise it: a lost connection at once, other failures every third time."""
        if self.steps.is_lost:
            raise error
        self._failures.met(error)
        _sleep(self.ears, LOOK_SECONDS)


def _is_its_turn(ears: psycopg.Connection[Any], holder: str) -> bool:
    """Whether this session watches from now on: nobody did, it hung, or it gives way."""
    if is_first(ears) or (cut_off_hung(ears) and is_first(ears)):
        return True
    return holder == RESIDENT and await_turn(ears, LOOK_SECONDS)


def _check_built(ears: psycopg.Connection[Any]) -> None:
    row = ears.execute("select to_regclass('sla.breaches') is not null").fetchone()
    if not (row and row[0]):
        raise NotBuiltError(
            "The models are not in the database yet",
            "Run `e2a run` once; under `e2a up` the sensor new_events asks for it",
        )


def _seconds_until_news(ears: psycopg.Connection[Any], now: datetime | None) -> float:
    """0 if there are rows or orders to take, or a deadline has passed; else until the next look."""
    row = ears.execute(_NEWS, {"now": now}).fetchone()
    assert row is not None
    is_news, seconds = row
    return 0.0 if is_news else min(LOOK_SECONDS, seconds or LOOK_SECONDS)


def _sleep(ears: psycopg.Connection[Any], seconds: float) -> None:
    for _ in ears.notifies(timeout=seconds, stop_after=1):
        return


_NEWS = """
select
    exists (
        select from ops.watermarks as w
        cross join lateral (
            select from landing.inbox as i
            where
                i.source = w.lane and (i.xid, i.seq) > (w.xid, w.seq)
                and i.xid < (select ops.readable_below())
            limit 1
        ) as unread
        where w.tenant_id = '*'
    )
    or exists (select from ops.touched_orders)
    or exists (select from ops.untold)
    or next_due < coalesce(%(now)s, now()),
    extract(epoch from next_due - coalesce(%(now)s, now()))::float8
from (
    select least(
        (
            select min(c.due_at) from sla.clocks as c
            where c.completed_at is null and c.due_at >= l.judged_until
        ),
        (
            select min(c.at_risk_at) from sla.clocks as c
            where
                c.completed_at is null and c.at_risk_at >= l.judged_until
                and exists (select from reference.alert_policies as p where p.warns)
        )
    ) as next_due
    from ops.lanes as l where l.tenant_id = '*' and l.lane = 'hot'
) as deadline
"""
