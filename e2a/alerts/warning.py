"""Warnings before the breach: of clocks that came to be at risk, for tenants that want them.

A warning that has not left when the clock is no longer at risk (done, paused, or broken by now) is
never sent. One that was sent is not taken back: it said that something might happen.
"""

from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from e2a.alerts.messages import Row, insert, message
from e2a.alerts.retracting import OVER
from e2a.alerts.routes import routes
from e2a.domain.alerts import Announcement, Subject, at_risk
from e2a.domain.exceptions import SEVERITIES, code_of


def warn(connection: psycopg.Connection[Any], now: datetime) -> tuple[int, int]:
    """Write and stop warnings for the orders that have `moved`.

    Returns:
        How many are new, and how many were stopped.
    """
    with connection.cursor(row_factory=dict_row) as cursor:
        clocks = cursor.execute(_AT_RISK).fetchall()
    stopped = connection.execute(_STOP).rowcount
    known = routes(connection, (row["tenant_id"] for row in clocks)) if clocks else {}
    rows = [
        _message(row, said)
        for row in clocks
        if row["tenant_id"] in known
        for said in at_risk(known[row["tenant_id"]], _subject(row), now)
    ]
    return insert(connection, rows), stopped


def _subject(row: Row) -> Subject:
    severity = SEVERITIES[code_of(row["stage"])]
    return Subject(row["stage"], severity, row["site"], row["at_risk_at"], row["zone"])


def _message(row: Row, said: Announcement) -> Row:
    code = code_of(row["stage"])
    payload = {key: row[key] for key in PAYLOAD} | {
        "severity": SEVERITIES[code],
        "reason_code": code,
    }
    return message(row, said, f"{row['order_id']} {row['promise']}", 1, payload)


PAYLOAD = ("tenant_id", "order_id", "promise", "stage", "site", "party", "at_risk_at", "due_at")

# `offset 0` keeps the condition inside of the view, where it meets an index.
_AT_RISK = """
select
    c.tenant_id, c.order_id, c.stage || '#' || c.instance as promise, c.stage, c.site,
    coalesce(c.party, c.owner) as party, c.at_risk_at, c.due_at,
    coalesce(s.zone, r.billing_zone) as zone
from moved as m
inner join reference.alert_policies as p on p.tenant_id = m.tenant_id and p.warns
cross join lateral (
    select * from sla.clock_states as c
    where c.tenant_id = m.tenant_id and c.order_id = m.order_id offset 0
) as c
inner join reference.tenants as r on r.tenant_id = c.tenant_id
left join reference.sites as s on s.tenant_id = c.tenant_id and s.site = c.site
where c.state = 'at_risk' and not c.excused
order by c.tenant_id, c.order_id, c.stage, c.instance
"""

_STOP = f"""
update ops.outbox as o set {OVER}
from moved as m
where
    o.tenant_id = m.tenant_id and o.order_id = m.order_id and o.kind = 'at_risk'
    and o.state in ('waiting', 'sending', 'dead') and not o.is_over
    and not exists (
        select from sla.clock_states as c
        where
            c.tenant_id = o.tenant_id and c.order_id = o.order_id
            and c.stage || '#' || c.instance = o.promise and c.state = 'at_risk'
        offset 0
    )
"""
