"""What people decide of notes to customers: approve, edit, reject; each with who, when and why.

A decision is about the facts as they are now: of an explanation whose facts have changed since it
was written nothing may be approved. The draft is kept with the decision, whatever was made of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from e2a.domain.analysis.edited_notes import judge_edited
from e2a.domain.analysis.violations import Check, Violation
from e2a.domain.errors import BadInputError, RefusedError
from e2a.domain.exceptions import person
from e2a.domain.note_review import Decided, check_move, distance
from e2a.sla.narration.gathering import present
from e2a.sla.narration.reading import find, seen
from e2a.warehouse.as_of import ask

NEVER = frozenset({Check.PERSONAL_DATA, Check.OTHER_IDS})
"""Checks that nobody may override: whose data it is does not decide."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision.

    Args:
        exception: the beginning of its id.
        by: who decides.
        reason: why, in the person's own words.
        at: when.
        tenant: only among this one's exceptions.
        as_of: the instant about which the facts are asked; None is now.
        seen: what `show` calls the text that was read; None does not compare.
    """

    exception: str
    by: str
    reason: str
    at: datetime
    tenant: str | None = None
    as_of: datetime | None = None
    seen: str | None = None


def approve(connection: psycopg.Connection[Any], decision: Decision) -> dict[str, Any]:
    """Let a draft be sent as it is.

    Args:
        connection: as `e2a_app`, outside a transaction.
        decision: whose, why, and of which exception.

    Returns:
        The decision as it is stored.

    Raises:
        RefusedError: its facts or its words have changed, or it is decided already.
        BadInputError: there is no such exception, no reason, or nobody decides.
    """
    return _decide(connection, decision, Decided.APPROVED, None, is_anyway=False)


def reject(connection: psycopg.Connection[Any], decision: Decision) -> dict[str, Any]:
    """Say that a draft may not be sent. Raises as `approve`."""
    return _decide(connection, decision, Decided.REJECTED, None, is_anyway=False)


def edit(
    connection: psycopg.Connection[Any], decision: Decision, text: str, *, is_anyway: bool = False
) -> dict[str, Any]:
    """Let other words be sent instead; the draft is kept. They pass the checks of drafts.

    Args:
        connection: as `e2a_app`, outside a transaction.
        decision: whose, why, and of which exception.
        text: as the customer would read it, without slots.
        is_anyway: let words stand that do not pass; personal data and ids of others never may.

    Raises:
        RefusedError: as `approve`, or the words do not pass.
        BadInputError: as `approve`, or there are no words.
    """
    if not text.strip():
        raise BadInputError("The note is empty", "Give it with --text, or reject the draft")
    return _decide(connection, decision, Decided.EDITED, text.strip(), is_anyway=is_anyway)


def _decide(
    connection: psycopg.Connection[Any], asked: Decision, to: Decided, text: str | None, *,
    is_anyway: bool,
) -> dict[str, Any]:  # fmt: skip
    by = person(asked.by, "actor")
    if not asked.reason.strip():
        raise BadInputError("A decision has no reason", "Give one with --reason")
    with connection.transaction():
        ask(connection, asked.as_of)
        row = find(connection, asked.exception, asked.tenant)
        connection.execute(_LOCK, row)
        row = find(connection, asked.exception, asked.tenant)
        facts, known = present(connection, row)
        draft = _draft(row, asked, is_stale=facts is None)
        check_move(_last(connection, row), to)
        stands: Sequence[Violation] = ()
        if text is not None and facts is not None:
            found = judge_edited(text, facts, row["locale"], known)
            stands = _checked(found, is_anyway=is_anyway)
        given = {
            **row, "decided": to.value, "draft": draft, "by": by, "reason": asked.reason.strip(),
            "at": asked.at, "note": None if to is Decided.REJECTED else text or draft,
            "distance": None if text is None else distance(draft, text),
            "overridden": sorted({str(one.check) for one in stands}),
        }  # fmt: skip
        return _stored(connection, given)


def _draft(row: dict[str, Any], asked: Decision, *, is_stale: bool) -> str:
    if is_stale:
        raise RefusedError(
            f"The facts about {row['order_id']} have changed since this was written",
            "Let the next step write it anew (`e2a run`, or the radar), and read it again",
        )
    if asked.seen is not None and asked.seen != seen(row):
        raise RefusedError(
            f"The words about {row['order_id']} are not the ones that you have read",
            f"Read them again: e2a narratives show {str(row['exception_id'])[:8]}",
        )
    return str(row["client_draft"])


def _checked(found: Sequence[Violation], *, is_anyway: bool) -> Sequence[Violation]:
    hard = [one for one in found if one.check in NEVER]
    if found and (hard or not is_anyway):
        said = "; ".join(f"{one.check}: {one.detail}" for one in hard or found)
        fix = "Write it without" if hard else "Write it otherwise, or let it stand with --anyway"
        raise RefusedError(f"The note does not pass ({said})", fix)
    return found


def _last(connection: psycopg.Connection[Any], row: dict[str, Any]) -> Decided | None:
    found = connection.execute(_LAST, row).fetchone()
    return Decided(found[0]) if found else None


def _stored(connection: psycopg.Connection[Any], given: dict[str, Any]) -> dict[str, Any]:
    stored = connection.execute(_DECIDE, given).fetchone()
    assert stored is not None
    return {
        "exception_id": given["exception_id"], "order_id": given["order_id"],
        "decision": stored[0], "decided": given["decided"], "draft": given["draft"],
        "client_note": given["note"], "distance": given["distance"],
        "overridden": given["overridden"], "by_person": given["by"], "reason": given["reason"],
    }  # fmt: skip


_MINE = """
tenant_id = %(tenant_id)s and order_id = %(order_id)s and stage = %(stage)s
and instance = %(instance)s
"""

# One decision at a time about a breach, and none while its facts are being rewritten.
_LOCK = f"select from sla.narratives where {_MINE} for update"

_LAST = f"""
select decided from sla.narrative_decisions
where {_MINE} and facts_hash = %(facts_hash)s order by decision desc limit 1
"""

_DECIDE = f"""
insert into sla.narrative_decisions (
    tenant_id, order_id, stage, instance, decision, exception_id, facts_hash, source, version,
    label, decided, draft, client_note, distance, overridden, by_person, reason, decided_at
)
select
    %(tenant_id)s, %(order_id)s, %(stage)s, %(instance)s,
    coalesce((select max(decision) from sla.narrative_decisions where {_MINE}), 0) + 1,
    %(exception_id)s::uuid, %(facts_hash)s, %(source)s, %(version)s::integer, %(label)s,
    %(decided)s, %(draft)s, %(note)s, round(%(distance)s::numeric, 4),
    %(overridden)s::text[], %(by)s, %(reason)s, %(at)s
returning decision
"""
