"""What came of a message, and what it says about its destination; one transaction.

A destination that fails several times in a row is left alone: its breaker opens, and after a while
one message probes. A probe's failure counts against the destination and not against the message.
"""

from typing import Any

import orjson
import psycopg

from e2a.alerts.claimed import Answer, Claimed, Patience


def record(
    connection: psycopg.Connection[Any],
    claimed: Claimed,
    deliverer: int,
    answer: Answer,
    patience: Patience,
) -> str:
    """Note an answer. Returns the state in which the message is now.

    A deliverer that was taken for dead meanwhile notes nothing: its message went to another.
    """
    where = {
        "tenant": claimed.tenant_id, "destination": claimed.destination, "key": claimed.key,
        "deliverer": deliverer,
    }  # fmt: skip
    with connection.transaction():
        connection.execute(_TURN, where)
        rows = connection.execute(_OURS, where).fetchall()
        if not rows:
            return "lost"
        attempts = max(row[0] for row in rows) + _counts(claimed, answer)
        state = _state(answer, attempts, patience)
        wait = _wait(answer, attempts, patience)
        said = {"said": answer.said, "place": answer.place}
        connection.execute(_SETTLE, {
            **where, "state": state, "attempts": attempts, "wait": wait,
            "is_uncertain": answer.is_uncertain, "answer": orjson.dumps(said).decode(),
        })  # fmt: skip
        if state != "delivered":
            connection.execute(_NOTHING_TO_TAKE_BACK, where)
        _judge(connection, claimed, answer, wait, patience)
        return state


def _counts(claimed: Claimed, answer: Answer) -> int:
    return int(answer.verdict == "refused" or (answer.verdict == "failed" and not claimed.is_probe))


def _state(answer: Answer, attempts: int, patience: Patience) -> str:
    if answer.verdict == "accepted":
        return "delivered"
    if answer.verdict == "refused" or attempts >= patience.attempts:
        return "dead"
    return "waiting"


def _wait(answer: Answer, attempts: int, patience: Patience) -> float:
    """Seconds until the next attempt: twice as long each time, longer if it was asked for."""
    if answer.verdict == "busy" and answer.wait_seconds is None:
        return patience.first_cool
    backoff = min(patience.first_wait * 2.0 ** max(attempts - 1, 0), patience.longest_wait)
    return max(backoff, min(answer.wait_seconds or 0.0, patience.longest_asked))


def _judge(
    connection: psycopg.Connection[Any], claimed: Claimed, answer: Answer, wait: float,
    patience: Patience,
) -> None:  # fmt: skip
    where = {"tenant": claimed.tenant_id, "destination": claimed.destination}
    if answer.verdict in ("accepted", "refused"):
        connection.execute(_WELL, {**where, "delivered": answer.verdict == "accepted"})
    elif answer.verdict == "busy":
        connection.execute(_BUSY, {**where, "wait": wait})
    else:
        connection.execute(_FAILED, {
            **where, "said": answer.said, "trips": patience.trips, "first": patience.first_cool,
            "longest": patience.longest_cool,
        })  # fmt: skip


_TURN = """
select from ops.breakers where tenant_id = %(tenant)s and destination = %(destination)s for update
"""

_OURS = """
select attempts from ops.outbox
where
    tenant_id = %(tenant)s and destination = %(destination)s and state = 'sending'
    and claimed_by = %(deliverer)s and idempotency_key = %(key)s
order by tenant_id, message_id for update
"""

# A message that came to be over while it was on its way is not tried again.
_SETTLE = """
update ops.outbox set
    state = case
        when is_over and %(state)s <> 'delivered' then 'retracted' else %(state)s
    end,
    attempts = %(attempts)s, is_uncertain = is_uncertain or %(is_uncertain)s,
    next_attempt_at = clock_timestamp() + %(wait)s * interval '1 second',
    settled_at = case when is_over or %(state)s <> 'waiting' then clock_timestamp() end,
    answer = %(answer)s, claimed_by = null
where
    tenant_id = %(tenant)s and destination = %(destination)s and state = 'sending'
    and claimed_by = %(deliverer)s and idempotency_key = %(key)s
"""

# Of what certainly never arrived nothing is taken back.
_NOTHING_TO_TAKE_BACK = """
update ops.outbox as o set state = 'retracted', settled_at = clock_timestamp()
from ops.outbox as over
where
    over.tenant_id = %(tenant)s and over.destination = %(destination)s
    and over.idempotency_key = %(key)s and over.is_over and over.kind in ('opened', 'escalated')
    and o.tenant_id = over.tenant_id and o.destination = over.destination
    and o.subject = over.subject and o.version = over.version and o.kind = 'cleared'
    and o.state = 'waiting'
    and not exists (
        select from ops.outbox as told
        where
            told.tenant_id = o.tenant_id and told.destination = o.destination
            and told.subject = o.subject and told.version = o.version
            and told.kind in ('opened', 'escalated')
            and (told.state in ('delivered', 'sending') or told.is_uncertain)
    )
"""

_WELL = """
update ops.breakers set
    state = 'closed', failures = 0, cool_seconds = 0, not_before = '-infinity',
    delivered_at = case when %(delivered)s then clock_timestamp() else delivered_at end
where tenant_id = %(tenant)s and destination = %(destination)s
"""

_BUSY = """
update ops.breakers set not_before = clock_timestamp() + %(wait)s * interval '1 second'
where tenant_id = %(tenant)s and destination = %(destination)s
"""

_FAILED = """
update ops.breakers as b set
    state = n.state, failures = n.failures, cool_seconds = n.cool,
    openings = b.openings + (n.state = 'open' and b.state = 'closed')::integer,
    not_before = case
        when n.state = 'open' then clock_timestamp() + n.cool * interval '1 second'
        else b.not_before
    end,
    last_failure = %(said)s, failed_at = clock_timestamp()
from (
    select
        tenant_id, destination, failures + 1 as failures,
        case
            when state = 'open' or failures + 1 >= %(trips)s then 'open' else 'closed'
        end as state,
        case
            when state = 'open' then least(cool_seconds * 2, %(longest)s)
            when failures + 1 >= %(trips)s then %(first)s
            else 0
        end as cool
    from ops.breakers where tenant_id = %(tenant)s and destination = %(destination)s
) as n
where b.tenant_id = n.tenant_id and b.destination = n.destination
"""
