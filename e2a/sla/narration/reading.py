"""Explanations as people look at them: a list, and one with everything about it."""

import hashlib
import re
from dataclasses import asdict, dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from e2a.domain.errors import BadInputError


@dataclass(frozen=True, slots=True)
class Filter:
    """What to list; None is all of it. `status` is of the customer's note: draft, approved..."""

    tenant: str | None = None
    source: str | None = None
    status: str | None = None
    label: str | None = None
    limit: int = 100


def listed(connection: psycopg.Connection[Any], only: Filter) -> tuple[list[dict[str, Any]], int]:
    """Explanations that hold, the latest breach first, and how many there are in all."""
    with connection.transaction():
        rows = _rows(connection, _LIST, asdict(only))
        count = _rows(connection, _COUNT, asdict(only))[0]["count"]
    return [_told(row) for row in rows], count


def shown(
    connection: psycopg.Connection[Any], beginning: str, tenant: str | None = None
) -> dict[str, Any]:
    """One explanation, what the model wrote it from, every asking and every decision.

    Args:
        connection: as `e2a_app`, outside a transaction.
        beginning: of the exception's id.
        tenant: only among this one's.

    Raises:
        BadInputError: no explained breach has that id, or more than one.
    """
    with connection.transaction():
        row = find(connection, beginning, tenant)
        given = {k: row[k] for k in ("tenant_id", "order_id", "stage", "instance", "version")}
        words = _rows(connection, _WORDS, given)
        return {
            "narrative": _told(row),
            "rules": _rows(connection, _RULES, given)[0],
            "model": words[0] if words else None,
            "askings": _rows(connection, _ASKINGS, given),
            "decisions": _rows(connection, _DECISIONS, given),
        }


def find(
    connection: psycopg.Connection[Any], beginning: str, tenant: str | None = None
) -> dict[str, Any]:
    """The explanation of the exception whose id begins so; within a transaction.

    Raises:
        BadInputError: as `shown`.
    """
    beginning = beginning.strip().lower()
    if not re.fullmatch(r"[0-9a-f-]{4,36}", beginning):
        raise BadInputError(
            f"{beginning!r} is not an identifier", "Give at least its first four characters"
        )
    rows = _rows(connection, _FIND, {"beginning": f"{beginning}%", "tenant": tenant})
    if not rows:
        raise BadInputError(
            f"No explained breach has an exception {beginning}", "See `e2a narratives list`"
        )
    if len(rows) > 1:
        raise BadInputError(f"More than one exception begins with {beginning}", "Give more of it")
    return rows[0]


def seen(row: dict[str, Any]) -> str:
    """What names facts and words together: who decides says by it what he has read."""
    text = f"{row['facts_hash'].hex()} {row['version']} {row['client_note']}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k != "facts_hash"} | {
        "exception_id": str(row["exception_id"]),
        "call_ids": [str(call) for call in row["call_ids"]],
        "confidence": float(row["confidence"]),
        "model_confidence": _number(row["model_confidence"]),
        "seen": seen(row),
    }


def _number(value: Any) -> float | None:  # noqa: ANN401 - a row's value
    return None if value is None else float(value)


def _rows(
    connection: psycopg.Connection[Any], query: LiteralString, given: dict[str, Any]
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return [
            {k: str(v) if isinstance(v, UUID) else v for k, v in row.items()}
            for row in cursor.execute(query, given).fetchall()
        ]


_FROM: LiteralString = """
select e.exception_id, e.severity, e.breached_at, e.status as exception_status, x.*
from sla.explanations as x
inner join sla.exceptions as e
    on
        e.tenant_id = x.tenant_id and e.order_id = x.order_id and e.stage = x.stage
        and e.instance = x.instance
where
    not x.withdrawn and (%(tenant)s::text is null or x.tenant_id = %(tenant)s)
"""

_WANTED: LiteralString = f"""
from (
    {_FROM}
    and (%(source)s::text is null or x.source = %(source)s)
    and (%(status)s::text is null or x.client_note_status = %(status)s)
    and (%(label)s::text is null or x.label = %(label)s)
) as found
"""

_LIST = f"""
select * {_WANTED}
order by breached_at desc, tenant_id, order_id, stage, instance limit %(limit)s
"""

_COUNT = f"select count(*) {_WANTED}"

_FIND = f"{_FROM} and e.exception_id::text like %(beginning)s limit 2"

_MINE: LiteralString = """
tenant_id = %(tenant_id)s and order_id = %(order_id)s and stage = %(stage)s
and instance = %(instance)s
"""

_RULES = f"select ops_note, client_note, reasoning, narrator from sla.narratives where {_MINE}"

_WORDS = f"""
select ops_slots, client_slots, facts, parse_path, is_repaired, is_reasked, is_cached, asked_at
from sla.model_narratives where {_MINE} and version = %(version)s
"""

_ASKINGS = f"""
select version, source, fallback_reason, detail, model, prompt, prompt_sha, asked_at
from sla.model_narratives where {_MINE} order by version
"""

_DECISIONS = f"""
select
    decision, decided, source, version, draft, client_note, distance::float as distance,
    overridden, by_person, reason, decided_at
from sla.narrative_decisions where {_MINE} order by decision
"""
