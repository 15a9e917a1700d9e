"""The loop of the hot lane: wait for news or the next deadline, then step.

Whoever watches holds an advisory lock of its session; its death frees the lock and somebody else
goes on. A look costs a few index probes and no transaction id; a step is taken only if it will find
something. NOTIFY only wakes: without it a look comes every `LOOK_SECONDS` all the same.
"""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg

from e2a.domain.errors import E2AError
from e2a.radar.following import follow
from e2a.sources.readers import READERS
from e2a.warehouse.connection import Role, Warehouse
from e2a.warehouse.step import Step, Stepper

CHANNEL = "e2a_inbox"
"""On which the gateway notifies once for each group that it has stored."""
LOOK_SECONDS = 1.0
BEAT_SECONDS = 2.0

Told = Callable[[Step], None]
Going = Callable[[], bool]


class NotBuiltError(E2AError):
    """There are no models to derive verdicts with."""


def watch(
    warehouse: Warehouse, holder: str, going: Going, told: Told = lambda step: None
) -> int | None:
    """Watch while `going` says so.

    Args:
        warehouse: as the application.
        holder: who watches, for `ops.lanes`: `radar` or `sensor`.
        going: asked between steps, at least every `LOOK_SECONDS`.
        told: called after each step.

    Returns:
        How many steps it took; None if somebody else is watching.

    Raises:
        psycopg.OperationalError: the database went away; what was not committed is done again.
        StaleWatermarkError: the database was restored into another server.
        NotBuiltError: the models have not been deployed yet.
    """
    with warehouse.connect(Role.APP, autocommit=True) as ears:
        _check_built(ears)
        if not _is_first(ears):
            return None
        ears.execute(f"listen {CHANNEL}")
        steps, beat_due = 0, 0.0
        with _stepper(warehouse) as stepper:
            while going():
                if time.monotonic() >= beat_due:
                    ears.execute(_BEAT, (holder, ears.info.backend_pid))
                    beat_due = time.monotonic() + BEAT_SECONDS
                if step := _turn(ears, stepper):
                    steps += 1
                    told(step)
        return steps


def _turn(ears: psycopg.Connection[Any], stepper: Stepper) -> Step | None:
    """Wait for news, or take the step that they call for."""
    if wait := _seconds_until_news(ears):
        _sleep(ears, wait)
        return None
    step = stepper.step()
    if step is None:  # a pass of another lane holds the orders
        _sleep(ears, LOOK_SECONDS / 10)
    return step


@contextmanager
def _stepper(warehouse: Warehouse) -> Iterator[Stepper]:
    with (
        warehouse.connect(Role.APP) as work,
        ThreadPoolExecutor(1, f"parser-{os.getpid()}") as beside,
    ):
        yield Stepper(work, READERS, follow, beside)


def _check_built(ears: psycopg.Connection[Any]) -> None:
    row = ears.execute("select to_regclass('sla.breaches') is not null").fetchone()
    if not (row and row[0]):
        raise NotBuiltError(
            "The models are not in the database yet",
            "Run `e2a run` once; under `e2a up` the sensor new_events asks for it",
        )


def _is_first(ears: psycopg.Connection[Any]) -> bool:
    row = ears.execute("select pg_try_advisory_lock(hashtext('e2a.radar'))").fetchone()
    return bool(row and row[0])


def _seconds_until_news(ears: psycopg.Connection[Any]) -> float:
    """0 if there are rows or orders to take, or a deadline has passed; else until the next look."""
    row = ears.execute(_NEWS).fetchone()
    assert row is not None
    is_news, seconds = row
    return 0.0 if is_news else min(LOOK_SECONDS, seconds or LOOK_SECONDS)


def _sleep(ears: psycopg.Connection[Any], seconds: float) -> None:
    for _ in ears.notifies(timeout=seconds, stop_after=1):
        return


_BEAT = """
update ops.lanes set holder = %s, holder_pid = %s, beat_at = now()
where tenant_id = '*' and lane = 'hot'
"""

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
    or next_due < now(),
    extract(epoch from next_due - now())::float8
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
