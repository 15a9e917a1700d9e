"""One step of the hot lane: what has arrived and what has fallen due, in one transaction.

    inbox beyond the watermarks -> canonical events -> orders in scope -> models -> who follows

All of it is seen by readers at once or not at all, and after a crash the next step does the same
again. The step is handed its parsers and its followers (episodes, messages): it imports nothing
above it. When to step belongs to `e2a.radar`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from e2a.warehouse.ahead import Ahead
from e2a.warehouse.as_of import ask
from e2a.warehouse.crashing import passing
from e2a.warehouse.drain import Drained, Reader, take, unread_lanes
from e2a.warehouse.held.aside import FACTS, MOST, Order, set_aside
from e2a.warehouse.scope import LEASE, Scope, fill, keep_only, refresh_models, strike_off
from e2a.warehouse.temporary import temporary


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did: rows read, events new or changed, orders derived, events set aside."""

    read: Drained
    orders: int
    held: int = 0


Follow = Callable[[psycopg.Connection[Any]], None]
"""What else happens in the step to the orders of the temporary table `moved`: those in scope, and
those of which a deadline passed since the last step, or the time to warn of one where a tenant
wants warnings. Time alone moves nothing else."""

ONCE_MORE = (*FACTS, psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
"""What a step is tried again for: a race goes away by itself, an order's facts do not."""

FEW, MANY = 500, 2_000
"""Rows a source of the first step and of one after a failure; of any. Each that succeeds doubles
them: a backlog is seen as it is read, who dies loses little, and what is tried order by order has
few faults. Larger steps are not faster (`bench/step.py`)."""


class Stepper:
    """Steps on one connection, so that its temporary tables and plans are kept."""

    def __init__(
        self, connection: psycopg.Connection[Any], readers: Sequence[Reader], follow: Follow,
        beside: Executor, alive: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Begin.

        Args:
            connection: as the application, outside a transaction.
            readers: the sources to read.
            follow: what else happens to the orders that moved.
            beside: parses.
            alive: called within a long step, so that whoever watches can say that it lives.
        """
        self._connection, self._follow, self._alive = connection, follow, alive
        self._most = FEW
        self._lanes = [
            (reader, Ahead(reader.source, reader.parse, beside, depth=0)) for reader in readers
        ]

    @property
    def pid(self) -> int:
        """Of the session in which it steps."""
        return self._connection.info.backend_pid

    @property
    def is_lost(self) -> bool:
        """Whether its connection has ended, so that no step can be taken any more."""
        return self._connection.broken

    def step(self, now: datetime | None = None) -> Step | None:
        """Take one step; None if somebody else is deriving orders at the moment.

        A step that fails by its content is tried once more, over fewer rows; then the facts because
        of which it fails are set aside, in its own transaction, and the others go on.

        Args:
            now: deadlines before it have fallen due; None is the database's clock. Events are
                taken whenever they happened.

        Raises:
            StaleWatermarkError: the database was restored into another server.
            ModelsFailError: it fails for so many orders that their facts cannot be the cause.
            psycopg.Error: the database's fault rather than an order's; nothing was moved.
        """
        for _ in range(2):
            with suppress(*ONCE_MORE):
                step = self._once(now, isolating=False)
                self._most = min(2 * self._most, MANY)
                return step
            self._most = FEW
        return self._once(now, isolating=True)

    def _once(self, now: datetime | None, *, isolating: bool) -> Step | None:
        passing("step.begun")
        with self._connection.transaction():
            if not self._is_free():
                return None
            step = self._stepped(now, isolating)
            passing("step.before_commit")
        passing("step.committed")
        return step

    def _is_free(self) -> bool:
        row = self._connection.execute(f"select pg_try_advisory_xact_lock({LEASE})").fetchone()
        return bool(row and row[0])

    def _stepped(self, now: datetime | None, isolating: bool) -> Step:
        window = self._begun(now)
        self._connection.execute(_BEGIN)
        read = self._read()
        scope = fill(self._connection)
        held = self._isolated(scope, window) if isolating else 0
        if scope.orders:
            refresh_models(self._connection)
        return self._concluded(window, Step(read, scope.orders, held))

    def _begun(self, now: datetime | None) -> dict[str, datetime]:
        """The deadlines to judge, as since and until; the transaction asks about the latter."""
        self._connection.execute(_MOVABLE)
        return {"since": self._judged_until(), "until": ask(self._connection, now)}

    def _read(self) -> Drained:
        read, unread = Drained(), unread_lanes(self._connection)
        for reader, ahead in self._lanes:
            if reader.source in unread:
                ahead.most = self._most
                read += take(self._connection, reader, ahead) or Drained()
                self._alive()
        return read

    def _concluded(self, window: dict[str, datetime], step: Step) -> Step:
        """What follows once the models have seen the scope."""
        work = self._connection
        if step.orders:
            strike_off(work)
        work.execute(_MOVED, window)
        self._follow(work)
        passing("step.derived")
        work.execute(_JUDGED, (window["until"],))
        if step.read.rows or step.orders:
            work.execute(_STEP, (step.read.rows, step.read.events, step.orders, step.held))
        return step

    def _isolated(self, scope: Scope, window: dict[str, datetime]) -> int:
        """Set aside what cannot be derived; how many facts."""
        work = self._connection
        orders: list[Order] = work.execute(_CONCERNED, window).fetchall()

        def attempt(some: Sequence[Order]) -> None:
            if scope.orders > keep_only(work, some):
                refresh_models(work)
            chosen = {"tenants": [one[0] for one in some], "orders": [one[1] for one in some]}
            work.execute(_ONLY_MOVED, chosen)
            self._follow(work)

        return set_aside(work, orders, attempt, MOST)

    def _judged_until(self) -> datetime:
        row = self._connection.execute(_WINDOW).fetchone()
        assert row is not None, "no hot lane"
        instant: datetime = row[0]
        return instant


# No row lock: the lease is held, and the heartbeat of the same row must not wait for the step.
_WINDOW = """
select greatest(judged_until, '0001-01-01Z') from ops.lanes
where tenant_id = '*' and lane = 'hot'
"""

# Where the clock was set back, deadlines are looked at again as they pass: following is idempotent.
_JUDGED = """
update ops.lanes set judged_until = %s where tenant_id = '*' and lane = 'hot'
"""

_MOVABLE = temporary("moved", "tenant_id text, order_id text")

_CONCERNED = """
select tenant_id, order_id from ops.batch_orders
union
select tenant_id, order_id from sla.clocks
where completed_at is null and due_at >= %(since)s and due_at < %(until)s
union
select c.tenant_id, c.order_id from sla.clocks as c
inner join reference.alert_policies as p on p.tenant_id = c.tenant_id and p.warns
where c.completed_at is null and c.at_risk_at >= %(since)s and c.at_risk_at < %(until)s
"""

_MOVED = f"insert into moved {_CONCERNED}"

_ONLY_MOVED = "insert into moved select * from unnest(%(tenants)s::text[], %(orders)s::text[])"

# Batches that are read now note the step by this setting.
_BEGIN = "select set_config('e2a.step', nextval('ops.step_ids')::text, true)"

_STEP = """
insert into ops.steps (tenant_id, id, inbox_rows, events, orders, held)
values ('*', current_setting('e2a.step')::bigint, %s, %s, %s, %s)
"""
