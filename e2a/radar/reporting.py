"""What the hot lane did since somebody last asked: for whoever shows it to people.

Read from what each step wrote in its own transaction: a report that was lost is made good by
the next one. How Dagster shows it belongs to `sensors.hot_lane`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True)
class Landed:
    """What was read of one source and UTC day of receipt.

    Attributes:
        lag_seconds: age of the oldest row when its batch was committed, the worst of all.
        first, last: range of inbox rows, (xid-seq].
    """

    source: str
    day: date
    batches: int
    rows: int
    events: int
    lag_seconds: float
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Report:
    """What is new since a step; `last_step` is the one to ask from the next time.

    `held` events were set aside in quarantine, since no model could take them.
    """

    landed: tuple[Landed, ...]
    steps: int
    orders: int
    last_step: int
    held: int = 0


def report(connection: psycopg.Connection[Any], since: int) -> Report:
    """Everything after a step, folded by source and day."""
    row = connection.execute(_STEPS, (since,)).fetchone()
    assert row is not None
    steps, orders, last, held = row
    with connection.cursor(row_factory=class_row(Landed)) as cursor:
        landed = cursor.execute(_LANDED, (since, last)).fetchall()
    return Report(tuple(landed), steps, orders, last or since, held)


# A batch over several days is told at each; its rows and events at the last.
_LANDED = """
select
    lane as source, day::date as day, count(*)::integer as batches,
    coalesce(sum(inbox_rows) filter (where day::date = last_day), 0)::integer as rows,
    coalesce(sum(events) filter (where day::date = last_day), 0)::integer as events,
    coalesce(max(extract(epoch from committed_at - oldest_received_at)), 0)::float8 as lag_seconds,
    (array_agg(lo_xid || '-' || lo_seq order by step))[1] as first,
    (array_agg(hi_xid || '-' || hi_seq order by step desc))[1] as last
from ops.batches, generate_series(first_day, last_day, interval '1 day') as day
where tenant_id = '*' and step > %s and step <= %s
group by lane, day::date order by lane, day::date
"""

_STEPS = """
select count(*)::integer, coalesce(sum(orders), 0)::integer, max(id),
    coalesce(sum(held), 0)::integer
from ops.steps where tenant_id = '*' and id > %s
"""
