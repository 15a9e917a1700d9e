"""Messages are written in the transaction that opens, escalates or clears a breach.

Whoever changes an episode, by whatever road, leaves it in `ops.untold` (a trigger, migration 0025);
the next step turns it into messages by the tenant's routes. In the hot lane that is the step that
changed it. Nothing is sent here: that belongs to `residing`.

An episode that is opened again has a version of its own, and so messages of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from e2a.alerts.messages import Row, insert, message
from e2a.alerts.retracting import Told, retract
from e2a.alerts.routes import Routes, routes
from e2a.alerts.warning import warn
from e2a.domain.alerts import Announcement, Subject, cleared, opened
from e2a.domain.exceptions import Severity, Status

CHANNEL = "e2a_outbox"
"""On which the deliverer hears that there is something new."""
AT_ONCE = 5000
"""Episodes a step; the next step takes the rest."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a pass wrote: new messages, and messages that need not be sent any more."""

    messages: int
    retracted: int


def follow(connection: psycopg.Connection[Any]) -> Written:
    """Write what there is to say about episodes that changed and clocks that came to be at risk.

    Args:
        connection: as `e2a_app`, in the transaction of a step; asks about its instant.
    """
    work = connection.execute(_WORK).fetchone()
    assert work is not None
    now, is_untold, is_warned = work
    messages, retracted = 0, 0
    if is_untold:
        messages, retracted = _tell(connection, now)
    if is_warned:
        warned, saved = warn(connection, now)
        messages, retracted = messages + warned, retracted + saved
    if messages:
        connection.execute(f"notify {CHANNEL}")
    return Written(messages, retracted)


def _tell(connection: psycopg.Connection[Any], now: datetime) -> tuple[int, int]:
    with connection.cursor(row_factory=dict_row) as cursor:
        episodes = cursor.execute(_TAKE, (AT_ONCE,)).fetchall()
    known = routes(connection, (row["tenant_id"] for row in episodes))
    heeded = [row for row in episodes if row["status"] != Status.OPEN]
    told, retracted = retract(connection, [(r["tenant_id"], r["exception_id"]) for r in heeded])
    rows = list(_messages(episodes, known, told, now))
    return insert(connection, rows), retracted


def _messages(
    episodes: Iterable[Row], known: Routes, told: Iterable[Told], now: datetime
) -> Iterator[Row]:
    heard: dict[UUID, list[Told]] = defaultdict(list)
    for one in told:
        heard[one.exception_id].append(one)
    for row in episodes:
        alerts = known.get(row["tenant_id"])
        if alerts is None:
            continue
        if row["status"] == Status.CLOSED:
            for one in heard[row["exception_id"]]:
                said = cleared(alerts, _subject(row), one.destination, now)
                yield _episode(row, said, one.version)
            continue
        for said in opened(alerts, _subject(row), now):
            if said.kind == "opened" or row["status"] == Status.OPEN:
                yield _episode(row, said, row["version"])


def _subject(row: Row) -> Subject:
    return Subject(
        row["stage"], Severity(row["severity"]), row["site"], row["breached_at"], row["zone"]
    )


def _episode(row: Row, said: Announcement, version: int) -> Row:
    payload = {key: row[key] for key in PAYLOAD} | {"exception_id": str(row["exception_id"])}
    return message(row, said, str(row["exception_id"]), version, payload)


PAYLOAD = (
    "tenant_id", "order_id", "promise", "stage", "site", "severity", "reason_code", "party",
    "breached_at", "opened_at", "status", "closed_at", "closed_because", "note",
    "detected_late",
)  # fmt: skip

_WORK = """
select
    current_setting('e2a.as_of')::timestamptz,
    exists (select from ops.untold),
    exists (select from reference.alert_policies where warns)
"""

_TAKE = """
with taken as (
    delete from ops.untold where (tenant_id, exception_id) in (
        select tenant_id, exception_id from ops.untold
        order by tenant_id, exception_id limit %s for update skip locked
    )
    returning tenant_id, exception_id
)
select
    e.tenant_id, e.exception_id, e.order_id, e.promise, e.stage, e.severity, e.reason_code,
    e.party, e.status, e.breached_at, e.opened_at, e.closed_at, e.closed_because,
    e.detected_late, c.site,
    coalesce(s.zone, r.billing_zone) as zone,
    case when not n.withdrawn then n.ops_note end as note,
    (
        select count(*) from sla.exception_moves as m
        where
            m.tenant_id = e.tenant_id and m.exception_id = e.exception_id and m.to_status = 'OPEN'
    )::integer as version
from taken as t
inner join sla.exceptions as e on e.tenant_id = t.tenant_id and e.exception_id = t.exception_id
inner join reference.tenants as r on r.tenant_id = e.tenant_id
left join sla.clocks as c
    on
        c.tenant_id = e.tenant_id and c.order_id = e.order_id and c.stage = e.stage
        and c.instance = e.instance
left join reference.sites as s on s.tenant_id = c.tenant_id and s.site = c.site
left join sla.narratives as n
    on
        n.tenant_id = e.tenant_id and n.order_id = e.order_id and n.stage = e.stage
        and n.instance = e.instance
order by e.tenant_id, e.exception_id
"""
