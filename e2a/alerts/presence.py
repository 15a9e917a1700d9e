"""Who delivers: each deliverer holds an advisory lock for life, so that others see its death.

What a dead one was sending is sent again with the same key: nobody knows whether it had arrived.
"""

import secrets
from typing import Any

import psycopg

LOCKS = 0x652A_0025
"""First half of the advisory locks of deliverers; the second is a deliverer's number."""


def appear(connection: psycopg.Connection[Any]) -> int:
    """Take a number that nobody has, for as long as this session lasts."""
    while True:
        number = secrets.randbelow(2**31 - 1) + 1
        row = connection.execute("select pg_try_advisory_lock(%s, %s)", (LOCKS, number)).fetchone()
        if row and row[0]:
            return number


def recover(connection: psycopg.Connection[Any]) -> int:
    """Let messages of dead deliverers go out again. Returns how many there are."""
    with connection.transaction():
        found = connection.execute(_RECOVER, (LOCKS,)).fetchall()
        for tenant, destination in set(found):
            connection.execute(_PROBE_AGAIN, (tenant, destination))
    return len(found)


_RECOVER = """
update ops.outbox as o set
    state = case when o.is_over then 'retracted' else 'waiting' end,
    settled_at = case when o.is_over then now() end,
    is_uncertain = true, claimed_by = null, next_attempt_at = now()
where
    o.state = 'sending'
    and not exists (
        select from pg_locks as l
        where
            l.locktype = 'advisory' and l.objsubid = 2 and l.classid::bigint = %s
            and l.objid::bigint = o.claimed_by
            and l.database = (
                select d.oid from pg_database as d where d.datname = current_database()
            )
    )
returning o.tenant_id, o.destination
"""

_PROBE_AGAIN = """
update ops.breakers set not_before = least(not_before, now())
where tenant_id = %s and destination = %s and state = 'open'
"""
