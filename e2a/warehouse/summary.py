"""The counts that tell a person or a machine how an installation stands, as of an instant.

Everything is counted from the marts and from what people decided; nothing here judges. What
happened after the as-of instant is not counted: it had not happened.
"""

from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from e2a.domain.errors import DatabaseUnavailableError, UnknownTenantError
from e2a.warehouse.as_of import ask
from e2a.warehouse.inbox import tenants

STATES = ("met", "breached", "cancelled", "at_risk", "on_track", "paused", "unassessable")
STAGES = ("pick", "pack", "ship", "deliver", "receive", "missing_scan")


def summarise(
    connection: psycopg.Connection[Any],
    tenant: str | None = None,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> dict[str, Any]:
    """The summary of one tenant or of all.

    Args:
        connection: as `e2a_app`, outside a transaction.
        tenant: None for every tenant that policies describe.
        as_of: the instant asked about; None is now.
        known_at: judge clocks by what had been recorded by then (C19); None is all of it.

    Returns:
        `{"as_of": ..., "tenants": {name: counts}}`; amounts and instants as text.

    Raises:
        UnknownTenantError: no such tenant.
        DatabaseUnavailableError: the models have never been built.
    """
    known = tenants(connection)
    if tenant is not None and tenant not in known:
        raise UnknownTenantError(tenant, known)
    names = [tenant] if tenant else sorted(known)
    with connection.transaction():
        instant = ask(connection, as_of, known_at)
        _built(connection)
        counts = {name: _tenant(connection, name, instant) for name in names}
    return {"as_of": _text(instant), "tenants": counts}


def _built(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("select to_regclass('sla.clock_states')").fetchone()
    if row is None or row[0] is None:
        raise DatabaseUnavailableError(
            "The models have never been built", "Run `make demo` or `e2a run`"
        )


def _tenant(connection: psycopg.Connection[Any], tenant: str, as_of: datetime) -> dict[str, Any]:
    given = {"tenant": tenant, "as_of": as_of}
    return {
        "orders": _one(connection, _ORDERS, given),
        "canonical_events": _one(connection, _EVENTS, given),
        "milestones": _row(connection, _MILESTONES, given),
        "stages": _stages(connection, given),
        "reported_exceptions": _pairs(connection, _REPORTED, given),
        "narratives": _one(connection, _NARRATIVES, given),
        "billable_operations": _standing(connection, given),
        "expected_invoice_lines": _lines(connection, given),
        "invoices": _pairs(connection, _INVOICES, given),
        "findings": _total_by(_pairs(connection, _FINDINGS, given)),
        "adjustments": _adjustments(connection, given),
        "inbox": _pairs(connection, _INBOX, given),
    }


def _stages(connection: psycopg.Connection[Any], given: dict[str, Any]) -> dict[str, Any]:
    stages: dict[str, Any] = {}
    for row in _rows(connection, _CLOCKS, given):
        stages[row["stage"]] = {
            **{state: row[state] for state in STATES},
            "clocks": row["clocks"],
            "open": row["open"],
        }
    return {stage: stages[stage] for stage in STAGES if stage in stages}


def _standing(connection: psycopg.Connection[Any], given: dict[str, Any]) -> dict[str, Any]:
    counts = _pairs(connection, _OPERATIONS, given)
    standings = ("billed", "not_billable", "quarantined")
    return {"total": sum(counts.values()), **{s: counts.get(s, 0) for s in standings}}


def _lines(connection: psycopg.Connection[Any], given: dict[str, Any]) -> dict[str, Any]:
    rows = _rows(connection, _LINES, given)
    return {
        "lines": sum(row["lines"] for row in rows),
        "totals": {row["currency"]: f"{row['total']:f}" for row in rows},
    }


def _adjustments(connection: psycopg.Connection[Any], given: dict[str, Any]) -> dict[str, Any]:
    row = _row(connection, _ADJUSTMENTS, given)
    return {**row, "amount": f"{row['amount']:f}"}


def _total_by(counts: dict[str, int]) -> dict[str, Any]:
    return {"total": sum(counts.values()), "by_rule": counts}


def _rows(
    connection: psycopg.Connection[Any], query: LiteralString, given: dict[str, Any]
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, given).fetchall()


def _row(
    connection: psycopg.Connection[Any], query: LiteralString, given: dict[str, Any]
) -> dict[str, Any]:
    return _rows(connection, query, given)[0]


def _one(connection: psycopg.Connection[Any], query: LiteralString, given: dict[str, Any]) -> int:
    return int(next(iter(_row(connection, query, given).values())))


def _pairs(
    connection: psycopg.Connection[Any], query: LiteralString, given: dict[str, Any]
) -> dict[str, int]:
    return {row["word"]: row["count"] for row in _rows(connection, query, given)}


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


# A receipt or a stock count is a reference of its own, not an order.
_ORDERS = """
select count(*) from orders.timeline
where
    tenant_id = %(tenant)s and order_id !~ '^(receipt|stock):'
    and coalesce(received_at, first_known_at) <= %(as_of)s
"""

_EVENTS = """
select count(*) from landing.order_events
where tenant_id = %(tenant)s and occurred_at <= %(as_of)s
"""

_MILESTONES = """
select
    count(*) filter (where received_at <= %(as_of)s) as received,
    count(*) filter (where coalesce(order_released_at, paid_at) <= %(as_of)s) as released,
    count(*) filter (where picked_at <= %(as_of)s) as picked,
    count(*) filter (where packed_at <= %(as_of)s) as packed,
    count(*) filter (where shipped_at <= %(as_of)s) as shipped,
    count(*) filter (where delivered_at <= %(as_of)s) as delivered,
    count(*) filter (where cancelled_at <= %(as_of)s) as cancelled
from orders.timeline where tenant_id = %(tenant)s
"""

_CLOCKS = """
select
    stage, count(*) as clocks,
    count(*) filter (where state = 'met') as met,
    count(*) filter (where state = 'breached') as breached,
    count(*) filter (where state = 'cancelled') as cancelled,
    count(*) filter (where state = 'at_risk') as at_risk,
    count(*) filter (where state = 'on_track') as on_track,
    count(*) filter (where state = 'paused') as paused,
    count(*) filter (where state = 'unassessable') as unassessable,
    count(*) filter (
        where state <> 'unassessable'
        and (completed_at is null or completed_at > as_of)
        and (cancelled_at is null or cancelled_at > as_of)
    ) as open
from sla.clock_states where tenant_id = %(tenant)s group by stage
"""

_REPORTED = """
select reason_code as word, count(*) as count from sla.reported_exceptions
where tenant_id = %(tenant)s and first_occurred_at <= %(as_of)s
group by reason_code order by reason_code
"""

_NARRATIVES = """
select count(*) from sla.breaches as b
inner join sla.narratives as n using (tenant_id, order_id, stage, instance)
where b.tenant_id = %(tenant)s and not n.withdrawn
"""

_OPERATIONS = """
select standing as word, count(*) as count from billing.billable_operations
where tenant_id = %(tenant)s and occurred_at <= %(as_of)s group by standing
"""

_LINES = """
select currency, count(*) as lines, trim_scale(sum(amount)) as total
from billing.expected_invoice_lines_as_of where tenant_id = %(tenant)s
group by currency order by currency
"""

_INVOICES = """
select word, count(*) as count
from (
    select case origin when 'imported' then 'billed' else status end as word
    from billing.invoices where tenant_id = %(tenant)s
) as invoices
group by word order by word
"""

_FINDINGS = """
select rule as word, count(*) as count from billing.findings
where tenant_id = %(tenant)s and open group by rule order by rule
"""

_ADJUSTMENTS = """
select
    count(*) as total,
    count(*) filter (where decision = 'within_limits') as within_limits,
    count(*) filter (where decision = 'needs_approval') as needs_approval,
    count(*) filter (where status = 'applied') as applied,
    count(*) filter (where status = 'waiting') as waiting,
    trim_scale(coalesce(sum(amount), 0)) as amount
from billing.adjustments where tenant_id = %(tenant)s and open
"""

_INBOX = """
select outcome as word, count(*) as count from landing.outcomes
where tenant_id = %(tenant)s group by outcome order by outcome
"""
