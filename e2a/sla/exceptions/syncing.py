"""Episodes follow the facts: opened by breaches and reports, closed by what ends or clears them.

One pass compares everything that stands as of an instant with the episodes that exist and keeps
only the differences, so that a pass over unchanged facts writes nothing. Decisions:

- An episode is closed when the missing event has arrived (also when it came late before anybody
  looked: such an episode is opened and closed at once, for the record), when the order was
  cancelled after the breach (C12: it stays a breach, but no event will come), when the facts no
  longer show a breach (retracted) and when it was excused. An excused breach opens nothing.
- What the system closed is opened again, the same episode, when the promise stands broken again.
  What a person closed stays closed, unless the same problem is reported again afterwards.
- An episode is judged only by instants at or after the one that moved it last: history replayed
  today moves nothing that today has judged.
- When two names turn out to mean one order, the episode goes with the order.

Moves themselves are recorded by a trigger (migration 0010).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import orjson
import psycopg

from e2a.domain.exceptions import SEVERITIES, code_of
from e2a.sla.exceptions.due import AS_OF, DUE_ALL, DUE_MOVED, DUE_ONE, TEMPORARY
from e2a.warehouse.as_of import ask
from e2a.warehouse.statistics import count_again


@dataclass(frozen=True, slots=True)
class Synced:
    """What a pass did; an episode that was complete when first seen is opened and closed."""

    opened: int
    reopened: int
    closed: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What an auditor counts: standing breaches, those without an episode, idle open episodes."""

    standing: int
    unopened: int
    idle: int


def sync(
    connection: psycopg.Connection[Any],
    as_of: datetime | None = None,
    only: tuple[str, str, str] | None = None,
) -> Synced:
    """Bring the episodes up to what the clocks say as of an instant, in one transaction.

    Syncs take turns, so that none waits for another's rows; that a promise has one episode is
    the constraint's doing, not the lock's.

    Args:
        connection: as `e2a_app`, outside a transaction.
        as_of: the instant asked about; None is now.
        only: (tenant, order, promise) to look at; None is all.
    """
    with connection.transaction():
        ask(connection, as_of)
        _take_turn(connection)
        due = connection.execute(DUE_ONE if only else DUE_ALL, only and _named(only)).rowcount
        return _apply(connection) if due else Synced(0, 0, 0)


def follow(connection: psycopg.Connection[Any]) -> Synced:
    """The same within a step of the hot lane, for the orders that it may have `moved`."""
    _take_turn(connection)
    due = connection.execute(DUE_MOVED).rowcount
    return _apply(connection) if due else Synced(0, 0, 0)


def _take_turn(connection: psycopg.Connection[Any]) -> None:
    connection.execute("select pg_advisory_xact_lock(hashtext('e2a.exceptions'))")
    connection.execute(TEMPORARY)


def _named(only: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("tenant", "order", "promise"), only, strict=True))


def _apply(connection: psycopg.Connection[Any]) -> Synced:
    connection.execute(_ADOPT)
    opened = connection.execute(_OPEN, (_codes(connection),)).rowcount
    reopened = connection.execute(_REOPEN).rowcount
    closed = connection.execute(_CLOSE).rowcount
    connection.execute(_FOLLOW)
    count_again(connection, "sla.exceptions", opened + reopened + closed)
    return Synced(opened, reopened, closed)


def _codes(connection: psycopg.Connection[Any]) -> str:
    """Code and severity of every kind that is about to be opened, by the rules of the domain."""
    kinds = connection.execute(
        "select distinct coalesce(stage, promise) from due where verb = 'open'"
    ).fetchall()
    codes = [(kind, code_of(kind)) for (kind,) in kinds]
    return orjson.dumps(
        [{"kind": kind, "code": code, "severity": SEVERITIES[code]} for kind, code in codes]
    ).decode()


