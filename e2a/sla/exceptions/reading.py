"""What a person sees of exceptions: the list of work, and everything about one of them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from e2a.domain.errors import BadInputError
from e2a.domain.exceptions import Severity, Status
from e2a.warehouse.as_of import ask


@dataclass(frozen=True, slots=True)
class Filter:
    """Which exceptions to list; None is any, and without a status all that are not closed."""

    tenant: str | None = None
    status: Status | None = None
    stage: str | None = None
    severity: Severity | None = None
    closed_too: bool = False
    limit: int = 100


def listed(connection: psycopg.Connection[Any], only: Filter) -> tuple[list[dict[str, Any]], int]:
    """Exceptions, the worst first and then the oldest breach, and how many there are in all."""
    given = {
        "tenant": only.tenant,
        "status": only.status,
        "stage": only.stage,
        "severity": only.severity,
        "closed_too": only.closed_too or only.status is not None,
    }
    with connection.transaction():
        rows = _rows(connection, _LIST, given | {"limit": only.limit})
        count = _rows(connection, _COUNT, given)[0]["count"]
    return rows, count


def find(
    connection: psycopg.Connection[Any], beginning: str, tenant: str | None = None
) -> tuple[str, UUID]:
    """The exception whose identifier begins so, as (tenant, identifier).

    Raises:
        BadInputError: none does, or more than one.
    """
    row = only_one(connection, _FIND, beginning, tenant, "exception")
    return row["tenant_id"], row["exception_id"]


def only_one(
    connection: psycopg.Connection[Any],
    query: LiteralString,
    beginning: str,
    tenant: str | None,
    word: str,
) -> dict[str, Any]:
    """The one row whose identifier begins so.

    Raises:
        BadInputError: none does, or more than one.
    """
    beginning = beginning.strip().lower()
    if not re.fullmatch(r"[0-9a-f-]{4,36}", beginning):
        raise BadInputError(
            f"{beginning!r} is not an identifier", "Give at least its first four characters"
        )
    with connection.transaction():
        rows = _rows(connection, query, {"beginning": f"{beginning}%", "tenant": tenant})
    if not rows:
        raise BadInputError(f"There is no {word} {beginning}", "See `e2a exceptions list --all`")
    if len(rows) > 1:
        raise BadInputError(f"More than one {word} begins with {beginning}", "Give more of it")
    return rows[0]


def shown(
    connection: psycopg.Connection[Any],
    exception: tuple[str, UUID],
    as_of: datetime | None = None,
) -> dict[str, Any]:
    """One exception with its facts as of an instant, its explanation, moves and excusals."""
    given = dict(zip(("tenant", "id"), exception, strict=True))
    with connection.transaction():
        ask(connection, as_of)
        episode = _rows(connection, _EPISODE, given)[0]
        kind = _CLOCK if episode["stage"] else _REPORT
        return {
            "exception": episode,
            "facts": next(iter(_rows(connection, kind, given)), None),
            "moves": _rows(connection, _MOVES, given),
            "excusals": _rows(connection, _EXCUSALS, given),
        }


def _rows(
    connection: psycopg.Connection[Any], query: LiteralString, given: dict[str, Any]
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, given).fetchall()


_COLUMNS: LiteralString = """
    exception_id, tenant_id, order_id, promise, stage, instance, reason_code, severity, status,
    party, breached_at, opened_at, closed_at, closed_because, assignee, moved_by, moved_at, note,
    detected_late
"""

_WANTED: LiteralString = """
where
    (%(tenant)s::text is null or tenant_id = %(tenant)s)
    and (%(status)s::text is null or status = %(status)s)
    and (%(stage)s::text is null or stage = %(stage)s)
    and (%(severity)s::text is null or severity = %(severity)s)
    and (%(closed_too)s or status <> 'CLOSED')
"""

_LIST = f"""
select {_COLUMNS} from sla.exceptions {_WANTED}
order by
    array_position(array['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'], severity),
    breached_at, tenant_id, order_id, promise
limit %(limit)s
"""

_COUNT = f"select count(*) from sla.exceptions {_WANTED}"

_FIND = """
select tenant_id, exception_id from sla.exceptions
where
    exception_id::text like %(beginning)s
    and (%(tenant)s::text is null or tenant_id = %(tenant)s)
limit 2
"""

_EPISODE = f"""
select {_COLUMNS} from sla.exceptions where tenant_id = %(tenant)s and exception_id = %(id)s
"""

_CLOCK = """
select
    c.state, c.started_at, c.due_at, c.completed_at, c.cancelled_at, c.inferred as is_provisional,
    c.excused, c.version, c.site, c.owner,
    extract(epoch from least(c.completed_at, c.as_of) - c.due_at)::float as late_seconds,
    n.ops_note, n.source as note_by, c.as_of
from sla.exceptions as e
inner join sla.clock_states as c
    on
        c.tenant_id = e.tenant_id and c.order_id = e.order_id
        and c.stage = e.stage and c.instance = e.instance
left join sla.explanations as n
    on
        n.tenant_id = e.tenant_id and n.order_id = e.order_id
        and n.stage = e.stage and n.instance = e.instance and not n.withdrawn
where e.tenant_id = %(tenant)s and e.exception_id = %(id)s
"""

_REPORT = """
select r.reason_code as reason, r.first_occurred_at, r.last_occurred_at, r.reports
from sla.exceptions as e
inner join sla.reported_exceptions as r
    on
        r.tenant_id = e.tenant_id and r.order_id = e.order_id
        and 'reported:' || r.reason_code = e.promise
where e.tenant_id = %(tenant)s and e.exception_id = %(id)s
"""

_MOVES = """
select move, from_status, to_status, actor, note, moved_at from sla.exception_moves
where tenant_id = %(tenant)s and exception_id = %(id)s order by move
"""

_EXCUSALS = """
select
    x.excusal_id, x.promise, x.reason, x.author, x.approver, x.note, x.excused_at,
    x.withdrawn_at, x.withdrawn_by
from sla.exceptions as e
inner join sla.excusals as x
    on x.tenant_id = e.tenant_id and x.order_id = e.order_id and x.promise = e.promise
where e.tenant_id = %(tenant)s and e.exception_id = %(id)s
order by x.excused_at, x.excusal_id
"""
