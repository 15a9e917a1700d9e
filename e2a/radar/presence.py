"""Who watches: the lock, the heartbeat, and the end of a watcher that hangs.

Whoever watches holds an advisory lock of its session and says every `BEAT_SECONDS` that it lives.
A process that dies frees the lock; one that hangs (stopped, swapped out, stuck) holds it, so
whoever comes second cuts its sessions off. When it wakes, its transaction fails and it begins anew.
"""

import time
from typing import Any

import psycopg

BEAT_SECONDS = 2.0
LOOK_AGAIN = 0.2
"""Seconds between two tries of who waits for its turn."""
HUNG_AFTER = 10.0
"""Seconds without a heartbeat after which a watcher is cut off, unless its statement runs."""


def is_first(ears: psycopg.Connection[Any]) -> bool:
    """Whether nobody else watches; from now on this session does."""
    row = ears.execute("select pg_try_advisory_lock(hashtext('e2a.radar'))").fetchone()
    return bool(row and row[0])


def await_turn(ears: psycopg.Connection[Any], seconds: float) -> bool:
    """Wait so long for the lock, and let whoever only stands in know it; whether this is first."""
    ears.execute("select pg_try_advisory_lock(hashtext('e2a.radar.waits'))")
    until = time.monotonic() + seconds
    while not (first := is_first(ears)) and time.monotonic() < until:
        time.sleep(LOOK_AGAIN)
    ears.execute("select pg_advisory_unlock(hashtext('e2a.radar.waits'))")
    return first


def is_awaited(ears: psycopg.Connection[Any]) -> bool:
    """Whether a radar waits for its turn."""
    row = ears.execute(_AWAITED).fetchone()
    return bool(row and row[0])


def beat(ears: psycopg.Connection[Any], holder: str, worker_pid: int) -> None:
    """Say that the watcher lives.

    Args:
        ears: the session that holds the lock.
        holder: `radar` or `sensor`.
        worker_pid: of the session that steps.
    """
    ears.execute(_BEAT, {"holder": holder, "worker": worker_pid})


def cut_off_hung(ears: psycopg.Connection[Any]) -> bool:
    """End the sessions of a watcher that has not said for `HUNG_AFTER` that it lives.

    Not those of one whose long statement the server executes, and none but its own: one holds the
    lock, the other began when it said so.

    Returns:
        Whether the lock may be free now.
    """
    ended = ears.execute(_CUT_OFF, {"seconds": HUNG_AFTER}).fetchall()
    return bool(ended)


_AWAITED = """
select exists (
    select from pg_locks
    where
        locktype = 'advisory' and granted and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and objid::bigint = hashtext('e2a.radar.waits')::bigint & 4294967295
)
"""

_BEAT = """
update ops.lanes as l set
    holder = %(holder)s, holder_pid = pg_backend_pid(), worker_pid = %(worker)s, beat_at = now(),
    worker_started = (select backend_start from pg_stat_activity where pid = %(worker)s)
where l.tenant_id = '*' and l.lane = 'hot'
"""

# The worker first: its open transaction holds what the next one needs.
_CUT_OFF = """
with hung as (
    select l.holder_pid, l.worker_pid, l.worker_started from ops.lanes as l
    where
        l.tenant_id = '*' and l.lane = 'hot'
        and l.beat_at < now() - %(seconds)s * interval '1 second'
        and exists (
            select from pg_locks as k
            where
                k.locktype = 'advisory' and k.granted and k.pid = l.holder_pid and k.objsubid = 1
                and k.objid::bigint = hashtext('e2a.radar')::bigint & 4294967295
        )
        and not exists (
            select from pg_stat_activity as w
            where
                w.pid = l.worker_pid and w.backend_start = l.worker_started
                and w.state = 'active' and w.wait_event_type is distinct from 'Client'
        )
),
sessions as materialized (
    select a.pid from hung as h
    inner join pg_stat_activity as a
        on
            a.pid = h.holder_pid
            or a.pid = h.worker_pid and a.backend_start = h.worker_started
    order by a.pid = h.holder_pid
)
select pid, pg_terminate_backend(pid, 5000) from sessions
"""