def audit(connection: psycopg.Connection[Any], as_of: datetime | None = None) -> Audit:
    """Count what a sync should have left: no standing breach unopened, no open episode idle."""
    with connection.transaction():
        ask(connection, as_of)
        row = connection.execute(_AUDIT).fetchone()
    assert row is not None
    return Audit(*row)


# A promise that seems new may have its episode under another name of the order.
_ADOPT = """
update sla.exceptions as e set order_id = a.order_id
from (
    select distinct on (d.tenant_id, d.order_id, d.promise)
        d.tenant_id, d.order_id, known.exception_id
    from due as d
    inner join orders.identifiers as i on i.tenant_id = d.tenant_id and i.order_id = d.order_id
    inner join sla.exceptions as known
        on known.tenant_id = d.tenant_id and known.order_id = i.name and known.promise = d.promise
    where d.verb = 'open' and i.name <> d.order_id
    order by d.tenant_id, d.order_id, d.promise, known.opened_at, known.exception_id
) as a
where e.tenant_id = a.tenant_id and e.exception_id = a.exception_id
"""

# In a step, by time alone: whoever watches finds a deadline in milliseconds, unless nobody did.
_IS_LATE: LiteralString = f"""
coalesce(
    nullif(current_setting('e2a.step', true), '') is not null
    and d.stage is not null and d.breached_at < {AS_OF} - interval '10 seconds'
    and not exists (
        select from ops.batch_orders as b
        where b.tenant_id = d.tenant_id and b.order_id = d.order_id
    ), false)
"""

_OPEN = f"""
insert into sla.exceptions (
    tenant_id, exception_id, order_id, promise, stage, instance, reason_code, severity, party,
    breached_at, opened_at, judged_at, moved_by, moved_at, detected_late
)
select
    d.tenant_id, gen_random_uuid(), d.order_id, d.promise, d.stage, d.instance, k.code,
    k.severity, d.party, d.breached_at, {AS_OF}, {AS_OF}, 'system', {AS_OF}, {_IS_LATE}
from due as d
inner join jsonb_to_recordset(%s) as k (kind text, code text, severity text)
    on k.kind = coalesce(d.stage, d.promise)
where d.verb = 'open'
order by d.tenant_id, d.order_id, d.promise
on conflict (tenant_id, order_id, promise) do nothing
"""

_THE_EPISODE: LiteralString = (
    "e.tenant_id = d.tenant_id and e.order_id = d.order_id and e.promise = d.promise"
)

_REOPEN = f"""
update sla.exceptions as e set
    status = 'OPEN', closed_at = null, closed_because = null, assignee = null,
    breached_at = d.breached_at, party = d.party, judged_at = {AS_OF},
    moved_by = 'system', moved_at = {AS_OF}, note = null
from due as d where {_THE_EPISODE} and d.verb = 'reopen' and e.status = 'CLOSED'
"""

_CLOSE = f"""
update sla.exceptions as e set
    status = 'CLOSED', closed_at = {AS_OF}, closed_because = d.because,
    judged_at = {AS_OF}, moved_by = 'system', moved_at = {AS_OF}, note = d.because
from due as d where {_THE_EPISODE} and d.because is not null and e.status <> 'CLOSED'
"""

_FOLLOW = f"""
update sla.exceptions as e set breached_at = d.breached_at, party = d.party
from due as d where {_THE_EPISODE} and d.verb = 'follow'
"""

_AUDIT = """
select
    count(*) filter (where b.order_id is not null and not b.excused),
    count(*) filter (where b.order_id is not null and not b.excused and e.order_id is null),
    count(*) filter (
        where e.status <> 'CLOSED' and e.judged_at <= current_setting('e2a.as_of')::timestamptz
        and (b.order_id is null or b.excused or not b.is_open)
    )
from sla.breaches as b
full join (select * from sla.exceptions where stage is not null) as e
    on
        e.tenant_id = b.tenant_id and e.order_id = b.order_id
        and e.stage = b.stage and e.instance = b.instance
"""
