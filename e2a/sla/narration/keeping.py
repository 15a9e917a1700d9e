"""What became of an asking, kept: accepted words, or why the rules' words stand, or another try."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import psycopg

from e2a.analyst.prompts import Prompt
from e2a.domain.analysis.passing import CLOSED, PASSING, TOMORROW
from e2a.domain.analysis.reasons import FallbackReason
from e2a.sla.narration.queue import MOST_TRIES, Claimed, next_try, postpone, strike_off


@dataclass(frozen=True, slots=True)
class Words:
    """Accepted words about one breach, with and without figures."""

    label: str
    model_confidence: float
    confidence: Decimal
    reasoning: str
    ops_slots: str
    client_slots: str
    ops_note: str
    client_note: str
    evidence: tuple[str, ...]
    facts: dict[str, Any]
    locale: str
    model: str
    parse_path: str
    is_repaired: bool
    is_reasked: bool
    is_cached: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one asking: words, or a reason."""

    claimed: Claimed
    words: Words | None = None
    reason: FallbackReason | None = None
    detail: str = ""
    call_ids: tuple[UUID, ...] = field(default=())

    @property
    def is_final(self) -> bool:
        """Whether it is not asked again about these facts."""
        given_up = self.claimed.tries >= MOST_TRIES and self.reason not in CLOSED
        return self.reason not in PASSING or given_up


def keep(
    connection: psycopg.Connection[Any], outcomes: Sequence[Outcome], prompt: Prompt, now: datetime
) -> None:
    """Store outcomes and settle their places in the queue, in one transaction."""
    final = [one for one in outcomes if one.is_final]
    with connection.transaction():
        connection.execute(_LATER)
        if final:
            with connection.cursor() as cursor:
                cursor.executemany(_KEEP, [_row(one, prompt) for one in final])
        strike_off(connection, [one.claimed for one in final])
        postpone(
            connection,
            [
                (one.claimed, str(one.reason), _pause(one, now))
                for one in outcomes
                if not one.is_final
            ],
        )


def _pause(outcome: Outcome, now: datetime) -> timedelta:
    """Until the budget is fresh; else ever longer."""
    if outcome.reason in TOMORROW:
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1) - now
    return next_try(outcome.claimed.tries)


def _row(outcome: Outcome, prompt: Prompt) -> dict[str, Any]:
    one, words = outcome.claimed, outcome.words
    said = {name: getattr(words, name) if words else None for name in _WORDS}
    said["locale"] = words.locale if words else one.locale
    if words:
        said["facts"] = orjson.dumps(words.facts).decode()
        said["evidence"] = list(words.evidence)
    was_asked = words is not None or bool(outcome.call_ids)
    return {
        "tenant_id": one.tenant_id, "order_id": one.order_id, "stage": one.stage,
        "instance": one.instance, "version": one.version, "facts_hash": one.facts_hash,
        "breached_at": one.breached_at, "severity": one.severity,
        "source": "model" if words else "rules", "fallback_reason": outcome.reason,
        "detail": outcome.detail or None, "call_ids": list(outcome.call_ids),
        "prompt": prompt.name if was_asked else None,
        "prompt_sha": prompt.sha if was_asked else None, **said,
    }  # fmt: skip


_WORDS = tuple(Words.__dataclass_fields__)

# Words and their place in the queue go together: what a crash takes is asked again, and known.
_LATER = "set local synchronous_commit = off"

_KEEP = """
insert into sla.model_narratives (
    tenant_id, order_id, stage, instance, version, facts_hash, breached_at, severity, source,
    fallback_reason, detail, label, model_confidence, confidence, reasoning, ops_slots,
    client_slots, ops_note, client_note, evidence, facts, locale, model, prompt, prompt_sha,
    parse_path, is_repaired, is_reasked, is_cached, call_ids
) values (
    %(tenant_id)s, %(order_id)s, %(stage)s, %(instance)s, %(version)s, %(facts_hash)s,
    %(breached_at)s, %(severity)s, %(source)s, %(fallback_reason)s, %(detail)s, %(label)s,
    %(model_confidence)s, %(confidence)s, %(reasoning)s, %(ops_slots)s, %(client_slots)s,
    %(ops_note)s, %(client_note)s, coalesce(%(evidence)s::text[], '{}'), %(facts)s, %(locale)s,
    %(model)s, %(prompt)s, %(prompt_sha)s, %(parse_path)s, coalesce(%(is_repaired)s, false),
    coalesce(%(is_reasked)s, false), coalesce(%(is_cached)s, false), %(call_ids)s::uuid[]
)
"""
