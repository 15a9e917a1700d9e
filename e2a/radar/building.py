"""The engine `dbt`: steps whose models dbt itself builds, for whoever insists on it.

`E2A_HOT_ENGINE=dbt` has Dagster's sensor step so: a third of a second or more a step instead of
milliseconds, and not in one transaction, since each model of dbt is one: a reader may meet half a
step, and a crash between is mended by the next. The radar never does. What dbt cannot derive goes
to the functions, which find the facts at fault. In tests it is the oracle: both give the same rows.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.errors import ConfigurationError
from e2a.radar.following import follow
from e2a.radar.watching import Alive, Engine, Steps, functions
from e2a.sources.readers import READERS
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.drain import Reader
from e2a.warehouse.scope import LEASE, fill
from e2a.warehouse.step import Follow, Step, Stepper
from e2a.warehouse.warm_dbt import BuildFailedError, WarmDbt

APART = 0.5
"""Seconds between two steps, at least: each costs dbt a good part of a core."""
_warm: dict[str, WarmDbt] = {}
"""By database: parsing takes seconds, and a sensor's stay lasts twenty."""


def engine_of(word: str | None) -> Engine:
    """The engine that `E2A_HOT_ENGINE` names; nothing is `functions`.

    Raises:
        ConfigurationError: there is no such engine.
    """
    engines: dict[str, Engine] = {"functions": functions, "dbt": dbt}
    if (word or "functions") not in engines:
        raise ConfigurationError(
            f"E2A_HOT_ENGINE is {word!r}", f"Set it to one of: {', '.join(engines)}"
        )
    return engines[word or "functions"]


@contextmanager
def dbt(warehouse: Warehouse, alive: Alive) -> Iterator[Steps]:
    """Steps by dbt's own runner."""
    if warehouse.database not in _warm:
        _warm[warehouse.database] = WarmDbt(warehouse)
    build = _warm[warehouse.database].build_hot
    with (
        warehouse.connect(Role.APP) as work,
        ThreadPoolExecutor(1, f"parser-{os.getpid()}") as beside,
    ):
        yield DbtStepper(work, READERS, follow, beside, alive, build)


class DbtStepper(Stepper):
    """Steps that have dbt build the models between two transactions, under one lease."""

    def __init__(
        self, connection: psycopg.Connection[Any], readers: Sequence[Reader], follow: Follow,
        beside: Executor, alive: Alive, build: Callable[[], None],
    ) -> None:  # fmt: skip
        """Begin; `build` derives the orders in scope."""
        super().__init__(connection, readers, follow, beside, alive)
        self._build, self._last = build, -APART

    def step(self, now: datetime | None = None) -> Step | None:
        """Take one step, as `Stepper` does."""
        time.sleep(max(0.0, self._last + APART - time.monotonic()))
        try:
            return self._built(now)
        except BuildFailedError:
            return super().step(now)
        finally:
            self._last = time.monotonic()

    def _built(self, now: datetime | None) -> Step | None:
        work = self._connection
        if not self._lease("pg_try_advisory_lock"):
            return None
        try:
            with work.transaction():
                number = self._number("nextval('ops.step_ids')::text")
                read = self._read()
                scope = fill(work)
            if scope.orders:
                self._alive()
                self._build()
            with work.transaction():
                window = self._begun(now)
                self._number(f"'{number}'")
                return self._concluded(window, Step(read, scope.orders))
        finally:
            if not work.broken:
                self._lease("pg_advisory_unlock")

    def _lease(self, function: str) -> bool:
        with self._connection.transaction():
            row = self._connection.execute(f"select {function}({LEASE})".encode()).fetchone()
        return bool(row and row[0])

    def _number(self, expression: str) -> str:
        """Which step the batches of this transaction belong to."""
        query = f"select set_config('e2a.step', {expression}, true)"
        row = self._connection.execute(query.encode()).fetchone()
        assert row is not None
        return str(row[0])
