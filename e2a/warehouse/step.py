"""One step of the hot lane: what has arrived and what has fallen due, in one transaction.

    inbox beyond the watermarks -> canonical events -> orders in scope -> models -> who follows

All of it is seen by readers at once or not at all, and after a crash the next step does the same
again. The step is handed its parsers and its followers (episodes, messages): it imports nothing
above it. When to step belongs to `e2a.radar`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from e2a.warehouse.ahead import Ahead
from e2a.warehouse.as_of import ask
from e2a.warehouse.drain import Drained, Reader, take
from e2a.warehouse.scope import LEASE, derive


@dataclass(frozen=True, slots=True)
class Step:
    """What a step did: inbox rows read, events new or changed, orders derived anew."""

    read: Drained
    orders: int


Follow = Callable[[psycopg.Connection[Any]], None]
"""What else happens in the step to the orders of the temporary table `moved`: those in scope, and
those of which a deadline passed since the last step, or the time to warn of one where a tenant
wants warnings. Time alone moves nothing else."""


class Stepper:
    """Steps on one connection, so that its temporary tables and plans are kept."""

    def __init__(
        self, connection: psycopg.Connection[Any], readers: Sequence[Reader], follow: Follow,
        beside: Executor,
    ) -> None:  # fmt: skip
        self._connection, self._follow = connection, follow
        self._lanes = [
            (reader, Ahead(reader.source, reader.parse, beside, depth=0)) for reader in readers
        ]

    def step(self, now: datetime | None = None) -> Step | None:
        """Take one step; None if somebody else is deriving orders at the moment.

        Args:
            now: deadlines before it have fallen due; None is the database's clock. Events are
                taken whenever they happened.

        Raises:
            StaleWatermarkError: the database was restored into another server.
        """
        with self._connection.transaction():
            return self._stepped(now) if self._is_free() else None

    def _is_free(self) -> bool:
        row = self._connection.execute(f"select pg_try_advisory_xact_lock({LEASE})").fetchone()
        return bool(row and row[0])

    def _stepped(self, now: datetime | None) -> Step:
        work = self._connection
        since, until = self._judged_until(), ask(work, now)
        work.execute(_BEGIN)
        read = Drained()
        for reader, ahead in self._lanes:
            read += take(work, reader, ahead) or Drained()
        scope = derive(work)
        work.execute(_MOVABLE)
        work.execute(_MOVED, {"since": since, "until": until})
        self._follow(work)
        work.execute(_JUDGED, (until,))
        if read.rows or scope.orders:
            work.execute(_STEP, (read.rows, read.events, scope.orders))
        return Step(read, scope.orders)

    def _judged_until(self) -> datetime:
        row = self._connection.execute(_WINDOW).fetchone()
        assert row is not None, "no hot lane"
        instant: datetime = row[0]
        return instant


_WINDOW = """
select greatest(judged_until, '0001-01-01Z') from ops.lanes
where tenant_id = '*' and lane = 'hot' for update
"""

# A clock that was set back judges nothing twice: what was judged stays judged.
_JUDGED = """
update ops.lanes set judged_until = greatest(judged_until, %s)
where tenant_id = '*' and lane = 'hot'
"""

_MOVABLE = """
create temp table if not exists moved (
    tenant_id text, order_id text, primary key (tenant_id, order_id)
) on commit delete rows
"""

_MOVED = """
insert into moved
select tenant_id, order_id from ops.batch_orders
union
select tenant_id, order_id from sla.clocks
where completed_at is null and due_at >= %(since)s and due_at < %(until)s
union
select c.tenant_id, c.order_id from sla.clocks as c
inner join reference.alert_policies as p on p.tenant_id = c.tenant_id and p.warns
where c.completed_at is null and c.at_risk_at >= %(since)s and c.at_risk_at < %(until)s
"""

# Batches that are read now note the step by this setting.
_BEGIN = "select set_config('e2a.step', nextval('ops.step_ids')::text, true)"

_STEP = """
insert into ops.steps (tenant_id, id, inbox_rows, events, orders)
values ('*', current_setting('e2a.step')::bigint, %s, %s, %s)
"""
